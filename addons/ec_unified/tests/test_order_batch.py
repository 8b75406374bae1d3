"""The batch way leaves in the database what Odoo's own way leaves there."""

import random

from odoo.tests import tagged

from .order_common import OrderCommon

#: What no two orders share, or what only tells when and by which way they came.
UNLIKE = {
    "id", "create_date", "write_date", "name", "display_name", "access_token", "message_id",
    "res_id", "record_name", "reference",
}  # fmt: skip
COMPARED = {
    "sale.order": "self",
    "sale.order.line": "self.order_line",
    "stock.reference": "self.stock_reference_ids",
    "stock.picking": "self.picking_ids",
    "stock.move": "self.picking_ids.move_ids",
    "stock.move.line": "self.picking_ids.move_line_ids",
    "mail.message": "self.picking_ids.message_ids",
}


@tagged("post_install", "-at_install")
class TestOrderBatch(OrderCommon):
    def order_values(self, count):
        rng = random.Random(7)
        partner = self.env["res.partner"].create({"name": "試験", "zip": "100-0001"})
        fee = self.env.ref("ec_unified.product_shipping")
        return [
            {
                "partner_id": partner.id,
                "name": f"SAME-{n}",
                "date_order": "2026-11-01 00:00:00",
                "ec_channel_id": self.channel.id,
                "ec_may_ship": True,
                "ec_payment_state": "paid",
                "order_line": [
                    (0, 0, {"product_id": product.id, "product_uom_qty": rng.randint(1, 60)})
                    for product in (self.tea, self.rice, fee)
                ],
            }
            for n in range(count)
        ]

    def snapshot(self, orders):
        """Every stored value of every record made, in terms of one order each."""
        self.env.flush_all()
        self.env.invalidate_all()
        result = []
        for order in orders.sorted("name"):
            own = {}
            for model, path in COMPARED.items():
                records = order
                for name in path.split(".")[1:]:
                    records = records[name]
                own[model] = [self.values(record, order) for record in records.sorted("id")]
            result.append(own)
        return result

    def values(self, record, order):
        values = {}
        for name, field in record._fields.items():
            if name in UNLIKE or not field.store or name.startswith("date"):
                continue
            value = record[name]
            if field.relational:
                own = value._name in COMPARED or value._name == "mail.notification"
                value = len(value) if own else value.ids
            elif field.type in ("char", "html", "text"):
                value = self.neutral(value, record, order)
            elif field.type == "datetime":
                value = bool(value)
            values[name] = value
        return values

    def neutral(self, text, record, order):
        text = str(text or "")
        for known in (*order.picking_ids.mapped("name"), order.name):
            text = text.replace(known, "#")
        return text.replace(f'data-oe-id="{order.id}"', "").replace(str(order.id), "#")

    def test_same_result_as_plain_confirmation(self):
        values = self.order_values(4)
        with self.env.cr.savepoint() as savepoint:
            plain = self.env["sale.order"].create(values)
            plain.action_confirm()
            expected = self.snapshot(plain)
            savepoint.rollback()
        self.env.invalidate_all()
        ours = self.env["sale.order"].create(values)
        self.env["ec.order.import"]._confirm(ours)
        self.maxDiff = None
        for mine, theirs in zip(self.snapshot(ours), expected, strict=True):
            for model in COMPARED:
                self.assertEqual(mine[model], theirs[model], model)
        self.assertEqual(len(ours.picking_ids), 4)
        self.assertIn("partially_available", ours.picking_ids.move_ids.mapped("state"))

    def test_watched_product_is_reordered(self):
        rule = self.env["stock.warehouse.orderpoint"].create(
            {"product_id": self.rice.id, "product_min_qty": 5, "product_max_qty": 20}
        )
        rule.route_id = self.env["stock.route"].search([], limit=1)
        called = []
        model = self.registry["stock.warehouse.orderpoint"]
        self.patch(
            model, "_procure_orderpoint_confirm", lambda s, **kw: called.append(s.product_id)
        )
        self.pull(*(self.order_payload(f"R-{n}", lines=[
            self.line("RICE-1", 550), self.line("TEA-1", 550)]) for n in range(2)))  # fmt: skip
        self.assertEqual(called, [self.rice])
