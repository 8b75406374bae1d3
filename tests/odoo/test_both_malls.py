"""Parcels for several orders and several parcels for one, told to both simulated malls."""

from odoo.tests import tagged

from .both_malls import CUP, TEA, BothMalls

NUMBER, SECOND = "400000000001", "400000000012"


@tagged("post_install", "-at_install")
class TestBothMalls(BothMalls):
    def setUp(self):
        super().setUp()
        self.first, self.second = self.connect(merge_policy="all")
        (self.first | self.second).action_import_listings()

    def two_orders(self):
        """The same person buys on both malls."""
        refs = [
            self.rakuten.place("ready", lines=[{"sku": CUP}]),
            self.shopify.buy(lines=[{"sku": TEA, "quantity": 1}], shipping=660, payment="card"),
        ]
        (self.first | self.second).action_pull_orders()
        orders = self.env["sale.order"].search([("ec_order_ref", "in", refs)])
        one = orders.filtered(lambda order: order.ec_channel_id == self.first)
        two = orders - one
        place = one.partner_shipping_id
        place.phone = "03-0000-0000"
        values = {name: place[name] for name in ("name", "zip", "city", "street", "street2")}
        two.partner_shipping_id.write(
            {**values, "state_id": place.state_id.id, "phone": place.phone}
        )
        two.picking_ids.partner_id = two.partner_shipping_id
        orders.ec_check_ids._clear(note="test")
        self.assertEqual(set(orders.mapped("ec_stage")), {"ready"})
        return one, two

    def send(self):
        for channel in self.first | self.second:
            self.env["ec.exchange"]._process_pending(channel, direction="out")

    def rows(self, order):
        """Tracking numbers at the Rakuten mall."""
        shown = self.rakuten.order(order.ec_order_ref)["shipments"]
        return sorted(row["shippingNumber"] for row in shown)

    def parcels(self, order):
        """(tracking number, pieces) at the Shopify shop."""
        at_shop = self.shopify.store.orders[int(order.ec_order_ref.rsplit("/", 1)[-1])]
        return sorted(
            (number, sum(line.quantity for line in made.lines))
            for made in at_shop.fulfillments
            if made.status == "SUCCESS"
            for number in (info["number"] for info in made.tracking)
        )

    def ship(self, picking, number):
        picking.carrier_tracking_ref = number
        picking.move_ids.picked = True
        picking.with_context(skip_backorder=True).button_validate()

    def test_one_parcel_is_told_to_both_malls_each_for_its_order(self):
        one, two = self.two_orders()
        totals = one.amount_total, two.amount_total
        merge = self.env["ec.merge"].with_user(self.clerk)._suggest()
        merge = merge.filtered(lambda row: one in row.order_ids)
        self.assertEqual(merge.order_ids, one | two)
        merge.action_merge()
        self.ship(one.picking_ids, NUMBER)
        self.assertEqual(two.picking_ids.state, "done")
        self.assertEqual((self.rows(one), self.parcels(two)), ([], []), "told in the background")
        self.send()
        self.assertEqual(self.rows(one), [NUMBER])
        self.assertEqual(self.parcels(two), [(NUMBER, 1)])
        self.assertEqual((one.amount_total, two.amount_total), totals)
        self.assertEqual(
            [order._create_invoices().amount_total for order in (one, two)], list(totals)
        )

    def test_undone_each_order_has_its_own_number_again(self):
        one, two = self.two_orders()
        merge = self.env["ec.merge"].with_user(self.clerk)._merge((one | two).picking_ids)
        merge.with_user(self.clerk).action_undo()
        self.ship(one.picking_ids, NUMBER)
        self.send()
        self.assertEqual((self.rows(one), self.parcels(two)), ([NUMBER], []))
        self.ship(two.picking_ids, SECOND)
        self.send()
        self.assertEqual((self.rows(one), self.parcels(two)), ([NUMBER], [(SECOND, 1)]))

    def test_a_shop_that_forbids_it_stays_apart(self):
        one, _two = self.two_orders()
        self.second.merge_policy = "none"
        merges = self.env["ec.merge"].with_user(self.clerk)._suggest()
        self.assertFalse(merges.filtered(lambda row: one in row.order_ids))

    def test_split_parcels_are_both_told(self):
        refs = [
            self.rakuten.place("ready", lines=[{"sku": CUP, "quantity": 3}]),
            self.shopify.buy(lines=[{"sku": CUP, "quantity": 3}], shipping=660, payment="card"),
        ]
        (self.first | self.second).action_pull_orders()
        for ref in refs:
            order = self.env["sale.order"].search([("ec_order_ref", "=", ref)])
            order.ec_check_ids._clear(note="test")
            picking = order.picking_ids
            picking.move_ids.quantity = 1  # the rest is not found on the shelf
            picking.action_ec_split_stock()
            later = order.picking_ids - picking
            self.assertEqual(later.move_ids.product_uom_qty, 2)
            self.ship(picking, NUMBER)
            self.send()
            later.move_ids.quantity = 2
            self.ship(later, SECOND)
            self.send()
            if order.ec_channel_id == self.first:
                self.assertEqual(self.rows(order), [NUMBER, SECOND])
            else:
                self.assertEqual(self.parcels(order), [(NUMBER, 1), (SECOND, 2)])
            self.assertEqual(len(order.picking_ids), 2)
