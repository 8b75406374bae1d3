"""Rules of what a shop shows: the nearest decides."""

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .stock_common import EcStockCommon


@tagged("post_install", "-at_install")
class TestStockRule(EcStockCommon):
    def setUp(self):
        super().setUp()
        self.list_products(self.products)
        self.rules = self.env["ec.stock.rule"]
        self.sku = self.skus().filtered(lambda sku: sku.product_id == self.tea)

    def shows(self):
        self.sku.invalidate_recordset(["qty_offered", "stock_rule_id"])
        return self.sku.qty_offered, self.sku.stock_rule_id

    def test_nearest_wins(self):
        self.assertEqual(self.shows(), (10, self.rules))
        parent = self.env["product.category"].create({"name": "Goods"})
        self.tea.categ_id = self.env["product.category"].create(
            {"name": "Tea", "parent_id": parent.id}
        )
        expected = []
        for vals, quantity in [
            ({"buffer": 1}, 9),
            ({"buffer": 2, "channel_id": self.channel.id}, 8),
            ({"buffer": 3, "categ_id": parent.id}, 7),
            ({"buffer": 4, "categ_id": self.tea.categ_id.id}, 6),
            ({"buffer": 5, "product_tmpl_id": self.tea.product_tmpl_id.id}, 5),
            ({"buffer": 6, "product_id": self.tea.id}, 4),
            ({"buffer": 7, "sku_id": self.sku.id}, 3),
        ]:
            rule = self.rules.create(vals)
            expected.append((quantity, rule))
            self.assertEqual(self.shows(), (quantity, rule))
        for quantity, rule in reversed(expected):
            self.assertEqual(self.shows(), (quantity, rule))
            rule.unlink()

    def test_other_shops_rule_does_not_count(self):
        other = self.make_channel(name="Other")
        self.rules.create({"buffer": 5, "channel_id": other.id})
        self.assertEqual(self.shows(), (10, self.rules))

    def test_changed_rule_is_sent(self):
        self.push()
        rule = self.rules.create({"share": 50, "product_id": self.tea.id})
        self.assertEqual(self.push(), [[["P-1", 5]]])
        rule.cap = 2
        self.assertEqual(self.push(), [[["P-1", 2]]])
        rule.write({"mode": "none"})
        self.move(self.tea, 1)
        self.assertEqual(self.push(), [], "left alone")
        rule.unlink()
        self.assertEqual(self.push(), [[["P-1", 9]]])

    def test_fixed_is_never_more_than_free(self):
        self.rules.create({"mode": "fixed", "fixed": 30})
        self.assertEqual(self.shows()[0], 10)

    def test_one_scope_only(self):
        with self.assertRaises(ValidationError):
            self.rules.create({"product_id": self.tea.id, "sku_id": self.sku.id})

    def test_named_for_the_preview(self):
        rule = self.rules.create({"buffer": 2, "share": 50, "cap": 3})
        self.assertEqual(rule.name, "All shops / Everything: 2 kept back, 50% of it, at most 3")

    def test_preview_shows_no_number_where_none_is_sent(self):
        """A zero would say that the shop shows it as sold out."""
        self.rules.create({"mode": "none", "product_id": self.tea.id})
        preview = self.env["ec.stock.preview"]
        [row] = [row for row in preview.get_page()["rows"] if row["id"] == self.tea.id]
        [cell] = row["cells"][self.channel.id]
        self.assertEqual((cell["quantity"], cell["cause"]), (False, "off"))
