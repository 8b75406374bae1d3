"""The daily path in a real browser, against both simulated malls over HTTP.

Connect both shops by the wizard → orders arrive → a clerk finds and opens one → somebody buys on
one mall's page → the stock falls on the other mall.

Between the tours Python plays the rest of the world: the buyers, and the malls' own figures that
the screens are compared with. While a tour runs, a thread plays Odoo's cron workers.
"""

import json
import threading
from unittest.mock import patch

import requests

from odoo import SUPERUSER_ID, api
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tests.common import ChromeBrowser

from .both_malls import CUP, ITEMS, TEA, BothMalls

STRANGER = "MALL-ONLY"
HOME = {"city": "千代田区", "zip1": "100", "zip2": "0001", "street": "千代田9-99", "building": ""}


class CronWorker(threading.Thread):
    """Does what a person asked for and waits to see, as Odoo's cron workers would."""

    def __init__(self, registry):
        super().__init__(name="ec-cron-worker", daemon=True)
        self.registry = registry
        self.error = None
        self._ended = threading.Event()

    def run(self):
        while not self._ended.wait(0.3):
            try:
                with self.registry.cursor() as cr:
                    self._work(api.Environment(cr, SUPERUSER_ID, {}))
            except Exception as error:  # handed to the test by `end`
                self.error = error
                return

    def _work(self, env):
        for row in env["ec.channel.operation"].search([]):
            if row.is_waiting:
                env["ec.channel"]._cron_run(row.channel_id.id, row.operation)

    def end(self):
        """Stop, and raise what went wrong."""
        self._ended.set()
        self.join(30)
        if self.error:
            raise self.error


