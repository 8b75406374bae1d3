"""Five buyers of the last piece in two shops, again and again."""

import random

from odoo.tests import tagged

from .order_common import OrderCommon

PIECES, BUYERS = 20, 5


@tagged("post_install", "-at_install")
class TestLastPiece(OrderCommon):
    def test_five_buyers_of_every_last_piece(self):
        """Whatever the order of arrival: one buyer gets it, the first one, the others are named."""
        dice = random.Random(4)
        pieces = [f"LP-{number}" for number in range(PIECES)]
        for code in pieces:
            self.make_product(code, quantity=1)
        shops = self.channel + self.make_channel(name="Second", order_prefix="S-")
        minutes = {}
        documents = {shop: [] for shop in shops}
        for code in pieces:
            for buyer in range(BUYERS):
                ref, minute = f"{code}-{buyer}", dice.randrange(24 * 60)
                while minute in {minutes.get(f"{code}-{n}") for n in range(buyer)}:
                    minute = dice.randrange(24 * 60)
                minutes[ref] = minute
                documents[dice.choice(shops)].append(self.order_of(code, ref, minute))
        for shop in shops:
            dice.shuffle(documents[shop])
            for start in range(0, len(documents[shop]), 100):
                part = documents[shop][start : start + 100]
                shop.fake_documents = [
                    {"ref": p["ref"], "payload": p, "number": start + n + 1, "updated_at": None}
                    for n, p in enumerate(part)
                ]
                shop.action_pull_orders()
        self.check(pieces, shops, minutes)

    def order_of(self, code, ref, minute):
        buyer = {**self.order_payload()["buyer"], "name": ref, "email": f"{ref}@example.com"}
        return self.order_payload(
            ref,
            ordered_at=f"2026-11-01T{minute // 60:02}:{minute % 60:02}:00+09:00",
            buyer=buyer,
            destinations=[{"ref": "1", "address": buyer}],
            lines=[self.line(code, 1100)],
        )

    def check(self, pieces, shops, minutes):
        orders = self.env["sale.order"].search([("ec_channel_id", "in", shops.ids)])
        self.assertEqual(len(orders), PIECES * BUYERS)
        self.env.flush_all()
        orders.invalidate_recordset()
        by_piece = orders.grouped(lambda order: order.ec_order_ref.rpartition("-")[0])
        for code in pieces:
            buyers = by_piece[code].sorted(lambda order: minutes[order.ec_order_ref])
            states = buyers.order_line.move_ids.mapped("state")
            self.assertEqual(sorted(states), ["assigned"] + ["confirmed"] * (BUYERS - 1), code)
            self.assertEqual(buyers[0].order_line.move_ids.state, "assigned", code)
            for order in buyers:
                short = [c for c in order.ec_check_ids if c.code == "stock_short"]
                wanted = order != buyers[0]
                self.assertEqual(any(c.state == "open" for c in short), wanted, order.name)
