"""Random orders of both malls at the malls' own figures: on the order, on one invoice, on the
invoices of two or three deliveries, on credit notes, and after the mall changed them.

A fixed seed and few of them in the test run; more: ``EC_RANDOM_SEED``, ``EC_RANDOM_COUNT``.
"""

import os
import random

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.ec_unified.lib.data import SourceDocument
from odoo.addons.ec_unified.tests.common import EcCommon
from odoo.addons.ec_unified.tests.situation_common import SituationMixin

from tests.random_orders import rakuten, shopify

SEED = int(os.environ.get("EC_RANDOM_SEED", "1"))
COUNT = int(os.environ.get("EC_RANDOM_COUNT", "4"))
#: Deliveries and papers take most of the time.
FEW = max(COUNT // 4, 2)
CODES = ("RND-A", "RND-B", "RND-C")
LATER = "2026-11-20T06:00:00Z"


@tagged("post_install", "-at_install")
class TestRandomOrders(SituationMixin, EcCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.goods = cls.env["product.product"].create(
            [{"name": code, "default_code": code, "is_storable": True} for code in CODES]
        )
        cls.goods.invoice_policy = "delivery"
        for product in cls.goods:
            cls.env["stock.quant"]._update_available_quantity(
                product, cls.warehouse.lot_stock_id, 10_000_000
            )
        common = {
            "state": "active", "company_id": cls.company.id, "user_id": cls.manager.id,
            "warehouse_ids": [Command.set(cls.warehouse.ids)],
        }  # fmt: skip
        cls.shops = cls.env["ec.channel"].create(
            [
                {**common, "name": provider, "provider": provider, **keys}
                for provider, keys in (
                    ("rakuten", {"rakuten_service_secret": "x", "rakuten_license_key": "y"}),
                    ("shopify", {"shopify_domain": "random.myshopify.com",
                                 "shopify_client_id": "x", "shopify_client_secret": "y"}),
                )
            ]
        )  # fmt: skip
        cls.makers = {
            "rakuten": (rakuten.RakutenOrders(SEED, CODES), rakuten),
            "shopify": (shopify.ShopifyOrders(SEED, CODES), shopify),
        }

    # === FROM DOCUMENTS TO ORDERS === #

    def made(self, shop, count=COUNT):
        """Random models of this shop's mall."""
        maker, _mall = self.makers[shop.provider]
        return [maker.order() for _number in range(count)]

    def row(self, shop, model):
        return self.makers[shop.provider][1].expected(model)

    def ref(self, model):
        return model.get("orderNumber") or model["id"]

    def receive(self, shop, models, single=False):
        """Import these documents, all at once or one by one; return {ref: order}."""
        documents = [
            SourceDocument(ref=self.ref(model), payload=shopify.document(model)) for model in models
        ]
        exchanges = self.env["ec.exchange"]
        exchanges._store_documents(shop, "order", documents)
        exchanges._process_pending(shop, "order", direction="in", limit=1 if single else None)
        orders = self.env["sale.order"].search(
            [
                ("ec_channel_id", "=", shop.id),
                ("ec_order_ref", "in", [document.ref for document in documents]),
            ]
        )
        self.assertEqual(len(orders), len(documents))
        return {order.ec_order_ref: order for order in orders}

    def check_orders(self, shop, models, orders):
        """The orders say what the mall says, and want the pieces it sold."""
        for number, model in enumerate(models):
            with self.subTest(mall=shop.provider, seed=SEED, number=number):
                order, row = orders[self.ref(model)], self.row(shop, model)
                self.assertNotIn("total_mismatch", order.ec_open_check_ids.mapped("code"))
                self.assert_order(order, row.row)
                self.assertEqual(
                    (order.ec_points, order.ec_mall_coupon), (row.points, row.mall_coupon)
                )
                if not order.ec_shipped_before:
                    wanted = self.makers[shop.provider][1].pieces_of(model)
                    self.assertEqual(self.open_pieces(order), wanted)

    def open_pieces(self, order):
        found = {}
        for move in order.picking_ids.move_ids:
            if move.state != "cancel" and move.product_id in self.goods:
                code = move.product_id.default_code
                found[code] = found.get(code, 0) + move.product_uom_qty
        return {code: count for code, count in found.items() if count}

    # === DELIVERIES AND PAPERS === #

    def deliver_part(self, orders, rng, last):
        """Some pieces of some goods of these orders leave now; at last all of them."""
        pickings = orders.picking_ids.filtered(lambda p: p.state not in ("done", "cancel"))
        for move in pickings.move_ids:
            whole = move.product_uom_qty
            move.quantity = whole if last else rng.choice((0, 1, whole // 2, whole))
            move.picked = bool(move.quantity)
        pickings = pickings.filtered(lambda p: any(p.move_ids.mapped("picked")))
        pickings.with_context(skip_backorder=True).button_validate()

    def bill(self, orders):
        """Invoices of what these orders may be billed for now, posted."""
        todo = orders.filtered(lambda order: any(order.order_line.mapped("qty_to_invoice")))
        if not todo:
            return self.env["account.move"]
        invoices = todo._create_invoices(grouped=True, final=True)
        invoices.action_post()
        return invoices

    def check_papers(self, shop, models, orders):
        for number, model in enumerate(models):
            order = orders[self.ref(model)]
            with self.subTest(mall=shop.provider, seed=SEED, number=number, papers=True):
                row = self.row(shop, model).row
                if order.invoice_ids:
                    self.assert_invoices(order.invoice_ids, row)
                else:
                    self.assertFalse(order.amount_total)
                self.assertFalse(any(order.order_line.mapped("qty_to_invoice")))

    def live(self, orders):
        """Orders of which goods can leave."""
        found = self.env["sale.order"].union(*orders.values())
        self.clear_checks(found)
        return found.filtered(lambda order: not order.ec_shipped_before)

    def test_invoices_of_two_or_three_deliveries(self):
        rng = random.Random(SEED)
        for shop in self.shops:
            models = self.made(shop, FEW)
            orders = self.receive(shop, models)
            self.check_orders(shop, models, orders)
            live = self.live(orders)
            for last in (False, False, True):
                self.deliver_part(live, rng, last)
                self.bill(live)
                self.check_orders(shop, models, orders)
            models = [model for model in models if orders[self.ref(model)] in live]
            self.check_papers(shop, models, orders)

    def test_one_invoice_and_its_credit_note(self):
        self.goods.invoice_policy = "order"
        for shop in self.shops:
            models = self.made(shop, FEW)
            orders = self.receive(shop, models)
            every = self.env["sale.order"].union(*orders.values())
            invoices = self.bill(every)
            self.check_papers(shop, models, orders)
            paid = invoices.filtered(lambda move: move.move_type == "out_invoice")
            wizard = self.env["account.move.reversal"].with_context(
                active_model="account.move", active_ids=paid.ids
            )
            made = wizard.create({"journal_id": paid.journal_id.id}).reverse_moves()
            domain = made.get("domain") or [("id", "=", made["res_id"])]
            notes = self.env["account.move"].search(domain)
            notes.action_post()
            for note in notes:
                self.assertEqual(self.booked(note), self.booked(note.reversed_entry_id))
                self.assertEqual(note.amount_total, note.reversed_entry_id.amount_total)

    def test_goods_that_come_back_take_their_tax_with_them(self):
        rng = random.Random(SEED)
        for shop in self.shops:
            orders = self.receive(shop, self.made(shop, FEW))
            live = self.live(orders)
            self.deliver_part(live, rng, True)
            self.bill(live)
            lines = live.order_line.filtered(lambda line: line.product_id in self.goods)
            for line in lines:
                line.qty_delivered = rng.choice((0, line.product_uom_qty // 3))
            self.bill(live)
            for line in lines:
                line.qty_delivered = 0
            self.bill(live)
            for line in lines:
                total, base = line._ec_get_invoiced_amounts()
                self.assertEqual((total, base), (0, 0), line.ec_line_ref)
            for line in lines:  # and all of it once more
                line.qty_delivered = line.product_uom_qty
            self.bill(live)
            for line in lines:
                total, base = line._ec_get_invoiced_amounts()
                self.assertEqual((total, base), (line.price_total, line.price_subtotal))

    # === AGAIN AND OTHERWISE === #

    def test_the_same_and_changed_documents_again(self):
        for shop in self.shops:
            models = self.made(shop, FEW)
            orders = self.receive(shop, models)
            lines = {ref: order.order_line.ids for ref, order in orders.items()}
            self.assertEqual(self.receive(shop, models), orders)
            self.assertEqual({r: o.order_line.ids for r, o in orders.items()}, lines)
            maker, _mall = self.makers[shop.provider]
            models = [model for model in models if not orders[self.ref(model)].ec_shipped_before]
            for _round in range(2):
                models = [maker.changed(model) for model in models]
                for model in models:
                    if "updatedAt" in model:
                        model["updatedAt"] = f"2026-11-20T0{6 + _round}:00:00Z"
                found = self.receive(shop, models)
                self.assertLessEqual(found.items(), orders.items())
                self.check_orders(shop, models, found)

    def test_amounts_undecided_then_decided(self):
        shop = self.shops[0]
        models = self.made(shop)
        orders = self.receive(shop, [rakuten.undecided(model) for model in models])
        for order in orders.values():
            self.assertTrue(order.ec_undecided)
            self.assertFalse(order.order_line.filtered(lambda line: line.price_unit < 0))
            self.assertNotIn("-9999", str(order.order_line.mapped("price_total")))
        self.assertEqual(self.receive(shop, models), orders)
        self.check_orders(shop, models, orders)

    def test_one_by_one_is_like_all_at_once(self):
        for shop in self.shops:
            models = self.made(shop)
            with self.env.cr.savepoint() as savepoint:
                alone = self.receive(shop, models, single=True)
                expected = {ref: self.picture(order) for ref, order in alone.items()}
                savepoint.rollback()
            self.env.invalidate_all()
            together = self.receive(shop, models)
            self.maxDiff = None
            self.assertEqual(
                {ref: self.picture(order) for ref, order in together.items()}, expected
            )

    def picture(self, order):
        """What the order says, without keys of the database."""
        return {
            "order": (order.name, order.amount_total, order.amount_tax, order.ec_stage,
                      order.ec_buyer_total, order.ec_tax_summary, order.partner_id.name),
            "lines": [
                (line.ec_line_ref, line.name, line.product_uom_qty, line.price_unit,
                 line.price_total, line.price_tax, line.ec_destination_id.street)
                for line in order.order_line
            ],
            "checks": sorted((c.code, c.detail or "", c.state) for c in order.ec_check_ids),
            "moves": sorted(
                (m.product_id.default_code, m.product_uom_qty, m.state,
                 m.picking_id.partner_id.street)
                for m in order.picking_ids.move_ids
            ),
        }  # fmt: skip
