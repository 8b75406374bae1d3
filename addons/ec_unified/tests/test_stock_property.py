"""Whatever happens, in whatever order: in the end every shop shows what the rules say."""

from odoo.tests import tagged

from .stock_histories import try_histories
from .stock_world import StockWorld


@tagged("post_install", "-at_install")
class TestStockProperty(StockWorld):
    def test_right_in_the_end(self):
        try_histories(self, 8, 30)


@tagged("post_install", "-at_install")
class TestStockPropertyGuard(StockWorld):
    """The same with a last-unit guard, whose holder also changes hands."""

    guard_units = 2

    def test_right_in_the_end(self):
        try_histories(self, 8, 30)

    def calm_down(self):
        calmed = super().calm_down()
        shelf = self.on_shelf()
        for product in self.goods:
            if 0 < self.makes(product, shelf) <= self.guard_units:
                shown = [
                    self.truth[channel.id][product.default_code]
                    for channel in self.channels
                    if self.expected_of(channel, product, shelf) is not None
                ]
                self.assertLessEqual(sum(map(bool, shown)), 1, shown)
        return calmed
