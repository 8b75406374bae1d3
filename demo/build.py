"""What ``make demo`` does inside Odoo: fill a fresh database, and connect it at every start.

``malls`` is what the simulated malls print when they are ready: provider → address and credentials.
"""

import json
import urllib.request
from datetime import datetime, timedelta, timezone

from . import catalog, life, pictures, shop

PAST_ORDERS = 200
OPEN_ORDERS = 30
_JST = timezone(timedelta(hours=9))
_NAMES = {"rakuten": "楽天市場店", "shopify": "公式ストア"}
_COLOURS = {"rakuten": 1, "shopify": 10}
#: What a simulated mall prints → the channel's fields.
_FIELDS = {
    "url": "api_url",
    "service_secret": "rakuten_service_secret",
    "license_key": "rakuten_license_key",
    "client_id": "shopify_client_id",
    "client_secret": "shopify_client_secret",
}


def build(env, malls):
    """Fill a fresh database: company, staff, goods, both shops with past and open orders."""
    env = env(context={**env.context, "lang": "ja_JP", "tz": "Asia/Tokyo"})
    shop.build_company(env)
    users = shop.build_staff(env)
    shelves = shop.build_shelves(env)
    products = shop.build_products(env)
    shop.fill_shelves(env, products, shelves)
    channels = shop.connect_channels(env, _values(malls, users["kanri"]))
    carriers = life.set_up_shipping(env)
    life.set_up_days(env)
    life.set_up_stock(env, channels)
    life.set_up_mails(env, channels)
    for provider in channels:
        _fill_mall(malls[provider]["url"])
    life.tidy_history(_post, _get, malls, datetime.now(_JST))
    life.sell_strangers(_post, malls)
    refs = life.buy_before(_post, malls)
    for channel in channels.values():
        channel.import_from = datetime.now() - timedelta(days=60)
        channel.action_check_connection()
        channel.action_import_listings()
        channel.state = "active"
    life.break_shelf(env)
    for _again in range(2):  # received and confirmed; then what became of it at the mall
        for channel in channels.values():
            channel.action_pull_orders()
            channel.action_send_exchanges("confirm")
    life.assign_deliveries(env, carriers)
    for channel in channels.values():
        channel.action_push_stock()
    life.work(env, channels, refs)
    life.meddle(_post, malls, channels, refs)


def connect(env, malls):
    """Tell the shops where the malls listen now.

    :return: logins to print, {login: password}
    """
    for provider, mall in malls.items():
        channel = env["ec.channel"].search([("provider", "=", provider)], limit=1)
        values = _values({provider: mall})[provider]
        if channel:
            channel.write({key: value for key, value in values.items() if key in _FIELDS.values()})
            channel._trigger_op("pull_orders")
    return dict(shop.PASSWORDS)


def _values(malls, user=None):
    """``ec.channel`` values per provider for these malls."""
    return {
        provider: {
            "name": _NAMES[provider],
            "color": _COLOURS[provider],
            **({"user_id": user.id} if user else {}),
            **{field: mall[key] for key, field in _FIELDS.items() if key in mall},
        }
        for provider, mall in malls.items()
    }


def _fill_mall(url):
    """Put goods and orders into a simulated mall through its control API."""
    items = catalog.mall_items(pictures.draw_base64)  # slow: a mall without items invents some
    _post(url, "reset", {})
    _post(url, "items", items)
    now = datetime.now(_JST)
    _post(
        url,
        "generate",
        {
            "count": PAST_ORDERS // 2,
            "seed": 11,
            "since": (now - timedelta(days=55)).isoformat(),
            "until": (now - timedelta(days=4)).isoformat(),
        },
    )
    _post(
        url,
        "generate",
        {
            "count": OPEN_ORDERS // 2,
            "seed": 12,
            "since": (now - timedelta(hours=44)).isoformat(),
            "mix": "all",
        },
    )


def _get(url, what):
    with urllib.request.urlopen(f"{url}/_sim/{what}", timeout=60) as answer:
        return json.load(answer)


def _post(url, what, body):
    request = urllib.request.Request(
        f"{url}/_sim/{what}",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)
