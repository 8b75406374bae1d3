"""What an order lacks comes from another warehouse."""

import random

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .order_common import OrderCommon


class TransferCommon(OrderCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.west = cls.env["stock.warehouse"].create({"name": "West", "code": "WST"})
        cls.pot = cls.make_product("POT-1", quantity=1)
        cls.put(cls.pot, 5)

    def list_pots(self, shops):
        """Every one of ``shops`` offers the pot and shows none yet."""
        for shop in shops:
            shop.fake_listings = [
                {"ref": "pot", "code": "pot", "title": "Pot",
                 "skus": [{"ref": "POT-1", "sku_code": "POT-1"}]}
            ]  # fmt: skip
            shop.fake_stock = {"POT-1": 0}
            shop.action_import_listings()

    @classmethod
    def put(cls, product, quantity, warehouse=None):
        place = (warehouse or cls.west).lot_stock_id
        cls.env["stock.quant"]._update_available_quantity(product, place, quantity)

    def buy(self, ref, *lines, channel=None, **changes):
        """An order of (code, quantity), imported."""
        rows = [self.line(code, 100, quantity=quantity) for code, quantity in lines]
        total = sum(100 * quantity for _code, quantity in lines)
        return self.pull(
            self.order_payload(
                ref,
                lines=rows,
                tax_summary=self.summary(("0.10", total, total - round(total / 1.1))),
                buyer_total=str(total),
                total=str(total),
                **changes,
            ),
            channel=channel,
        )

    def wizard(self, order, **vals):
        wizards = self.env["ec.order.short"].with_user(self.clerk)
        wizards = wizards.with_context(default_order_id=order.id)
        return wizards.create({"order_id": order.id, "choice": "transfer", **vals})

    def bring(self, order, warehouse=None):
        """Bring what is missing; returns the open transfers."""
        vals = {"source_id": warehouse.id} if warehouse else {}
        self.wizard(order, **vals).action_apply()
        return self.open_transfers(order)

    def open_transfers(self, order):
        order.invalidate_recordset(["ec_transfer_ids"])
        return order.ec_transfer_ids.filtered(lambda p: p.state not in ("done", "cancel"))

    def validate(self, picking, **quantities):
        """Do the transfer as a clerk does, all of it or other quantities by code."""
        picking = picking.with_user(self.clerk)
        for move in picking.move_ids:
            move.quantity = quantities.get(move.product_id.default_code, move.product_uom_qty)
            move.picked = True
        result = picking.button_validate()
        if isinstance(result, dict):
            wizard = self.env[result["res_model"]].with_user(self.clerk)
            wizard = wizard.with_context(**result["context"]).create({})
            wizard.process_cancel_backorder()
        self.env.flush_all()

    def free(self, product, warehouse):
        return product._ec_free_quantities([("id", "child_of", warehouse.lot_stock_id.id)])[
            product.id
        ]


@tagged("post_install", "-at_install")
class TestOrderTransfer(TransferCommon):
    def test_brought_and_ready_by_itself(self):
        order = self.buy("T-1", ("POT-1", 3))
        self.assertEqual((self.open_codes(order), order.ec_stage), (["stock_short"], "check"))
        wizard = self.wizard(order)
        self.assertEqual(wizard.source_ids, self.west)
        self.assertEqual(wizard.source_id, self.west)
        self.assertIn("POT-1 × 2", wizard.offers)
        wizard.action_apply()
        [transfer] = order.ec_transfer_ids
        self.assertEqual(transfer.picking_type_code, "internal")
        self.assertEqual(transfer.state, "assigned")
        self.assertEqual(transfer.move_ids.product_uom_qty, 2)
        self.assertEqual(transfer.location_id, self.west.lot_stock_id)
        self.assertEqual(transfer.location_dest_id, self.warehouse.lot_stock_id)
        self.assertNotIn(transfer, order.picking_ids, "it is no delivery of the order")
        self.assertEqual((self.open_codes(order), order.ec_stage), ([], "stock"))
        check = order.ec_check_ids.filtered(lambda c: c.code == "stock_short")
        self.assertTrue(check.cleared_note)
        self.assertEqual(check.cleared_by_id, self.clerk)
        self.validate(transfer)
        self.assertEqual(order.ec_stage, "ready")
        self.assertEqual(set(order.picking_ids.move_ids.mapped("state")), {"assigned"})
        self.assertEqual(sum(order.picking_ids.move_ids.mapped("quantity")), 3)
        order.picking_ids.move_ids.picked = True
        order.picking_ids.button_validate()
        self.assertEqual(order.order_line.qty_delivered, 3)
        self.assertEqual(self.free(self.pot, self.warehouse), 0)
        self.assertEqual(self.free(self.pot, self.west), 3)

    def test_the_giving_warehouse_never_promises_the_goods(self):
        """Its shops fall before anything moved, and rise nowhere."""
        giving = self.make_channel(
            name="West shop", warehouse_ids=[Command.set(self.west.ids)], order_prefix="W-"
        )
        both = self.make_channel(
            name="Both", warehouse_ids=[Command.set((self.warehouse + self.west).ids)],
            order_prefix="B-",
        )  # fmt: skip
        shops = self.channel + giving + both
        self.list_pots(shops)

        def shown():
            self.env.cr.flush()
            shops.action_push_stock()
            self.env.cr.flush()
            return [shop.fake_stock["POT-1"] for shop in shops]

        self.assertEqual(shown(), [1, 5, 6])
        order = self.buy("T-1", ("POT-1", 3))
        self.assertEqual(shown(), [0, 5, 5])
        transfer = self.bring(order)
        self.assertEqual(shown(), [0, 3, 3])
        self.validate(transfer)
        self.assertEqual(shown(), [0, 3, 3])
        self.assertEqual(order.ec_stage, "ready")

    def test_goods_taken_meanwhile(self):
        """Somebody else was quicker: nothing is promised twice."""
        order = self.buy("T-1", ("POT-1", 3))
        wizard = self.wizard(order)
        self.assertEqual(wizard.source_id, self.west)
        self.put(self.pot, -5)
        with self.assertRaisesRegex(UserError, "West"):
            wizard.action_apply()
        self.assertFalse(order.ec_transfer_ids)
        self.assertEqual(self.open_codes(order), ["stock_short"])

    def test_nobody_has_any(self):
        order = self.buy("T-1", ("POT-1", 9))
        self.put(self.pot, -5)
        wizard = self.wizard(order)
        self.assertFalse(wizard.source_ids)
        with self.assertRaises(UserError):
            wizard.action_apply()

    def test_not_enough_there_either(self):
        """What is there comes; the rest stays missing and is said again."""
        order = self.buy("T-1", ("POT-1", 8))
        transfer = self.bring(order)
        self.assertEqual(transfer.move_ids.product_uom_qty, 5)
        self.assertEqual(self.open_codes(order), ["stock_short"])
        self.assertIn("POT-1 × 2", order.ec_open_check_ids.reason)
        third = self.env["stock.warehouse"].create({"name": "Third", "code": "TRD"})
        self.put(self.pot, 2, third)
        other = self.bring(order) - transfer
        self.assertEqual(other.location_id, third.lot_stock_id)
        self.assertEqual(self.open_codes(order), [])
        self.validate(transfer)
        self.assertEqual(order.ec_stage, "stock")
        self.validate(other)
        self.assertEqual(order.ec_stage, "ready")

    def test_the_first_that_has_all_of_it_is_proposed(self):
        self.channel.warehouse_ids += self.west
        third = self.env["stock.warehouse"].create({"name": "Third", "code": "TRD"})
        self.put(self.pot, 7, third)
        order = self.buy("T-1", ("POT-1", 8))
        self.assertEqual(order.warehouse_id, self.warehouse)
        wizard = self.wizard(order)
        self.assertEqual(list(wizard.source_ids), [self.west, third])
        self.assertEqual(wizard.source_id, third)

    def test_what_is_brought_for_one_order_is_not_given_to_another(self):
        order = self.buy("T-2", ("POT-1", 3), ordered_at="2026-11-01T12:00:00+09:00")
        transfer = self.bring(order)
        earlier = self.buy("T-1", ("POT-1", 4), ordered_at="2026-11-01T08:00:00+09:00")
        self.assertIn("stock_short", self.open_codes(earlier))
        self.validate(transfer)
        self.assertEqual(sum(order.picking_ids.move_ids.mapped("quantity")), 2)
        self.assertEqual(sum(earlier.picking_ids.move_ids.mapped("quantity")), 1)

    def test_what_arrived_follows_the_common_rule(self):
        """Arrived and not packed, it may still pass to an order that was placed before."""
        order = self.buy("T-2", ("POT-1", 3), ordered_at="2026-11-01T12:00:00+09:00")
        self.validate(self.bring(order))
        earlier = self.buy("T-1", ("POT-1", 2), ordered_at="2026-11-01T08:00:00+09:00")
        self.assertEqual(earlier.ec_stage, "ready")
        self.assertEqual(self.open_codes(order), ["stock_short"])
        self.put(self.pot, 2, self.warehouse)
        order.picking_ids.action_assign()
        self.assertEqual((self.open_codes(order), order.ec_stage), ([], "ready"))

    def test_defective_goods_are_not_brought(self):
        shelf = self.env["stock.location"].create(
            {"name": "Broken", "location_id": self.west.lot_stock_id.id, "ec_not_offered": True}
        )
        self.put(self.pot, -4)
        self.env["stock.quant"]._update_available_quantity(self.pot, shelf, 9)
        order = self.buy("T-1", ("POT-1", 3))
        transfer = self.bring(order)
        self.assertEqual(transfer.move_ids.product_uom_qty, 1)
        self.assertEqual(transfer.move_line_ids.location_id, self.west.lot_stock_id)

    # === IT COMES OTHERWISE === #

    def test_cancelled_transfer_tells_again(self):
        order = self.buy("T-1", ("POT-1", 3))
        transfer = self.bring(order)
        transfer.with_user(self.clerk).action_cancel()
        self.assertEqual(self.free(self.pot, self.west), 5)
        self.assertEqual((self.open_codes(order), order.ec_stage), (["stock_short"], "check"))
        self.assertEqual(
            set(order.picking_ids.move_ids.mapped("procure_method")), {"make_to_stock"}
        )
        self.put(self.pot, 2, self.warehouse)
        order.picking_ids.action_assign()
        self.assertEqual((self.open_codes(order), order.ec_stage), ([], "ready"))

    def test_less_arrives_than_was_sent(self):
        order = self.buy("T-1", ("POT-1", 3))
        transfer = self.bring(order)
        self.validate(transfer, **{"POT-1": 1})
        self.assertEqual(self.open_codes(order), ["stock_short"])
        self.assertIn("POT-1 × 1", order.ec_open_check_ids.reason)
        self.put(self.pot, 1, self.warehouse)
        order.picking_ids.action_assign()
        self.assertEqual((self.open_codes(order), order.ec_stage), ([], "ready"))

    def test_rest_comes_later(self):
        order = self.buy("T-1", ("POT-1", 3))
        transfer = self.bring(order)
        transfer.move_ids.write({"quantity": 1, "picked": True})
        transfer.with_context(skip_backorder=True).button_validate()
        rest = self.open_transfers(order)
        self.assertEqual(rest.backorder_id, transfer)
        self.assertEqual(order.ec_stage, "stock")
        self.validate(rest)
        self.assertEqual(order.ec_stage, "ready")

    def test_cancelled_order_frees_the_goods(self):
        order = self.buy("T-1", ("POT-1", 3))
        transfer = self.bring(order)
        order._action_cancel()
        self.assertEqual(transfer.state, "cancel")
        self.assertEqual(self.free(self.pot, self.west), 5)
        self.assertEqual(self.free(self.pot, self.warehouse), 1)

    def test_goods_in_hand_are_not_called_off(self):
        order = self.buy("T-1", ("POT-1", 3))
        transfer = self.bring(order)
        transfer.printed = True
        order._action_cancel()
        self.assertEqual(transfer.state, "assigned")
        self.validate(transfer)
        self.assertEqual(self.free(self.pot, self.warehouse), 3)

    def test_fewer_ordered(self):
        """The mall lowers the quantity: nothing is brought for nobody, nothing is returned."""
        order = self.buy("T-1", ("POT-1", 3))
        transfer = self.bring(order)
        self.buy("T-1", ("POT-1", 1), updated_at="2026-11-02T10:00:00+09:00")
        self.assertEqual(transfer.state, "cancel")
        moves = order.picking_ids.move_ids.filtered(lambda m: m.state != "cancel")
        self.assertEqual((moves.product_uom_qty, moves.state), (1, "assigned"))
        self.assertEqual((self.open_codes(order), order.ec_stage), ([], "ready"))
        self.assertEqual(self.free(self.pot, self.west), 5)

    def test_more_ordered(self):
        order = self.buy("T-1", ("POT-1", 3))
        self.bring(order)
        self.buy("T-1", ("POT-1", 4), updated_at="2026-11-02T10:00:00+09:00")
        moves = order.picking_ids.move_ids.filtered(lambda m: m.state != "cancel")
        self.assertEqual(sum(moves.mapped("product_uom_qty")), 4)
        self.assertEqual(self.open_codes(order), ["stock_short"])
        self.assertIn("POT-1 × 3", order.ec_open_check_ids.reason)

    def test_another_choice_afterwards(self):
        """The order leaves from the other warehouse after all."""
        order = self.buy("T-1", ("POT-1", 3))
        transfer = self.bring(order)
        order.warehouse_id = self.west
        self.assertEqual(transfer.state, "cancel")
        self.assertEqual(order.ec_stage, "ready")
        self.assertEqual(self.free(self.pot, self.west), 2)

    # === ODOO'S OWN ROUTE === #

    def test_by_the_resupply_route(self):
        self.warehouse.resupply_wh_ids = self.west
        order = self.buy("T-1", ("POT-1", 3))
        transfers = self.bring(order)
        self.assertEqual(len(transfers), 2)
        leaving = transfers.filtered(lambda p: p.location_id == self.west.lot_stock_id)
        arriving = transfers - leaving
        self.assertEqual(leaving.location_dest_id.usage, "transit")
        self.assertEqual((leaving.state, arriving.state), ("assigned", "waiting"))
        self.assertEqual(self.free(self.pot, self.west), 3)
        self.validate(leaving)
        self.assertEqual((order.ec_stage, arriving.state), ("stock", "assigned"))
        self.validate(arriving)
        self.assertEqual(order.ec_stage, "ready")
        self.assertFalse(leaving.ec_channel_id, "no delivery to a buyer")

    def test_route_called_off(self):
        self.warehouse.resupply_wh_ids = self.west
        order = self.buy("T-1", ("POT-1", 3))
        transfers = self.bring(order)
        leaving = transfers.filtered(lambda p: p.location_id == self.west.lot_stock_id)
        leaving.action_cancel()
        self.assertEqual(set(transfers.mapped("state")), {"cancel"})
        self.assertEqual(self.open_codes(order), ["stock_short"])
        again = self.bring(order)
        self.assertEqual(len(again), 2)
        order._action_cancel()
        self.assertEqual(set(again.mapped("state")), {"cancel"})
        self.assertEqual(self.free(self.pot, self.west), 5)

    def test_cancelled_while_on_the_road(self):
        self.warehouse.resupply_wh_ids = self.west
        order = self.buy("T-1", ("POT-1", 3))
        transfers = self.bring(order)
        leaving = transfers.filtered(lambda p: p.location_id == self.west.lot_stock_id)
        self.validate(leaving)
        order._action_cancel()
        arriving = transfers - leaving
        self.assertEqual(arriving.state, "assigned", "the goods arrive all the same")
        self.validate(arriving)
        self.assertEqual(self.free(self.pot, self.warehouse), 3)

    # === SCREENS === #

    def test_transfers_of_the_order(self):
        order = self.buy("T-1", ("POT-1", 3))
        transfer = self.bring(order)
        order = order.with_user(self.clerk)
        self.assertEqual(order.ec_transfer_count, 1)
        action = order.action_ec_transfers()
        self.assertEqual(self.env["stock.picking"].search(action["domain"]), transfer)


@tagged("post_install", "-at_install")
class TestReceipt(TransferCommon):
    def receipt(self, quantity):
        """Goods of a supplier on their way to the shelf."""
        kind = self.warehouse.in_type_id
        common = {
            "location_id": self.env.ref("stock.stock_location_suppliers").id,
            "location_dest_id": self.warehouse.lot_stock_id.id,
        }
        line = {"product_id": self.pot.id, "product_uom_qty": quantity, **common}
        picking = self.env["stock.picking"].create(
            {"picking_type_id": kind.id, "move_ids": [Command.create(line)], **common}
        )
        picking.action_confirm()
        return picking.with_user(self.clerk)

    def test_who_waits_and_where_it_is_offered(self):
        """A receipt names the orders that wait for it, serves them, and raises all shops."""
        second = self.make_channel(name="Second", order_prefix="S-")
        shops = self.channel + second
        self.list_pots(shops)
        order = self.buy("T-1", ("POT-1", 3))
        receipt = self.receipt(10)
        self.assertEqual((receipt.ec_waiting_order_count, receipt.ec_listing_count), (1, 2))
        found = self.env["sale.order"].search(receipt.action_ec_receipt_orders()["domain"])
        self.assertEqual(found, order)
        found = self.env["ec.listing.sku"].search(receipt.action_ec_receipt_listings()["domain"])
        self.assertEqual(found.channel_id, shops)
        self.validate(receipt)
        self.assertEqual((self.open_codes(order), order.ec_stage), ([], "ready"))
        receipt.invalidate_recordset()
        self.assertEqual(receipt.ec_waiting_order_count, 0)
        self.env.cr.flush()
        shops.action_push_stock()
        self.env.cr.flush()
        self.assertEqual([shop.fake_stock["POT-1"] for shop in shops], [8, 8])


@tagged("post_install", "-at_install")
class TestTransferProperty(TransferCommon):
    """Whatever is bought, brought, called off and received, in any order: no shop is ever told more
    than is free in its warehouses, and in the end every order has its goods."""

    STEPS = 45

    def setUp(self):
        super().setUp()
        self.dice = random.Random(47)
        both = self.warehouse + self.west
        self.west_shop = self.make_channel(
            name="West shop", warehouse_ids=[Command.set(self.west.ids)], order_prefix="W-"
        )
        self.both_shop = self.make_channel(
            name="Both", warehouse_ids=[Command.set(both.ids)], order_prefix="B-"
        )
        self.shops = self.channel + self.west_shop + self.both_shop
        self.list_pots(self.shops)

    def all_orders(self):
        return self.env["sale.order"].search([("ec_channel_id", "in", self.shops.ids)])

    def all_transfers(self):
        return self.env["stock.picking"].search(
            [("ec_transfer_order_id", "!=", False), ("state", "not in", ("done", "cancel"))]
        )

    def check_shown(self, step):
        self.env.cr.flush()
        self.shops.action_push_stock()
        self.env.cr.flush()
        for shop in self.shops:
            free = sum(self.free(self.pot, house) for house in shop.warehouse_ids)
            self.assertEqual(shop.fake_stock["POT-1"], max(free, 0), (step, shop.name))
            self.assertGreaterEqual(free, 0, step)

    def step_buy(self, number):
        shop = self.dice.choice(self.shops)
        hour = self.dice.randrange(24)
        self.buy(
            f"R-{number}",
            ("POT-1", self.dice.randint(1, 4)),
            channel=shop,
            ordered_at=f"2026-11-01T{hour:02}:{number % 60:02}:00+09:00",
        )

    def step_bring(self, number):
        for order in self.all_orders():
            if order.state == "sale" and order._ec_transfer_offers():
                self.bring(order)
                return

    def step_arrive(self, number):
        for picking in self.all_transfers().filtered(lambda p: p.state == "assigned")[:1]:
            whole = picking.move_ids[:1].product_uom_qty
            self.validate(picking, **{"POT-1": self.dice.choice([whole, 1])})

    def step_call_off(self, number):
        self.all_transfers()[:1].action_cancel()

    def step_cancel(self, number):
        orders = self.all_orders().filtered(lambda order: order.state == "sale")
        if orders:
            self.dice.choice(orders)._action_cancel()

    def step_receive(self, number):
        self.put(self.pot, self.dice.randint(1, 3), self.dice.choice(self.warehouse + self.west))

    def step_route(self, number):
        self.warehouse.resupply_wh_ids = self.west if self.dice.random() < 0.5 else False

    def test_random(self):
        kinds = ("buy", "buy", "buy", "buy", "bring", "bring", "arrive", "arrive", "arrive",
                 "call_off", "cancel", "receive", "route")  # fmt: skip
        # One at least arrives, whatever the dice say.
        self.validate(self.bring(self.buy("R-first", ("POT-1", 3))))
        self.check_shown("first")
        for number in range(self.STEPS):
            kind = self.dice.choice(kinds)
            getattr(self, f"step_{kind}")(number)
            self.check_shown((number, kind))
        self.step_buy(self.STEPS)
        self.all_transfers().action_cancel()
        for house in self.warehouse + self.west:
            self.put(self.pot, 200, house)
        orders = self.all_orders().filtered(lambda order: order.state == "sale")
        orders.picking_ids.move_ids._action_assign()
        self.assertFalse(orders.ec_open_check_ids.mapped("reason"))
        self.assertEqual(set(orders.mapped("ec_stage")), {"ready"})
        self.check_shown("end")
