"""Every kind of mail for orders of both malls, compared with texts a person has read.

The orders come from the simulated malls through the real adapters. To accept a change:
EC_GOLDEN_WRITE=1, then read the difference.
"""

import os
import re
from datetime import UTC, date, datetime
from pathlib import Path
from unittest.mock import patch

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.ec_mail_templates.lib.plain_text import find_links, text_width
from odoo.addons.ec_unified.tests.common import EcCommon

from tests.malls.common.clock import SimClock
from tests.malls.rakuten import RakutenMall
from tests.malls.shopify.shop import ShopifyShop

UNSUBSCRIBE = re.compile(r"https?://\S+/ec/mail/unsubscribe/\S+")
GOLDEN = Path(__file__).parent / "golden_mails"
START = datetime(2026, 11, 1, 10, 0)  # noqa: DTZ001 - the malls take it as Japanese time
SHOP = {
    "ec_mail_from": "shop@example.com",
    "ec_mail_lang": "ja_JP",
    "ec_mail_sender": "お茶の専門店 緑風堂",
    "ec_mail_signature": (
        "お茶の専門店 緑風堂\n〒100-0001 東京都千代田区千代田9-9\nTEL 03-0000-0001"
    ),
    "ec_mail_bank_account": "みどり銀行 本店 普通 1234567 カ）リヨクフウドウ",
}
HOME = {
    "family": "山田", "given": "花子", "family_kana": "ヤマダ", "given_kana": "ハナコ",
    "zip1": "100", "zip2": "0001", "prefecture": "東京都", "city": "千代田区",
    "street": "千代田1-1", "building": "グリーンハイツ305",
}  # fmt: skip
CART_HOME = {
    "last_name": "山田", "first_name": "花子", "zip": "100-0001", "province_code": "JP-13",
    "province": "Tokyo", "city": "千代田区", "address1": "千代田1-1",
    "address2": "グリーンハイツ305",
}  # fmt: skip
#: Situation of the mall per case: (name, changes).
RAKUTEN = {
    "plain": ("mixed_coupon", {}),
    "gift": ("noshi", {"wrapping": {"paper": {"name": "和紙包装", "price": 220}}}),
    "several": ("several_destinations", {}),
    "merged": ("points", {}),
    "cancelled": ("mall_coupon", {}),
}
SHOPIFY = {
    "plain": ("code_discount", {}),
    "gift": ("wishes", {}),
    "several": ("split", {}),
    "merged": ("two_rates", {}),
    "cancelled": ("two_rates", {}),
}
#: Templates that are not the only one of their kind.
KINDS = {
    "template_thanks_gift": "kind_thanks",
    "template_thanks_repeat": "kind_thanks",
    "template_payment_request_bank": "kind_payment_request",
    "template_payment_request_konbini": "kind_payment_request",
}
#: Templates about money still to come are written for orders that owe some.
PAYMENT = {
    "template_payment_request_bank": "bank",
    "template_payment_request_konbini": "konbini",
    "template_payment_request": "konbini",
    "template_payment_reminder": "bank",
    "template_payment_received": "bank",
}
#: Sent while the goods are still here; some of them tell of goods that are not.
BEFORE_SHIPPING = (
    "template_thanks", "template_thanks_gift", "template_thanks_repeat", "template_backorder",
    "template_delay", "template_out_of_stock", *PAYMENT,
)  # fmt: skip


