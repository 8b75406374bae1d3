"""The same histories with kits of two levels: parts and kits are sold from one shelf."""

from odoo.tests import tagged

from odoo.addons.ec_unified.tests.stock_histories import try_histories
from odoo.addons.ec_unified.tests.stock_world import StockWorld

from .kits_common import KitsCommon


@tagged("post_install", "-at_install")
class TestKitsProperty(KitsCommon, StockWorld):
    """Gift = 2 sets + 1 ribbon (no stock kept); set = 1 pot + 3 cups."""

    guard_units = 2

    def make_goods(self):
        return self.products | self.set_ | self.gift

    @property
    def shelved(self):
        return self.products

    def needs(self, product):
        if product == self.set_:
            return {self.pot: 1, self.cup: 3}
        if product == self.gift:
            return {self.pot: 2, self.cup: 6}
        return super().needs(product)

    def makes(self, product, shelf):
        return max(min(shelf[part.id] // n for part, n in self.needs(product).items()), 0)

    def test_right_in_the_end(self):
        try_histories(self, 4, 24)


@tagged("post_install", "-at_install")
class TestKitsPropertyPlain(TestKitsProperty):
    guard_units = 0
