"""Five buyers of the last piece in two shops, again and again, and what that costs."""

import random
from unittest.mock import patch

from odoo.tests import tagged

from .order_common import OrderCommon

#: Two hundred, bought at once at the real simulators: tests/system/test_last_piece.py.
PIECES, BUYERS = 40, 5


@tagged("post_install", "-at_install")
class TestLastPiece(OrderCommon):
    def setUp(self):
        super().setUp()
        self.second = self.make_channel(name="Second", order_prefix="S-")
        self.shops = self.channel + self.second
        self.dice = random.Random(4)

    def make_pieces(self, count, prefix="LP"):
        products = self.env["product.product"].create(
            [
                {"name": f"{prefix}-{n}", "default_code": f"{prefix}-{n}", "is_storable": True}
                for n in range(count)
            ]
        )
        self.env["stock.quant"].create(
            [
                {
                    "product_id": product.id,
                    "location_id": self.warehouse.lot_stock_id.id,
                    "quantity": 1,
                }
                for product in products
            ]
        )
        return products.mapped("default_code")

    def order_of(self, code, ref, minute):
        buyer = {**self.order_payload()["buyer"], "name": ref, "email": f"{ref}@example.com"}
        return self.order_payload(
            ref,
            ordered_at=f"2026-11-01T{minute // 60:02}:{minute % 60:02}:00+09:00",
            buyer=buyer,
            destinations=[{"ref": "1", "address": buyer}],
            lines=[self.line(code, 1100)],
        )

    def deliver(self, shop, payloads):
        """All of these are in the mall's feed; fetch and import them."""
        number = shop._fake_next_number()
        cursor = (shop._get_cursor("pull_orders") or {}).get("number", 0)
        shop.fake_documents = [
            {"ref": p["ref"], "payload": p, "number": max(number, cursor + 1) + n}
            for n, p in enumerate(payloads)
        ]
        shop.action_pull_orders()

    def test_five_buyers_of_every_last_piece(self):
        """Whatever the order of arrival: one buyer gets it, the first one, the others are named."""
        pieces = self.make_pieces(PIECES)
        minutes, documents = {}, {shop: [] for shop in self.shops}
        for code in pieces:
            for buyer, minute in enumerate(self.dice.sample(range(24 * 60), BUYERS)):
                ref = f"{code}-{buyer}"
                minutes[ref] = minute
                documents[self.dice.choice(self.shops)].append(self.order_of(code, ref, minute))
        for shop in self.shops:
            self.dice.shuffle(documents[shop])
            for start in range(0, len(documents[shop]), 100):
                self.deliver(shop, documents[shop][start : start + 100])
        orders = self.env["sale.order"].search([("ec_channel_id", "in", self.shops.ids)])
        self.assertEqual(len(orders), PIECES * BUYERS)
        self.env.flush_all()
        orders.invalidate_recordset()
        by_piece = orders.grouped(lambda order: order.ec_order_ref.rpartition("-")[0])
        for code in pieces:
            buyers = by_piece[code].sorted(lambda order: minutes[order.ec_order_ref])
            self.assertEqual(buyers.mapped("ec_stage"), ["ready"] + ["check"] * (BUYERS - 1), code)
            for order in buyers:
                state = "assigned" if order == buyers[0] else "confirmed"
                self.assertEqual(order.order_line.move_ids.mapped("state"), [state], code)
                wanted = [] if order == buyers[0] else ["stock_short"]
                self.assertEqual(self.open_codes(order), wanted, order.name)

    # === COST === #

    def settling(self, shop, payloads):
        """Queries that settling costs for these orders."""
        counts = []
        cls = self.registry["sale.order"]
        settle = cls._ec_settle_shortage

        def counted(orders):
            orders.env.flush_all()
            before = orders.env.cr.sql_log_count
            settle(orders)
            orders.env.flush_all()
            counts.append(orders.env.cr.sql_log_count - before)

        with patch.object(cls, "_ec_settle_shortage", counted):
            self.deliver(shop, payloads)
        return sum(counts)

    def test_cost_does_not_grow_with_the_orders(self):
        """Those who come too late: named by the same few queries, be they 5 or 45."""
        pieces = self.make_pieces(50)
        self.deliver(self.second, [self.order_of(code, f"{code}-a", 60) for code in pieces])
        late = [self.order_of(code, f"{code}-b", 120) for code in pieces]
        self.settling(self.channel, late[:1])  # what is read once per process
        few = self.settling(self.channel, late[1:6])
        many = self.settling(self.channel, late[6:])
        self.assertEqual(
            self.env["ec.order.check"].search_count([("code", "=", "stock_short")]), 50
        )
        self.assertLessEqual(many, few + 4)

    def test_cost_does_not_grow_with_open_orders(self):
        """A popular product with hundreds of orders on their way costs no more than another."""
        [code] = self.make_pieces(1, "POP")
        product = self.env["product.product"].search([("default_code", "=", code)])
        place = self.warehouse.lot_stock_id
        self.env["stock.quant"]._update_available_quantity(product, place, 149)
        early = [self.order_of(code, f"E-{n}", n) for n in range(150)]
        self.deliver(self.second, early[:1])
        reads = []
        cls = self.registry["stock.move"]
        find = cls._ec_later_holders

        def counted(moves):
            found = find(moves)
            reads.append(len(found))
            return found

        with patch.object(cls, "_ec_later_holders", counted):
            self.deliver(self.second, early[1:])
            self.deliver(self.channel, [self.order_of(code, "LATE", 1000)])
        self.assertEqual(reads, [0], "orders before it are not even looked at")
        self.assertEqual(self.open_codes(self.orders(["LATE"])), ["stock_short"])

    def test_goods_change_hands_in_one_go(self):
        """Earlier orders that come in late: goods are taken back and given away once per batch."""
        pieces = self.make_pieces(40)
        self.deliver(self.second, [self.order_of(code, f"{code}-b", 120) for code in pieces])
        calls = []
        cls = self.registry["stock.move"]
        unreserve = cls._do_unreserve

        def counted(moves):
            calls.extend([len(moves)] if moves else [])
            return unreserve(moves)

        with patch.object(cls, "_do_unreserve", counted):
            self.deliver(self.channel, [self.order_of(code, f"{code}-a", 60) for code in pieces])
        self.assertEqual(calls, [40])
        first = self.orders([f"{code}-a" for code in pieces])
        later = self.orders([f"{code}-b" for code in pieces], self.second)
        self.assertEqual(set(first.mapped("ec_stage")), {"ready"})
        self.assertEqual(set(later.mapped("ec_stage")), {"check"})
