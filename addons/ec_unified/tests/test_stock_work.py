"""Preview, matching by name and by file, places that are not offered, count sheets."""

import base64

from odoo.tests import tagged

from .stock_common import EcStockCommon


@tagged("post_install", "-at_install")
class TestStockWork(EcStockCommon):
    def setUp(self):
        super().setUp()
        self.list_products(self.products)
        self.push()

    def sku_of(self, product):
        return self.skus().filtered(lambda sku: sku.product_id == product)

    # === PREVIEW === #

    def test_preview(self):
        other = self.make_channel(name="Other")
        self.list_products(self.tea, other)
        rule = self.env["ec.stock.rule"].create({"product_id": self.tea.id, "cap": 3})
        page = self.env["ec.stock.preview"].with_user(self.clerk).get_page("P-1")
        self.assertEqual(page["total"], 1)
        [row] = page["rows"]
        cells = {channel_id: cells[0] for channel_id, cells in row["cells"].items()}
        self.assertEqual({c["quantity"] for c in cells.values()}, {3})
        self.assertEqual({c["cause"] for c in cells.values()}, {"cap"})
        self.assertEqual(cells[self.channel.id]["rule"], rule.name)
        self.assertEqual(cells[self.channel.id]["sent"], 10, "the shop still shows the old number")

    def test_preview_queries_do_not_grow(self):
        many = self.make_products(30, code="MANY")
        self.list_products(self.products | many)
        counts = []
        for limit in (3, 33):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.assertEqual(len(self.env["ec.stock.preview"].get_page(limit=limit)["rows"]), limit)
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 5, counts)

    # === MATCHING === #

    def test_suggestion_by_name(self):
        self.tea.name, self.cup.name = "静岡産 煎茶 100g", "美濃焼 湯のみ 青"
        skus = self.sku_of(self.tea) | self.sku_of(self.cup)
        tea, cup = self.sku_of(self.tea), self.sku_of(self.cup)
        skus.write({"product_id": False})
        tea.listing_id.name = "【送料無料】静岡産煎茶 100g お歳暮ギフト"
        cup.listing_id.name = "全然違う商品のページ"
        skus.with_user(self.clerk).button_suggest()
        self.assertEqual(tea.suggest_product_id, self.tea)
        self.assertFalse(cup.suggest_product_id)
        self.assertEqual(tea.match_state, "unmatched", "a suggestion matches nothing")
        skus.with_user(self.clerk).button_accept_suggestion()
        self.assertEqual((tea.product_id, tea.match_state), (self.tea, "manual"))
        self.assertFalse(cup.product_id)

    def test_file_out_and_in(self):
        sku = self.sku_of(self.tea)
        sku.write({"product_id": False})
        wizard = self.env["ec.listing.csv"].with_user(self.clerk).create({})
        wizard.action_export()
        text = base64.b64decode(wizard.file).decode("utf-8-sig")
        lines = text.splitlines()
        self.assertEqual(len(lines), 2, "only what is not matched")
        self.assertTrue(lines[1].endswith(","))
        text = "\n".join([lines[0], lines[1] + "P-1", lines[1].replace("P-1", "NONE") + "P-2"])
        wizard.file = base64.b64encode(text.encode("cp932"))
        wizard.action_import()
        self.assertEqual(sku.product_id, self.tea)
        self.assertIn("3", wizard.report, "the line that did not fit is named")

    def test_unlisted(self):
        [extra] = self.make_products(1, code="NOWHERE")
        action = self.env.ref("ec_unified.action_ec_unlisted")
        from odoo.tools.safe_eval import safe_eval

        products = self.env["product.product"].with_user(self.clerk).search(
            safe_eval(action.domain)
        )
        self.assertIn(extra, products)
        self.assertFalse(products & self.products)

    # === PLACES === #

    def test_defective_and_returned_goods_are_not_offered(self):
        warehouse = self.env["stock.warehouse"].create({"name": "Second", "code": "SEC"})
        for house in (warehouse, self.warehouse):
            places = house.view_location_id.child_ids.filtered("ec_not_offered")
            self.assertEqual(len(places), 2, house.name)
        self.env["stock.quant"]._update_available_quantity(self.tea, places[0], 5)
        self.push()
        self.assertEqual(self.shown()["P-1"], 10)
        places[0].ec_not_offered = False
        self.push()
        self.assertEqual(self.shown()["P-1"], 15)
        places[0].ec_not_offered = True
        self.push()
        self.assertEqual(self.shown()["P-1"], 10)

    def test_count_sheet(self):
        shelf = self.env["stock.location"].create(
            {"name": "A-1", "location_id": self.stock_location.id}
        )
        self.env["stock.quant"]._update_available_quantity(self.cup, shelf, 4)
        html = self.env["ir.actions.report"]._render_qweb_html(
            "ec_unified.report_count_sheet", self.stock_location.ids
        )[0].decode()
        self.assertIn("A-1", html)
        self.assertIn("P-2", html)

    # === BACK-ORDER === #

    def test_backorder_only_where_the_mall_knows_it(self):
        from unittest.mock import patch

        rule = self.env["ec.stock.rule"].create(
            {"product_id": self.tea.id, "backorder": 5, "available_on": "2027-01-10"}
        )
        self.assertEqual(self.push(), [], "this mall cannot tell a date: nothing is promised")
        seen = []

        def push(adapter, channel, levels, key):
            seen.extend(levels)
            return self.all_ok(levels)

        model = self.registry["ec.channel.adapter.fake"]
        support = {"confirm": True, "cancel": True, "backorder": True}
        with patch.object(model, "_support", lambda adapter: support), self.mall(push):
            rule.share = 90
            self.push()
        [level] = seen
        self.assertEqual((level.quantity, level.backorder), (14, 5))
        self.assertEqual(str(level.available_on), "2027-01-10")