class GoldenMixin:
    """Renders all templates for the orders of one mall."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        entries = cls.registry["ec.mail.entry"]
        # Planned from today on; texts to compare need a day that stays.
        cls.classPatch(entries, "_planned_day", lambda _self: date(2026, 11, 25))
        cls.carrier = cls.env["delivery.carrier"].search(
            [("name", "ilike", "ヤマト")], limit=1
        ) or cls.env["delivery.carrier"].create(
            {
                "name": "ヤマト運輸",
                "product_id": cls.env["product.product"]
                .create({"name": "宅急便", "type": "service"})
                .id,
            }
        )

    def connect(self, provider, mall, **vals):
        """The shop on this mall, its goods on the shelf."""
        shop = self.env["ec.channel"].create(
            {
                "name": "緑風堂",
                "provider": provider,
                "state": "active",
                "company_id": self.company.id,
                "warehouse_ids": [Command.set(self.warehouse.ids)],
                "user_id": self.manager.id,
                "import_from": "2020-01-01 00:00:00",
                **SHOP,
                **vals,
            }
        )
        shop.action_import_listings()
        for row in self.env["ec.listing.sku"].search([("channel_id", "=", shop.id)]):
            product = self.env["product.product"].create(
                {"name": row.sku_code, "default_code": row.sku_code, "is_storable": True}
            )
            self.env["stock.quant"]._update_available_quantity(
                product, self.warehouse.lot_stock_id, 500
            )
        return shop

    def pull(self, shop, refs):
        """The orders with these numbers, received and looked at."""
        shop.action_pull_orders()
        orders = self.env["sale.order"].search([("ec_channel_id", "=", shop.id)], order="id")
        orders = orders.filtered(lambda o: o.ec_order_ref in refs)
        self.assertEqual(len(orders), len(refs))
        orders.ec_check_ids._clear(note="golden")
        return orders

    def ship(self, orders):
        """One number per parcel: merged orders share one, destinations have their own."""
        open_ones = orders.picking_ids.filtered(lambda p: p.state not in ("done", "cancel"))
        pickings = open_ones.sorted("id")
        numbers = ["444803009836", "444803009840"]
        for index, picking in enumerate(pickings):
            number = numbers[0 if len(orders) > 1 else index]
            picking.write({"carrier_id": self.carrier.id, "carrier_tracking_ref": number})
        for move in pickings.move_ids[: 1 if self.in_parts else None]:
            move.quantity = move.product_uom_qty
            move.picked = True
        pickings.with_context(skip_backorder=True, skip_sms=True)._action_done()
        pickings.date_done = fields.Datetime.to_datetime("2026-11-04 06:30:00")

    def entry(self, orders, kind):
        """A ledger row about these orders, the others told in the mail of the first."""
        of_picking = len(orders) > 1 or self.in_parts
        rows = self.env["ec.mail.entry"].create(
            [
                {
                    "order_id": order.id,
                    "channel_id": order.ec_channel_id.id,
                    "kind_id": self.env.ref(f"ec_mail_templates.{kind}").id,
                    "event_key": f"golden{len(self.env['ec.mail.entry'].search([]))}",
                    "picking_id": self.told_picking(order).id if of_picking else False,
                }
                for order in orders
            ]
        )
        rows[1:].lead_id = rows[0]
        return rows[0]

    def told_picking(self, order):
        """The delivery that has left, the one the mail is about."""
        gone = order.picking_ids.filtered(lambda picking: picking.state == "done")
        return (gone or order.picking_ids)[:1]

    def render(self, orders, owing, *, before=None):
        """{template: subject and text}; ``owing``: {role: unpaid orders} for some.

        :param bool before: only those sent before the goods leave, or only the others
        """
        templates = self.env["mail.template"].search([("model", "=", "ec.mail.entry")])
        ids = self.env["ir.model.data"].search(
            [("module", "=", "ec_mail_templates"), ("model", "=", "mail.template")]
        )
        names = {row.res_id: row.name for row in ids}
        found = {}
        for template in templates.sorted(lambda t: list(names).index(t.id)):
            name = names[template.id]
            if before is not None and (name in BEFORE_SHIPPING) != before:
                continue
            of = owing.get(PAYMENT.get(name), orders)
            entry = self.entry(of, KINDS.get(name) or name.replace("template_", "kind_"))
            why = entry.with_context(ec_mail_as_if=True, lang="ja_JP")._why_not()
            if why and of[0].state == "cancel":
                found[name] = f"##### {template.name}\n（送信しません：{why}）\n"
                continue
            if name == "template_refunded":
                for order in of:
                    order.ec_refunded = order.ec_buyer_total
            draft = entry._render(template)[entry.id]
            text = f"##### {template.name}\n件名: {draft['subject']}\n\n{draft['text']}"
            self.check(entry, draft, text)
            found[name] = text
        return found

    def lack(self, orders):
        """The first goods are not there any more."""
        orders[:1].picking_ids.move_ids[:1]._do_unreserve()

    def check(self, entry, draft, text):
        """What holds for every mail."""
        for word in ("None", "False", "[]", "nan"):
            self.assertNotIn(word, text)
        self.assertIn(entry.order_id.ec_order_number, draft["subject"])
        for line in draft["text"].splitlines():
            if not find_links(line):
                self.assertLessEqual(text_width(line), 74, line)
        draft["text"].replace("髙", "高").encode("cp932")
        held, _final = entry._why_held(draft)
        self.assertEqual(bool(held), "（ここに" in text, held)

    def without_numbers(self, text):
        for number, order in enumerate(self.numbered, start=1):
            text = text.replace(order.ec_order_number, f"<番号{number}>")
        return UNSUBSCRIBE.sub("<配信停止のURL>", text)

    def compare(self, name, text):
        path = GOLDEN / f"{name}.txt"
        if os.environ.get("EC_GOLDEN_WRITE"):
            GOLDEN.mkdir(exist_ok=True)
            path.write_text(text)
        self.assertEqual(text, path.read_text())

    def run_case(self, case):
        self.numbered = self.env["sale.order"]
        name, changes = self.situations[case]
        self.in_parts = name == "split"
        refs = [self.place(name, **changes) for _n in range(2 if case == "merged" else 1)]
        payments = {
            role: [self.place(name, **{**changes, "payment": code}) for _n in refs]
            for role, code in self.payments.items()
        }
        orders = self.pull(self.shop, refs)
        owing = {role: self.pull(self.shop, found) for role, found in payments.items()}
        self.numbered = orders.union(*owing.values())
        if case == "cancelled":
            for ref in [*refs, *(ref for found in payments.values() for ref in found)]:
                self.mall.event(ref, "buyer_cancel")
            self.pull(self.shop, refs)
            self.assertEqual(set(self.numbered.mapped("state")), {"cancel"})
            found = self.render(orders, owing)
        else:
            self.lack(orders)
            found = self.render(orders, owing, before=True)
            self.ship(orders)
            found |= self.render(orders, owing, before=False)
        text = "\n".join(found[name] for name in sorted(found))
        self.compare(f"{self.mall_name}_{case}", self.without_numbers(text))

    def test_plain(self):
        self.run_case("plain")

    def test_gift(self):
        self.run_case("gift")

    def test_several(self):
        self.run_case("several")

    def test_merged(self):
        self.run_case("merged")

    def test_cancelled(self):
        self.run_case("cancelled")


@tagged("post_install", "-at_install")
class TestGoldenRakuten(GoldenMixin, EcCommon):
    mall_name, situations = "rakuten", RAKUTEN
    payments = {"bank": "bank", "konbini": 14}

    def setUp(self):
        super().setUp()
        adapter = self.registry["ec.channel.adapter.rakuten"]
        self.startPatcher(patch.object(adapter, "_rates", lambda self: {}))
        self.startPatcher(
            patch.object(adapter, "_now", lambda _self: self.mall.clock.now().astimezone(UTC))
        )
        self.mall = RakutenMall(SimClock(START, frozen=True))
        self.mall.add_items()
        self.mall.start()
        self.addCleanup(self.mall.stop)
        self.shop = self.connect(
            "rakuten", self.mall, api_url=self.mall.base_url,
            rakuten_service_secret=self.mall.service_secret,
            rakuten_license_key=self.mall.license_key,
        )  # fmt: skip

    def place(self, name, **changes):
        return self.mall.place(name, buyer=HOME, **changes)

    def test_no_links_elsewhere(self):
        """Only Rakuten and the carriers."""
        policy = self.env.ref("ec_mail_templates.policy_rakuten")
        for path in GOLDEN.glob("rakuten_*.txt"):
            self.assertFalse([f for f in policy._findings(path.read_text()) if f[0] == "link"])


@tagged("post_install", "-at_install")
class TestGoldenShopify(GoldenMixin, EcCommon):
    mall_name, situations = "shopify", SHOPIFY
    payments = {"bank": "bank", "konbini": "konbini"}

    def setUp(self):
        super().setUp()
        self.mall = ShopifyShop(SimClock(START, frozen=True), throttle=False)
        self.mall.start()
        self.addCleanup(self.mall.stop)
        self.mall.add_items(
            [
                {"sku": "TEA-100", "name": "煎茶 特上 100g", "tax_rate": 0.08, "price": 1080,
                 "stock": 90},
                {"sku": "CUP-BL", "name": "湯のみ 藍", "tax_rate": 0.1, "price": 2200, "stock": 90},
            ]
        )  # fmt: skip
        self.shop = self.connect(
            "shopify", self.mall, api_url=self.mall.api_url,
            shopify_domain=self.mall.shop_domain,
            shopify_client_id=self.mall.client_id,
            shopify_client_secret=self.mall.client_secret,
        )  # fmt: skip

    def place(self, name, **changes):
        changes.setdefault("buyer", CART_HOME)
        return self.mall.place(name, **changes)
