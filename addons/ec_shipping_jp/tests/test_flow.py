"""300 orders of two shops from ready to "mall told"."""

import time

from odoo.tests import tagged

from .common import ShippingCommon


@tagged("post_install", "-at_install")
class TestFlow(ShippingCommon):
    def test_three_hundred_orders(self):
        other = self.make_channel(name="Second shop")
        for channel in (self.channel, other):
            channel.fake_page_size = 200
        pickings = self.env["stock.picking"]
        for channel, count in ((self.channel, 200), (other, 100)):
            channel.fake_documents = [
                {"ref": f"{channel.id}-{n}", "number": n + 1, "updated_at": None,
                 "payload": self.order_payload(f"{channel.id}-{n}")}
                for n in range(count)
            ]  # fmt: skip
            self.env["stock.quant"]._update_available_quantity(
                self.tea, self.warehouse.lot_stock_id, count
            )
            channel.action_pull_orders()
            pickings |= channel.order_ids.picking_ids
        self.assertEqual(len(pickings), 300)
        self.assertEqual(set(pickings.sale_id.mapped("ec_stage")), {"ready"})
        start = time.monotonic()
        self._batches_and_labels(pickings)
        numbers = dict(zip(pickings, self.numbers(300), strict=True))
        rows = [(picking.ec_key, number) for picking, number in numbers.items()]
        wizard = self.read_file(self.yamato_file(*rows))
        self.assertEqual(set(wizard.line_ids.mapped("state")), {"new"})
        self.assertEqual(set(pickings.mapped("state")), {"done"})
        (self.channel | other).action_push_shipments()
        self.assertEqual(set(pickings.sale_id.mapped("ec_stage")), {"done"})
        for picking, number in numbers.items():
            self.assertEqual(picking.carrier_tracking_ref, number)
        self.assertLess(time.monotonic() - start, 240)

    def _batches_and_labels(self, pickings):
        wizard = self.env["ec.batch.build"].create(
            {"picking_ids": [(6, 0, pickings.ids)], "max_size": 100}
        )
        batches = self.env["stock.picking.batch"].search(wizard.action_build()["domain"])
        self.assertEqual(sorted(len(b.picking_ids) for b in batches), [100, 100, 100])
        batches.action_ec_picked()
        export = self.env["ec.label.export"].create({"picking_ids": [(6, 0, pickings.ids)]})
        export.action_export()
        self.assertEqual(export.state, "done", export.error_text)
