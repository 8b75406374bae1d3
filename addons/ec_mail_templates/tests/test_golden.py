"""Every kind of mail for orders of every shape, compared with texts a person has read.

To accept a change: EC_GOLDEN_WRITE=1 and read the difference.
"""

import os
from pathlib import Path

from odoo import fields
from odoo.tests import tagged

from .common import MailCommon

GOLDEN = Path(__file__).parent / "golden"
ADDRESS = {
    "name": "佐藤 一郎", "zip": "530-0001", "state_code": "JP-27", "city": "大阪市北区",
    "street": "梅田1-1-1", "street2": "グリーンハイツ305", "phone": "06-0000-0000",
}  # fmt: skip


@tagged("post_install", "-at_install")
class TestGolden(MailCommon):
    """``mall``: points, a coupon paid by the mall, forwarding address. ``cart``: shop coupon."""

    maxDiff = None

    def payload(self, flavour, ref, **changes):
        lines = [
            {
                **self.line("TEA-1", 2700, "0.10", 2),
                "name": "煎茶 特上 100g",
                "options": "包装：缶",
            },
            {**self.line("RICE-1", 540, "0.08", 1), "name": "※玄米せんべい（軽減税率対象）"},
            {**self.line("SHIP", 600, "0.10", kind="shipping"), "name": "送料"},
        ]
        extra = {}
        total = 6540
        if flavour == "mall":
            extra = {"points": "340", "mall_coupon": "200", "buyer_total": "6000"}
        else:
            coupon = {**self.line("SC", -500, "0.10", kind="shop_discount"), "name": "クーポン"}
            lines.append(coupon)
            total = 6040
            extra = {"shop_coupon": "500", "buyer_total": "6040"}
        ten = total - 540
        return self.order_payload(
            ref,
            lines=lines,
            total=str(total),
            tax_summary=self.summary(("0.10", ten, ten * 10 // 110), ("0.08", 540, 40)),
            delivery_label="宅配便",
            wish_date="2026-12-01",
            wish_time_from=14,
            wish_time_to=16,
            payment_due_on="2026-11-20",
            **{**extra, **changes},
        )

    def render_all(self, entry_values, order):
        """Subject and text of every kind, in the order of their templates."""
        found = []
        templates = self.env["mail.template"].search([("model", "=", "ec.mail.entry")], order="id")
        picking = order.picking_ids[:1]
        lead = self.entries.create(
            {
                "order_id": order[0].id,
                "channel_id": order[0].ec_channel_id.id,
                "kind_id": self.kind("thanks").id,
                "event_key": "golden",
                "picking_id": picking.id,
            }
        )
        for other in order[1:]:
            self.entries.create(
                {
                    "order_id": other.id,
                    "channel_id": other.ec_channel_id.id,
                    "kind_id": lead.kind_id.id,
                    "event_key": "golden",
                    "picking_id": other.picking_ids[:1].id,
                    "lead_id": lead.id,
                }
            )
        for template in templates:
            draft = lead._render(template)[lead.id]
            self.assertNotIn("None", draft["text"])
            self.assertNotIn("False", draft["text"])
            self.assertIn(lead.numbers.split("、")[0], draft["subject"])
            found.append(f"##### {template.name}\n件名: {draft['subject']}\n\n{draft['text']}")
        return "\n".join(found)

    def compare(self, name, text):
        path = GOLDEN / f"{name}.txt"
        if os.environ.get("EC_GOLDEN_WRITE"):
            path.write_text(text)
        self.assertEqual(text, path.read_text())

    def orders_of(self, flavour, case):
        ref = f"{flavour[0].upper()}-{case}"
        if case == "plain":
            return self.pull(self.payload(flavour, ref))
        if case == "gift":
            return self.pull(
                self.payload(
                    flavour, ref, is_gift=True, wrapping_text="和紙包装（有料）",
                    destinations=[{"ref": "1", "address": ADDRESS, "noshi": "御中元",
                                   "message": "いつもお世話になっております。"}],
                )
            )  # fmt: skip
        if case == "several":
            payload = self.payload(flavour, ref)
            payload["destinations"].append({"ref": "2", "address": ADDRESS})
            payload["lines"][1]["destination"] = 1
            return self.pull(payload)
        if case == "merged":
            return self.pull(self.payload(flavour, f"{ref}1"), self.payload(flavour, f"{ref}2"))
        order = self.pull(self.payload(flavour, ref))
        order._action_cancel()
        return order

    def test_all(self):
        for flavour in ("mall", "cart"):
            for case in ("plain", "gift", "several", "merged", "cancelled"):
                orders = self.orders_of(flavour, case)
                if case != "cancelled":
                    for order in orders:
                        self.ship(order, "444803009836")
                    orders.picking_ids.date_done = fields.Datetime.to_datetime(
                        "2026-11-25 06:30:00"
                    )
                with self.subTest(flavour=flavour, case=case):
                    self.compare(f"{flavour}_{case}", self.render_all({}, orders))
