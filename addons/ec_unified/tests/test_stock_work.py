"""Preview, matching by name and by file, places that are not offered, count sheets."""

import base64

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from .stock_common import EcStockCommon


@tagged("post_install", "-at_install")
class TestStockWork(EcStockCommon):
    def setUp(self):
        super().setUp()
        self.list_products(self.products)
        self.push()

    def sku_of(self, product):
        return self.skus().filtered(lambda sku: sku.product_id == product)

    def test_places_of_a_japanese_company_have_japanese_names(self):
        """An installation has no language of its own."""
        self.env["res.lang"]._activate_lang("ja_JP")
        self.company.country_id = self.env.ref("base.jp")
        houses = self.env["stock.warehouse"].with_context(lang=None)
        house = houses.create({"name": "Osaka", "code": "OSK", "company_id": self.company.id})
        places = house.view_location_id.child_ids.filtered("ec_not_offered")
        self.assertEqual(set(places.mapped("name")), {"不良品", "返品"})
        self.assertEqual(house.ec_return_type_id.name, "注文者からの返品")

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

    def import_file(self, *rows, header="sku_ref,product_code", encoding="utf-8-sig"):
        """Match by a file; its report."""
        wizard = self.env["ec.listing.csv"].with_user(self.clerk).create({})
        text = "\r\n".join([header, *rows])
        wizard.file = base64.b64encode(text.encode(encoding))
        wizard.action_import()
        return wizard.report

    def test_file_with_tabs(self):
        sku = self.sku_of(self.tea)
        sku.write({"product_id": False})
        self.import_file("P-1\tP-1", header="sku_ref\tproduct_code")
        self.assertEqual(sku.product_id, self.tea)

    def test_file_that_names_two_products_for_a_sku(self):
        tea, cup = self.sku_of(self.tea), self.sku_of(self.cup)
        (tea | cup).write({"product_id": False})
        report = self.import_file("P-1,P-1", "P-1,P-2", "P-2,P-2", "P-2,P-2")
        self.assertFalse(tea.product_id, "which one is meant, nobody knows")
        self.assertEqual(cup.product_id, self.cup, "said twice, but the same")
        self.assertIn("several products", report)
        self.assertIn("1 SKUs", report)

    def test_file_names_a_code_another_company_has_too(self):
        [foreign] = self.make_products(1, quantity=0, code="TWIN", company_id=self.other_company.id)
        sku = self.sku_of(self.tea)
        sku.write({"product_id": False})
        self.clerk.company_ids |= self.other_company
        clerk = (
            self.env["ec.listing.csv"]
            .with_user(self.clerk)
            .with_context(allowed_company_ids=[self.company.id, self.other_company.id])
        )
        wizard = clerk.create({})
        wizard.file = base64.b64encode(b"sku_ref,product_code\nP-1,TWIN-1\nP-2,P-1")
        wizard.action_import()
        self.assertFalse(sku.product_id)
        self.assertIn("P-1", wizard.report)
        self.assertEqual(self.skus().filtered(lambda s: s.ref == "P-2").product_id, self.tea)
        foreign.default_code = "P-1"
        wizard.file = base64.b64encode(b"sku_ref,product_code\nP-1,P-1")
        wizard.action_import()
        self.assertEqual(sku.product_id, self.tea, "of the shop's own company there is one")

    def test_file_holds_no_formula_and_comes_back_as_it_was(self):
        sku = self.sku_of(self.tea)
        sku.write({"product_id": False})
        self.channel.name = "-1+cmd|' /C calc'!A0"
        sku.listing_id.ref = "=HYPERLINK(1)"
        sku.ref = "'=x"
        self.tea.default_code = "@code"
        wizard = self.env["ec.listing.csv"].with_user(self.clerk).create({"only_open": True})
        wizard.action_export()
        header, line = base64.b64decode(wizard.file).decode("utf-8-sig").splitlines()
        self.assertTrue(line.startswith("'-1+cmd"), line)
        self.assertIn(",'=HYPERLINK(1),''=x,", line)
        self.import_file(line + "'@code", header=header)
        self.assertEqual(sku.product_id, self.tea)

    def test_big_file_and_many_suggestions_cost_no_query_per_sku(self):
        """Thousands of SKUs are matched in one request of a person."""
        products = self.make_products(60, quantity=0, code="BULK")
        counts = []
        for number, size in enumerate((5, 50)):
            self.list_products(products)
            skus = self.skus().filtered(lambda sku: sku.ref.startswith("BULK"))[:size]
            for way in ("file", "suggestion"):
                skus.write({"product_id": False})
                for sku in skus:
                    sku.suggest_product_id = products.filtered(
                        lambda product, ref=sku.ref: product.default_code == ref
                    )
                rows = [f"{ref},{ref}" for ref in skus.mapped("ref")]
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.cr.sql_log_count
                if way == "file":
                    self.import_file(*rows)
                else:
                    skus.with_user(self.clerk).button_accept_suggestion()
                self.env.flush_all()
                counts.append((way, number, self.cr.sql_log_count - before))
                self.assertEqual(skus.product_id.mapped("default_code"), skus.mapped("ref"))
                self.assertEqual(set(skus.mapped("match_state")), {"manual"})
        used = {(way, number): count for way, number, count in counts}
        for way in ("file", "suggestion"):
            self.assertLessEqual(used[way, 1], used[way, 0] + 10, used)

    def test_suggesting_for_many_costs_no_query_per_sku(self):
        names = "煎茶 抹茶 玉露 番茶 湯のみ 急須 茶碗 小皿 漆器 風呂敷".split()
        products = self.make_products(40, quantity=0, code="NAME")
        for number, product in enumerate(products):
            product.name = f"{names[number % 10]} 見本{number}号"
        self.list_products(products)
        skus = self.skus().filtered(lambda sku: sku.product_id in products)
        skus.write({"product_id": False})
        counts = []
        for size in (4, 40):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            skus[:size].with_user(self.clerk).button_suggest()
            self.env.flush_all()
            counts.append(self.cr.sql_log_count - before)
        found = skus.filtered("suggest_product_id")  # the others are too much alike
        self.assertGreater(len(found), 20)
        self.assertEqual(found.suggest_product_id.mapped("default_code"), found.mapped("ref"))
        self.assertLessEqual(counts[1], counts[0] + 5, counts)

    def test_wrong_files_are_refused_with_a_word(self):
        for content in (
            b"PK\x03\x04rest",
            "sku_ref,product_code".encode("utf-16"),
            b" ",
            b"a,b\n1,2",
        ):
            wizard = self.env["ec.listing.csv"].with_user(self.clerk).create({})
            wizard.file = base64.b64encode(content)
            with self.subTest(content), self.assertRaises(UserError):
                wizard.action_import()

    def test_unlisted(self):
        [extra] = self.make_products(1, code="NOWHERE")
        action = self.env.ref("ec_unified.action_ec_unlisted")
        products = (
            self.env["product.product"].with_user(self.clerk).search(safe_eval(action.domain))
        )
        self.assertIn(extra, products)
        self.assertFalse(products & self.products)

    def test_product_taken_off_all_shops_is_unlisted(self):
        self.sku_of(self.tea).active = False
        domain = safe_eval(self.env.ref("ec_unified.action_ec_unlisted").domain)
        self.assertIn(self.tea, self.env["product.product"].with_user(self.clerk).search(domain))

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
        html = (
            self.env["ir.actions.report"]
            ._render_qweb_html("ec_unified.report_count_sheet", self.stock_location.ids)[0]
            .decode()
        )
        self.assertIn("A-1", html)
        self.assertIn("P-2", html)

    def sheet(self, places):
        report = self.env["ir.actions.report"]
        return report._render_qweb_html("ec_unified.report_count_sheet", places.ids)[0].decode()

    def test_count_sheet_says_big_quantities_in_full(self):
        self.env["stock.quant"]._update_available_quantity(self.cup, self.stock_location, 1234560)
        self.assertIn("1234570", self.sheet(self.stock_location))

    def test_count_sheet_of_an_empty_shelf_is_a_page_to_write_on(self):
        """What lies there though nothing should has to be written somewhere."""
        shelf, other = self.env["stock.location"].create(
            [{"name": name, "location_id": self.stock_location.id} for name in ("A-1", "A-2")]
        )
        html = self.sheet(shelf)
        self.assertIn("A-1", html)
        self.assertIn("not listed", html)
        self.assertNotIn("A-1", self.sheet(self.stock_location), "only shelves asked for by name")
        self.assertIn("A-2", self.sheet(self.stock_location | other))

    def test_count_sheet_names_the_lots(self):
        self.cup.tracking = "lot"
        lots = self.env["stock.lot"].create(
            [{"name": name, "product_id": self.cup.id} for name in ("LOT-A", "LOT-B")]
        )
        for lot in lots:
            self.env["stock.quant"]._update_available_quantity(
                self.cup, self.stock_location, 2, lot_id=lot
            )
        html = self.sheet(self.stock_location)
        self.assertTrue("LOT-A" in html and "LOT-B" in html)

    def test_count_sheet_of_several_shelves_is_one_document(self):
        """The wkhtmltopdf of a distribution prints one document at a time."""
        shelves = self.env["stock.location"].create(
            [{"name": name, "location_id": self.stock_location.id} for name in ("A-1", "A-2")]
        )
        for shelf in shelves:
            self.env["stock.quant"]._update_available_quantity(self.cup, shelf, 4)
        report = self.env["ir.actions.report"]
        html = report._render_qweb_html("ec_unified.report_count_sheet", shelves.ids)[0]
        bodies = report._prepare_html(html)[0]
        self.assertEqual(len(bodies), 1)
        text = str(bodies[0])
        self.assertTrue("A-1" in text and "A-2" in text)
        self.assertEqual(text.count("page-break-after"), 1)

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

    def test_sold_ahead_until_the_malls_own_date(self):
        """A mall that knows the date of an item shows what may be ordered until then."""
        from datetime import timedelta

        today = self.company._ec_today()
        self.channel.fake_listings = [
            {
                **item,
                "skus": [
                    {**item["skus"][0], "available_on": (today + timedelta(days=9)).isoformat()}
                ],
            }
            if item["ref"] == "item-P-1"
            else item
            for item in self.channel.fake_listings
        ]
        self.channel.action_import_listings()
        rule = self.env["ec.stock.rule"].create({"channel_id": self.channel.id, "backorder": 5})
        self.push()
        self.assertEqual((self.shown()["P-1"], self.shown()["P-2"]), (15, 10), "only where dated")
        self.assertEqual(self.sku_of(self.tea).stock_cause, "backorder")
        self.assertIn("not shown", rule.backorder_note)
        self.sku_of(self.tea).available_on = today
        self.env["ec.stock.signal"]._note(self.tea.ids)
        self.push()
        self.assertEqual(self.shown()["P-1"], 10, "the day is here: only what is there is sold")

    def test_a_mall_that_sells_beyond_zero_is_named(self):
        item, *others = self.channel.fake_listings
        self.channel.fake_listings = [
            {**item, "skus": [{**item["skus"][0], "oversells": True}]}, *others
        ]  # fmt: skip
        self.channel.action_import_listings()
        found = self.skus().filtered("oversells")
        self.assertEqual(found.sku_code, "P-1")
        self.assertIn("nothing is left", found.warning)

    def test_a_defective_shelf_below_the_stock_is_not_packed_from(self):
        shelf = self.env["stock.location"].create(
            {"name": "Broken", "location_id": self.stock_location.id, "ec_not_offered": True}
        )
        self.env["stock.quant"]._update_available_quantity(self.tea, shelf, 5)
        self.push()
        self.assertEqual(self.shown()["P-1"], 10)
        move = self.move(self.tea, 12)
        self.assertEqual((move.state, move.quantity), ("partially_available", 10))
        self.assertNotIn(shelf, move.move_line_ids.location_id)
        out = self.move(self.tea, 5, source=shelf)
        self.assertEqual((out.state, out.quantity), ("assigned", 5), "asked for by name")
        out._do_unreserve()
        shelf.ec_not_offered = False
        move._action_assign()
        self.assertEqual(move.quantity, 12)

    # === GOODS THAT COME BACK === #

    def deliver(self, product, quantity):
        """A done delivery to a buyer."""
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.out_type_id.id,
                "location_id": self.stock_location.id,
                "location_dest_id": self.customers.id,
                "move_ids": [
                    (0, 0, {
                        "product_id": product.id, "product_uom_qty": quantity,
                        "location_id": self.stock_location.id,
                        "location_dest_id": self.customers.id,
                    })
                ],
            }
        )  # fmt: skip
        picking.action_confirm()
        picking.action_assign()
        picking.move_ids.picked = True
        picking.button_validate()
        return picking

    def test_return_goes_where_no_shop_offers_it(self):
        picking = self.deliver(self.tea, 4)
        self.push()
        self.assertEqual(self.shown()["P-1"], 6)
        wizard = self.env["stock.return.picking"].create({"picking_id": picking.id})
        wizard.product_return_moves.quantity = 4
        back = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        self.assertEqual(back.picking_type_id, self.warehouse.ec_return_type_id)
        self.assertTrue(back.location_dest_id.ec_not_offered)
        back.move_ids.picked = True
        back.button_validate()
        self.push()
        self.assertEqual(self.shown()["P-1"], 6, "on hand again, but nobody looked at it yet")
        self.move(self.tea, 3, back.location_dest_id, self.stock_location, done=True)
        self.push()
        self.assertEqual(self.shown()["P-1"], 9, "found good: three are for sale")

    def test_receipt_raises_all_shops(self):
        other = self.make_channel(name="Other")
        self.list_products(self.products, other)
        self.push(other)
        supplier = self.env.ref("stock.stock_location_suppliers")
        with self.crons_woken() as woken:
            self.move(self.tea, 5, supplier, self.stock_location, done=True)
            self.env.cr.precommit.run()
        self.assertEqual(woken, {self.channel.id, other.id})
        for channel in (self.channel, other):
            self.push(channel)
            self.assertEqual(self.shown(channel)["P-1"], 15)

    def test_transfer_between_warehouses(self):
        """On the way between two warehouses goods belong to none of them."""
        far = self.env["stock.warehouse"].create({"name": "Far", "code": "FAR"})
        other = self.make_channel(name="Far shop", warehouse_ids=[(6, 0, far.ids)])
        self.list_products(self.products, other)
        self.push(other)
        transit = self.company.internal_transit_location_id
        transit.active = True
        self.move(self.tea, 4, self.stock_location, transit, done=True)
        self.push()
        self.push(other)
        self.assertEqual((self.shown()["P-1"], self.shown(other)["P-1"]), (6, 0))
        self.move(self.tea, 4, transit, far.lot_stock_id, done=True)
        self.push()
        self.push(other)
        self.assertEqual((self.shown()["P-1"], self.shown(other)["P-1"]), (6, 4))

    def crons_woken(self):
        """The shops whose push is woken meanwhile."""
        from contextlib import contextmanager
        from unittest.mock import patch

        woken = set()

        @contextmanager
        def catching():
            def wake(model, channel_ids):
                woken.update(channel_ids)

            with patch.object(self.registry["ec.stock.signal"], "_wake", wake):
                yield woken

        return catching()
