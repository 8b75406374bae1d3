"""Control API, page and command line (section 19)."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
import urllib.request
from datetime import timedelta
from pathlib import Path

from .common.clock import SimClock
from .shopify import samples
from .shopify.client import Client
from .shopify.helpers import (
    START,
    subscribe,
)
from .shopify.shop import ShopifyShop

pytest_plugins = ["tests.malls.shopify.fixtures"]


ITEMS = [
    {
        "sku": "A-1",
        "barcode": "49",
        "name": "皿 青",
        "item_code": "sara",
        "item_name": "皿",
        "price": 1000,
        "tax_rate": 0.1,
        "stock": 5,
        "option": {"色": "青"},
        "tax_included": True,
        "image_png_base64": base64.b64encode(b"png").decode(),
    },
    {
        "sku": "A-2",
        "name": "皿 白",
        "item_code": "sara",
        "price": 1000,
        "tax_rate": "8%",
        "stock": 2,
        "option": {"色": "白"},
        "tax_included": False,
    },
]


def test_control_api(shop: ShopifyShop, api: Client) -> None:
    assert api.sim("POST", "items", ITEMS) == {"skus": ["A-1", "A-2"]}
    bought = api.sim(
        "POST",
        "buy",
        {
            "sku": "A-1",
            "quantity": 2,
            "payment": "konbini",
            "buyer": {"lastName": "試験", "email": "t@example.com"},
        },
    )
    assert bought["name"] == "#1001" and bought["order_ref"].startswith("gid://shopify/Order/")
    row = next(o for o in api.sim("GET", "orders") if o["ref"] == bought["order_ref"])
    assert (
        row["state"] == "unpaid"
        and row["buyer_total"] == 2660
        and row["lines"][0]["amount"] == 2000
    )
    assert api.sim("GET", "stock")["A-1"] == 3 and shop.store.variant_of("A-2").price == 1080
    assert (
        api.sim("GET", "stock?by=location")["A-1"]["gid://shopify/Location/9001"]["committed"] == 2
    )


def test_control_api_on_orders(shop: ShopifyShop, api: Client) -> None:
    api.sim("POST", "items", ITEMS)
    bought = api.sim("POST", "buy", {"sku": "A-1", "quantity": 2, "payment": "konbini"})
    for ref in (bought["order_ref"], "#1001", "1001"):
        assert (
            api.sim(
                "POST", "orders/" + urllib.request.quote(ref, safe="") + "/note", {"note": "x"}
            )["name"]
            == "#1001"
        )  # type: ignore[attr-defined]
    api.sim("POST", "orders/1001/pay")
    assert (
        api.http("POST", "/_sim/orders/1001/pay", {})[0] == 409
        and api.http("POST", "/_sim/orders/1001/nope", {})[0] == 404
    )
    assert api.http("POST", "/_sim/buy", {"sku": "A-2", "quantity": 9})[0] == 409
    api.data("{ shop { id } orders(first: 1) { nodes { id } } }")
    assert api.sim("GET", "calls") == {"shop+orders": 1}
    assert api.sim("POST", "clock", {"advance_seconds": 60})["now"] > START.isoformat()
    assert api.sim("GET", "state")["orders"] == 1 and "exchange" in api.sim("GET", "scenarios")
    assert api.sim("POST", "buy", {"scenario": "tip"})["name"] == "#1002"
    assert api.sim("POST", "generate", {"count": 3, "seed": 1})["count"] == 3
    assert api.http("POST", "/_sim/settings", {"nonsense": 1})[0] == 400
    product = api.data(
        "{ products(first: 20, query: \"sku:'A-1'\") { nodes { title "
        "media(first: 1) { nodes { preview { image { url } } } } } } }"
    )["products"]["nodes"][0]
    assert (
        urllib.request.urlopen(product["media"]["nodes"][0]["preview"]["image"]["url"]).read()
        == b"png"
    )
    assert api.sim("POST", "reset")["orders"] == 0 and api.sim("GET", "stock") == {}


def test_generated_orders_keep_todays_stock(shop: ShopifyShop, api: Client) -> None:
    before = shop.stock()
    refs = shop.generate(120, seed=7, since=START - timedelta(days=30), mix="ordinary")
    states = {o["state"] for o in shop.orders()}
    assert len(refs) == 120 and {"open", "fulfilled"} <= states and shop.stock() == before
    assert all(
        min(row.values()) >= 0
        for places in shop.stock_by_location().values()
        for row in places.values()
    )


def test_page(shop: ShopifyShop, api: Client) -> None:
    status, _h, body = api.http("GET", "/")
    text = body.decode()
    assert (
        status == 200
        and "模擬ショップ" in text
        and 'data-sku="TEA-100"' in text
        and "煎茶 100g" in text
    )
    before = shop.stock()["TEA-100"]
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    text = api.http("POST", "/buy", b"sku=TEA-100&quantity=2", form)[2].decode()
    assert (
        "注文番号 #1001" in text and "引当済み 2" in text and shop.stock()["TEA-100"] == before - 2
    )
    assert (
        api.http("POST", "/buy", b"sku=TEA-100&quantity=999", form)[0] == 409
        and api.http("GET", "/nope")[0] == 404
    )


def test_state_survives(shop: ShopifyShop, api: Client) -> None:
    for name in ("two_rates", "exchange", "usd", "konbini"):
        shop.place(name)
    subscribe(api, "ORDERS_PAID", "https://odoo.example.jp/hook")
    data = json.loads(json.dumps(shop.dump_state()))
    other = ShopifyShop(SimClock(START, frozen=True))
    other.load_state(data)
    assert (
        other.orders() == shop.orders()
        and other.stock() == shop.stock()
        and len(other.store.webhooks) == 1
    )
    with other:
        assert Client(other).data(samples.COUNT, {"q": ""})["ordersCount"]["count"] == 4
        assert other.order(other.place("standard"))["name"] == "#1005"


def test_command_line(tmp_path: Path) -> None:
    items = tmp_path / "items.json"
    items.write_text(
        json.dumps([{"sku": "X", "name": "品", "price": 100, "stock": 50}]), encoding="utf-8"
    )
    args = [
        sys.executable,
        "-m",
        "tests.malls.shopify",
        "--port",
        "0",
        "--catalog",
        str(items),
        "--orders",
        "3",
        "--state-file",
        str(tmp_path / "s.json"),
    ]
    root = Path(__file__).resolve().parents[2]
    process = subprocess.Popen(
        args,
        cwd=root,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    try:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        assert {"url", "client_id", "client_secret", "access_token", "shop_domain"} <= set(ready)
        rows = json.loads(urllib.request.urlopen(ready["url"] + "/_sim/orders").read())
        assert len(rows) == 3
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
    assert json.loads((tmp_path / "s.json").read_text(encoding="utf-8"))["format"] == 1
