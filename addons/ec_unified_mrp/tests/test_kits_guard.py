"""The last units of a part are the last of every kit that needs it; kits leave as whole sets."""

from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .kits_common import KitsCommon


@tagged("post_install", "-at_install")
class TestKitsGuard(KitsCommon):
    """Gift = 2 sets + 1 ribbon (no stock kept); set = 1 pot + 3 cups."""

    def setUp(self):
        super().setUp()
        self.first = self.channel
        self.second = self.make_channel(name="Second", sequence=20)
        self.shops = self.first + self.second

    def settle(self):
        for _round in range(3):
            for channel in self.shops:
                self.push(channel)

    def set_free(self, quantity, product):
        free = self.first._stock_free(product)[product.id]
        self.env["stock.quant"]._update_available_quantity(
            product, self.stock_location, quantity - free
        )

    def shows(self, product):
        return [(shop.fake_stock or {}).get(product.default_code) for shop in self.shops]

    def test_part_here_and_kit_there_are_one_last_piece(self):
        """The pot is sold in one shop, the set with that very pot in the other."""
        self.list_products(self.pot, self.first)
        self.list_products(self.set_, self.second)
        self.env["ec.stock.guard"].create({"units": 1})
        self.settle()
        self.assertEqual((self.shows(self.pot)[0], self.shows(self.set_)[1]), (10, 3))
        self.set_free(1, self.pot)
        self.settle()
        self.assertEqual((self.shows(self.pot)[0], self.shows(self.set_)[1]), (1, 0))
        self.first.sequence = 30
        self.settle()
        self.assertEqual((self.shows(self.pot)[0], self.shows(self.set_)[1]), (0, 1))

    def test_new_holder_of_a_kit_waits_for_the_zero_of_the_part(self):
        self.list_products(self.pot, self.first)
        self.list_products(self.set_, self.second)
        self.env["ec.stock.guard"].create({"units": 1})
        self.set_free(1, self.pot)
        self.settle()
        self.first.sequence = 30
        self.push(self.second)
        self.assertEqual((self.shows(self.pot)[0], self.shows(self.set_)[1]), (1, 0))
        self.push(self.first)
        self.assertEqual((self.shows(self.pot)[0], self.shows(self.set_)[1]), (0, 0))
        self.push(self.second)
        self.assertEqual((self.shows(self.pot)[0], self.shows(self.set_)[1]), (0, 1))

    def test_last_gift_of_two_levels(self):
        """One gift is left: its two pots and six cups are in no other shop, in whatever form."""
        for shop in self.shops:
            self.list_products(self.products | self.set_ | self.gift, shop)
        self.env["ec.stock.guard"].create(
            {"units": 1, "product_tmpl_id": self.gift.product_tmpl_id.id}
        )
        self.set_free(2, self.pot)
        self.settle()
        self.assertEqual(self.shows(self.gift), [1, 0])
        self.assertEqual(self.shows(self.set_), [2, 0])
        self.assertEqual(self.shows(self.pot), [2, 0])
        self.assertEqual(self.shows(self.tea), [10, 10], "tea is in no kit")
        sku = self.skus(self.second).filtered(lambda sku: sku.product_id == self.set_)
        self.assertEqual(sku.stock_cause, "elsewhere")

    def test_kit_nobody_offers_makes_nothing_scarce(self):
        for shop in self.shops:
            self.list_products(self.pot, shop)
        self.env["ec.stock.guard"].create(
            {"units": 100, "product_tmpl_id": self.gift.product_tmpl_id.id}
        )
        self.settle()
        self.assertEqual(self.shows(self.pot), [10, 10])

    def test_turn_comes_to_kits_of_a_shared_part(self):
        """Listed once each, but on one shelf: the clock looks at them too."""
        self.list_products(self.pot, self.first)
        self.list_products(self.set_, self.second)
        self.env["ec.stock.guard"].create({"units": 1})
        self.set_free(1, self.pot)
        self.settle()
        self.forget_signals()
        self.env["ec.channel"]._stock_clock()
        self.assertIn(self.pot.id, self.signals().mapped("product_id"))

    def test_turns_of_all_parts_of_a_kit_change_together(self):
        """One set is left, of which two parts are the last: some shop shows it, turn for turn."""
        for shop in self.shops:
            self.list_products(self.set_, shop)
        self.set_bom.bom_line_ids.filtered(lambda line: line.product_id == self.cup).product_qty = 1
        guard = self.env["ec.stock.guard"].create({"units": 1, "choice": "turn", "turn_hours": 1})
        self.set_free(1, self.pot)
        self.set_free(1, self.cup)
        seen = []
        for hours in range(2):
            with freeze_time(fields.Datetime.now() + timedelta(hours=hours)):
                guard._signal()
                self.settle()
                seen.append(self.shows(self.set_))
        self.assertEqual(sorted(seen), [[0, 1], [1, 0]])

    # === SHORT ORDERS === #

    def buy(self, ref, hour, *lines):
        payload = self.order_payload(
            ref,
            ordered_at=f"2026-11-01T{hour:02}:00:00+09:00",
            lines=[
                {
                    **self.order_payload()["lines"][0],
                    "ref": str(number),
                    "quantity": str(quantity),
                    "amount": str(1100 * quantity),
                    "sku_ref": product.default_code,
                    "sku_code": product.default_code,
                    "item_ref": f"item-{product.default_code}",
                }
                for number, (product, quantity) in enumerate(lines)
            ],
        )
        self.channel._fake_put_order(payload)
        self.channel.action_pull_orders()
        return self.order(ref)

    def order(self, ref):
        return self.env["sale.order"].search([("ec_order_ref", "=", ref)])

    def short_codes(self, order):
        """``["stock_short"]`` while that check is open; others do not matter here."""
        return [code for code in self.open_codes(order) if code == "stock_short"]

    def wizard(self, order, **vals):
        wizards = self.env["ec.order.short"].with_context(default_order_id=order.id)
        return wizards.create({"order_id": order.id, **vals})

    def parts(self, picking):
        """{code: (wanted, held)} of a delivery."""
        self.env.flush_all()
        return {
            move.product_id.default_code: (move.product_qty, move._ec_held())
            for move in picking.move_ids
            if move.product_id.is_storable
        }

    def test_earlier_kit_takes_its_part_from_a_later_order(self):
        self.set_free(1, self.pot)
        later = self.buy("B", 10, (self.pot, 1))
        earlier = self.buy("A", 9, (self.set_, 1))
        self.assertEqual(self.short_codes(earlier), [])
        self.assertEqual(self.short_codes(later), ["stock_short"])
        self.assertEqual(self.parts(earlier.picking_ids), {"P-3": (1, 1), "P-2": (3, 3)})
        earlier._action_cancel()
        self.assertEqual(self.short_codes(later), [])
        self.assertEqual(later.ec_stage, "ready")

    def test_of_a_kit_only_whole_sets_leave(self):
        self.set_free(5, self.cup)
        order = self.buy("A", 9, (self.set_, 3), (self.tea, 1))
        self.assertEqual(self.short_codes(order), ["stock_short"])
        self.wizard(order, choice="partial").action_apply()
        now, later = order.picking_ids.sorted("id")
        self.assertEqual(self.parts(now), {"P-3": (1, 1), "P-2": (3, 3), "P-1": (1, 1)})
        self.assertEqual(self.parts(later), {"P-3": (2, 2), "P-2": (6, 2)})
        self.assertEqual(now.state, "assigned")

    def test_no_whole_set_is_nothing_to_send(self):
        self.set_free(2, self.cup)
        order = self.buy("A", 9, (self.set_, 1))
        with self.assertRaises(UserError):
            self.wizard(order, choice="partial").action_apply()
        with_tea = self.buy("B", 10, (self.gift, 1), (self.tea, 1))
        self.wizard(with_tea, choice="partial").action_apply()
        now, later = with_tea.picking_ids.sorted("id")
        self.assertEqual(self.parts(now), {"P-1": (1, 1)})
        self.assertEqual(self.parts(later)["P-3"], (2, 2))

    def test_substitute_for_a_kit(self):
        self.set_free(2, self.cup)
        order = self.buy("A", 9, (self.set_, 1))
        total = order.amount_total
        wizard = self.wizard(order, choice="substitute", substitute_id=self.tea.id)
        self.assertEqual(wizard.line_id.product_id, self.set_)
        wizard.action_apply()
        self.env.flush_all()
        self.assertEqual(self.short_codes(order), [])
        self.assertEqual(order.amount_total, total)
        open_moves = order.order_line.move_ids.filtered(lambda move: move.state != "cancel")
        self.assertEqual(open_moves.product_id, self.tea)
        self.assertEqual(self.first._stock_free(self.cup)[self.cup.id], 2, "the parts are free")

    def test_kit_sold_as_back_order_is_not_missing(self):
        """The rule names the kit; what is missing is a part."""
        self.list_products(self.set_)
        self.env["ec.stock.rule"].create({"product_id": self.set_.id, "backorder": 5})
        self.set_free(0, self.pot)
        adapter = self.registry["ec.channel.adapter.fake"]
        support = adapter._support
        self.patch(adapter, "_support", lambda a: {**support(a), "backorder": True})
        order = self.buy("A", 9, (self.set_, 1))
        self.assertEqual(self.short_codes(order), [])
        self.assertEqual(order.order_line.move_ids.mapped("state").count("confirmed"), 1)


@tagged("post_install", "-at_install")
class TestKitsHelper(KitsCommon):
    def test_parts(self):
        parts = (self.gift | self.tea)._ec_stock_parts()
        self.assertEqual(
            parts, {self.gift.id: {self.pot.id: 2, self.cup.id: 6}, self.tea.id: {self.tea.id: 1}}
        )
