"""Reading a shop's items and matching them to products."""

from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .stock_common import EcStockCommon


@tagged("post_install", "-at_install")
class TestListing(EcStockCommon):
    def read(self, *items):  # pylint: disable=method-required-super
        self.channel.fake_listings = [
            {"ref": f"i{n}", "title": f"Item {n}", **item} for n, item in enumerate(items)
        ]
        self.channel.action_import_listings()
        return self.skus()

    def sku(self, **values):
        return {"skus": [{"ref": "s1", **values}]}

    def twin(self, **vals):
        """Another product with the code of the tea."""
        return self.env["product.product"].create(
            {"name": "Twin", "default_code": "P-1", "is_storable": True, **vals}
        )

    # === IMPORT === #

    def test_import_again_changes_nothing_but_what_changed(self):
        skus = self.list_products(self.products)
        self.assertEqual(skus.mapped("product_id"), self.products)
        self.assertEqual(set(skus.mapped("match_state")), {"auto"})
        self.assertEqual(skus.listing_id.mapped("name"), self.products.mapped("name"))
        items = self.listing_values(self.products)
        items[0]["title"] = "New title"
        self.channel.fake_listings = items
        self.channel.action_import_listings()
        self.assertEqual(self.skus(), skus)
        self.assertEqual(skus[0].listing_id.name, "New title")

    def test_pages_and_constant_queries(self):
        products = self.make_products(120, quantity=0, code="L")
        counts = []
        for size in (20, 60):
            self.channel.fake_page_size = size
            self.env["ec.listing"].search([]).unlink()
            self.channel.fake_listings = self.listing_values(products)
            self.env.cr.flush()
            before = self.env.cr.sql_log_count
            self.channel.action_import_listings()
            counts.append((self.env.cr.sql_log_count - before) / (120 / size))
            self.assertEqual(len(self.skus()), 120)
            self.assertEqual(set(self.skus().mapped("match_state")), {"auto"})
        self.assertLess(max(counts), 60, counts)
        self.assertLess(abs(counts[0] - counts[1]), 25, counts)

    def test_gone_from_the_shop_and_back(self):
        skus = self.list_products(self.products)
        self.push()
        all_items = self.channel.fake_listings
        self.channel.fake_listings = all_items[1:]
        self.env.cr.execute("UPDATE ec_listing_sku SET seen_at = seen_at - interval '1 day'")
        self.env.cr.execute("UPDATE ec_listing SET seen_at = seen_at - interval '1 day'")
        self.env.invalidate_all()
        self.channel.action_import_listings()
        self.assertEqual(self.skus(), skus[1:])
        self.assertFalse(skus[0].listing_id.active)
        self.move(self.tea, 1)
        self.assertEqual(self.push(), [])
        self.channel.fake_listings = all_items
        self.channel.action_import_listings()
        self.assertEqual(self.skus(), skus)
        self.assertEqual(self.push(), [[["P-1", 9]]])

    def test_empty_answer_archives_nothing(self):
        skus = self.list_products(self.products)
        self.channel.fake_listings = []
        self.channel.action_import_listings()
        self.assertEqual(self.skus(), skus)

    def test_broken_off_reading_goes_on_where_it_was(self):
        self.channel.fake_page_size = 1
        self.list_products(self.products)
        cursor = {"started": "2026-01-01 00:00:00", "page": {"start": 2}, "more": True}
        self.channel._set_cursor("import_listings", cursor)
        self.channel.fake_calls = False
        self.channel.action_import_listings()
        self.assertEqual(self.channel.fake_calls, [["fetch_listings", {"start": 2}]])
        self.assertEqual(len(self.skus()), 3)

    # === MATCHING === #

    def test_code_then_barcode(self):
        self.cup.barcode = "4900000000017"
        skus = self.read(
            self.sku(sku_code="P-1", barcode="4900000000017"),
            self.sku(sku_code="none", barcode="4900000000017"),
            self.sku(sku_code=" ｐ－3 "),
            self.sku(sku_code="unknown"),
            self.sku(),
        )
        self.assertEqual(skus.mapped("product_id"), self.tea + self.cup + self.pot)
        self.assertEqual(
            skus.mapped("match_state"), ["auto", "auto", "auto", "unmatched", "unmatched"]
        )

    def test_item_with_one_sku_goes_by_its_own_code(self):
        skus = self.read({"code": "P-2", **self.sku()})
        self.assertEqual(skus.product_id, self.cup)

    def test_ambiguous_is_listed_with_the_candidates(self):
        twin = self.twin()
        skus = self.read(self.sku(sku_code="P-1"))
        self.assertEqual(skus.match_state, "ambiguous")
        self.assertEqual(skus.candidate_ids, self.tea + twin)
        self.assertTrue(skus.warning)
        skus.with_user(self.clerk).product_id = twin
        self.assertEqual(skus.match_state, "manual")
        self.assertFalse(skus.candidate_ids)

    def test_barcode_settles_a_double_code(self):
        self.twin(barcode="4900000000024")
        skus = self.read(self.sku(sku_code="P-1", barcode="4900000000024"))
        self.assertEqual(skus.product_id.barcode, "4900000000024")

    def test_other_companys_and_archived_products_do_not_match(self):
        self.make_products(1, quantity=0, code="O", company_id=self.other_company.id)
        self.cup.active = False
        skus = self.read(self.sku(sku_code="O-1"), self.sku(sku_code="P-2"))
        self.assertEqual(set(skus.mapped("match_state")), {"unmatched"})

    def test_manual_match_survives_the_next_reading(self):
        skus = self.read(self.sku(sku_code="P-1"))
        skus.product_id = self.cup
        skus = self.read(self.sku(sku_code="P-3"))
        self.assertEqual((skus.product_id, skus.match_state), (self.cup, "manual"))

    def test_new_code_at_the_mall_matches_anew(self):
        self.read(self.sku(sku_code="P-1"))
        skus = self.read(self.sku(sku_code="P-3"))
        self.assertEqual(skus.product_id, self.pot)
        self.tea.default_code = "other"
        self.assertEqual(self.read(self.sku(sku_code="P-3")).product_id, self.pot)

    def test_bulk_match_after_the_product_came(self):
        skus = self.read(self.sku(sku_code="Z-1"), self.sku(sku_code="Z-2"))
        product = self.make_products(1, code="Z")
        notice = skus.with_user(self.clerk).button_match()
        self.assertEqual(skus.product_id, product)
        self.assertEqual(notice["params"]["type"], "warning")

    def test_new_product_with_the_code_matches_by_itself(self):
        skus = self.read(self.sku(sku_code="Y-1"), self.sku(barcode="4900000000031"))
        product = self.make_products(1, code="Y")
        self.assertEqual(skus[0].product_id, product)
        product.barcode = "4900000000031"
        self.assertEqual(skus[1].product_id, product)

    def test_waiting_orders_are_asked_for_again(self):
        seen = []
        importer = self.registry["ec.order.import"]
        with patch.object(
            importer, "_requeue_unknown", lambda model, skus: seen.append(skus), create=True
        ):
            skus = self.read(self.sku(sku_code="unknown"))
            self.assertEqual(seen, [])
            skus.product_id = self.tea
        self.assertEqual(seen, [skus])

    def test_match_is_sent_and_waiting_orders_come_again(self):
        skus = self.read(self.sku(sku_code="unknown"))
        self.channel.fake_stock = {"s1": 0}
        self.assertEqual(self.push(), [])
        skus.product_id = self.tea
        self.assertEqual(self.push(), [[["s1", 10]]])
        skus.product_id = self.cup
        self.assertEqual(self.push(), [[["s1", 10]]], "another product: sent though equal")

    def test_counts_on_the_shop(self):
        self.list_products(self.products)
        self.read(self.sku(sku_code="P-1"), self.sku(sku_code="unknown"))
        self.channel.invalidate_recordset()
        self.assertEqual(self.channel.unmatched_count, 1)

    # === SCREENS === #

    def test_button_on_the_product(self):
        self.list_products(self.products)
        template = self.tea.product_tmpl_id.with_user(self.clerk)
        self.assertEqual(template.ec_sku_count, 1)
        action = template.action_ec_listings()
        found = self.env["ec.listing.sku"].search(action["domain"])
        self.assertEqual(found.product_id, self.tea)

    def test_outsider_sees_nothing(self):
        skus = self.list_products(self.products)
        found = self.env["ec.listing.sku"].with_user(self.outsider).search([])
        self.assertFalse(found & skus)
        with self.assertRaises(AccessError):
            skus[0].with_user(self.outsider).check_access("read")