@tagged("post_install", "-at_install")
class TestDailyTour(BothMalls, HttpCase):
    browser_size = "1400x900"
    items = (
        *ITEMS,
        {"sku": STRANGER, "item_code": "matcha", "name": "抹茶", "price": 1500, "tax_rate": 0.08},
    )
    shelf = {TEA: 20, CUP: 8}
    waits = {"authorise": 0, "after_confirm": 0}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for login, group in (("juchu-tour", "clerk"), ("kanri-tour", "manager")):
            user = new_test_user(
                cls.env,
                login,
                f"ec_unified.group_ec_{group}",
                company_id=cls.company.id,
                lang="ja_JP",
                tz="Asia/Tokyo",
            )
            user.partner_id.tz = "Asia/Tokyo"

    def tour(self, name, url, login, **facts):
        """Run a tour with the facts it expects, the background work beside it."""
        worker = CronWorker(self.registry)
        original = ChromeBrowser._wait_code_ok

        def wait_code_ok(browser, *args, **kwargs):
            # The only time in which this thread leaves the test's cursor to others.
            worker.start()
            try:
                return original(browser, *args, **kwargs)
            finally:
                worker.end()

        script = f"sessionStorage.setItem('ec_tour', {json.dumps(json.dumps(facts))})"
        options = json.dumps({"stepDelay": 0, "startUrl": url})
        with patch.object(ChromeBrowser, "_wait_code_ok", wait_code_ok):
            self.start_tour(
                url,
                name,
                login=login,
                timeout=120,
                code=f"{script}; odoo.startTour({name!r}, {options})",
            )
        self.env.invalidate_all()

    def work(self, *operations):
        """The crons of both shops, now."""
        for operation in operations:
            for channel in self.channels():
                channel.operation_ids.write({"blocked_until": False})
                getattr(channel, f"action_{operation}")()
        self.env.flush_all()

    def channels(self):
        return self.env["ec.channel"].search([("company_id", "=", self.company.id)])

    def connect_both(self):
        """Both shops, each by its wizard."""
        names = {"rakuten": "楽天市場 999001", "shopify": "例示商店"}
        for provider, values in self.credentials().items():
            self.tour(
                "ec_connect_shop",
                "/odoo/shop-dashboard",
                "kanri-tour",
                provider=provider,
                credentials=values,
                report=f"「{names[provider]}」に接続できました。問題はありません。",
                warehouse=self.warehouse.name,
                matched="2",
                unmatched="1",
                shop_name=names[provider],
            )
        self.assertEqual(
            self.channels().mapped(lambda c: (c.provider, c.state)),
            [("rakuten", "active"), ("shopify", "active")],
        )

    def test_daily_path(self):
        self.connect_both()
        self.work("push_stock")
        for mall in (self.rakuten, self.shopify):
            stock = mall.stock()
            self.assertEqual((stock[TEA], stock[CUP], stock[STRANGER]), (20, 8, 50), mall.name)
        orders = self.buy_and_pull()
        self.look_at(orders)
        self.buy_on_the_page()

    def buy_and_pull(self):
        """One order on each mall; both arrive and are ready to ship."""
        first = self.rakuten.buy(
            lines=[{"sku": TEA, "quantity": 3}, {"sku": CUP}],
            payment=1,
            buyer={"family": "春野", "given": "ひかり", "prefecture": "東京都", **HOME},
        )
        second = self.shopify.buy(
            lines=[{"sku": TEA, "quantity": 2}, {"sku": CUP, "quantity": 1}],
            shipping=660,
            payment="card",
            buyer={
                "last_name": "夏木", "first_name": "つばさ", "province_code": "JP-13",
                "province": "Tōkyō", "zip": "100-0001", "city": HOME["city"],
                "address1": HOME["street"], "address2": None,
            },
            attributes={"配送希望日": "2026-12-25", "配送希望時間帯": "14:00-16:00"},
        )  # fmt: skip
        for _again in range(2):  # received and confirmed; then what became of it at the mall
            self.work("pull_orders", "send_exchanges")
        orders = self.env["sale.order"].search([("ec_order_ref", "in", [first, second])])
        self.assertEqual(orders.ec_check_ids.mapped("reason"), [])
        self.assertEqual(orders.mapped("ec_stage"), ["ready", "ready"])
        self.work("push_stock")
        self.assertEqual([mall.stock()[TEA] for mall in (self.rakuten, self.shopify)], [15, 15])
        return {first: self.rakuten.order(first), second: self.shopify.order(second)}

    def look_at(self, figures):
        """The clerk sees the malls' own figures."""
        rows = []
        for ref, row in figures.items():
            order = self.env["sale.order"].search([("ec_order_ref", "=", ref)])
            rows.append(
                [row.get("name") or ref, order.partner_id.name, yen(row["buyer_total"]),
                 order.ec_channel_id.name, "出荷待ち", "クレジットカード"]
            )  # fmt: skip
        row = figures[order.ec_order_ref]
        self.tour(
            "ec_orders_of_the_day",
            "/odoo/shop-dashboard",
            "juchu-tour",
            ready="2",
            rows=rows,
            open=row["name"],
            form={
                "band": [order.ec_channel_id.name, "出荷待ち", row["name"], "支払い済み"],
                "wishes": ["2026/12/25", "14～16時"],
                "money": [
                    yen(row["buyer_total"]),
                    "入金済",
                    *(f"{rate}%：¥ {yen(tax['tax'])}" for rate, tax in row["tax"].items()),
                ],
                "lines": [f"[{TEA}]", f"[{CUP}]", "送料", "2.00", "1.00"],
            },
        )

    def buy_on_the_page(self):
        """Bought on mall A's page, right on mall B and on our screen."""
        form = {"sku": TEA, "quantity": "4"}
        answer = requests.post(f"{self.rakuten.base_url}/buy", data=form, timeout=10)
        self.assertIn("ご注文ありがとうございます", answer.text)
        self.assertEqual(self.shopify.stock()[TEA], 15, "nobody has told Shopify yet")
        self.work("pull_orders", "push_stock")
        self.assertEqual(self.shopify.stock()[TEA], 11)
        self.assertEqual(self.rakuten.stock()[TEA], 11)
        self.assertEqual(self.shopify.stock()[CUP], 6)
        self.tour("ec_stock_of_a_sku", "/odoo/shop-listings", "juchu-tour", sku=TEA, shown="11 11")


def yen(amount):
    """An amount as the screens show it, without the currency's sign."""
    return f"{int(amount):,}"
