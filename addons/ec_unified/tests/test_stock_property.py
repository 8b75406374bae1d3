"""Whatever happens, in whatever order: in the end every shop shows what the rules say."""

from unittest.mock import patch

from odoo.tests import tagged

from ..lib.data import StockResult
from .stock_histories import DIRECTED, try_histories
from .stock_world import StockWorld


@tagged("post_install", "-at_install")
class TestStockProperty(StockWorld):
    def test_right_in_the_end(self):
        try_histories(self, 5, 30)


@tagged("post_install", "-at_install")
class TestStockPropertyGuard(StockWorld):
    """The same with a last-unit guard, whose holder also changes hands."""

    guard_units = 2

    def test_right_in_the_end(self):
        try_histories(self, 5, 30)

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


def _believe_the_old_number(skus, key, targets=None):
    """As the product's own mark, which forgets that the outcome is open."""
    skus.env.cr.execute(
        "UPDATE ec_listing_sku SET dirty = TRUE, push_key = %s"
        " WHERE id = ANY(%s) RETURNING id, write_date",
        (key, skus.ids),
    )
    return dict(skus.env.cr.fetchall())


def _believe_silence(channel, run, levels, error):
    return [StockResult(key=level.key, ok=True, quantity=level.quantity) for level in levels]


class Bites(StockWorld):
    """Without one of the product's precautions a directed history has to end wrong."""

    def assertBites(self, model, method, careless, history):
        """``history`` holds, and fails as soon as ``method`` is ``careless``."""
        self.run_steps(history)
        with patch.object(self.registry[model], method, careless):
            try:
                self.run_steps(history)
            except AssertionError:
                return
        self.fail(f"nothing noticed that {method} does nothing")


@tagged("post_install", "-at_install")
class TestStockPropertyBites(Bites):
    def test_mark_before_the_call(self):
        self.assertBites(
            "ec.listing.sku", "_stock_mark_in_flight", _believe_the_old_number, DIRECTED["killed"]
        )

    def test_reading_back(self):
        self.assertBites("ec.channel", "_stock_read_back", _believe_silence, DIRECTED["lost"])

    def test_sales_of_the_mall_itself(self):
        self.assertBites(
            "ec.listing.sku",
            "_stock_sold_at_mall",
            lambda skus, since=None: set(),
            DIRECTED["sold"],
        )

    def test_orders_that_wait(self):
        self.assertBites(
            "ec.channel", "_stock_unimported", lambda channel, parsed=None: {}, DIRECTED["waits"]
        )

    def test_orders_before_stock(self):
        self.assertBites(
            "ec.channel",
            "_stock_orders_first",
            lambda channel, run, force=False: None,
            DIRECTED["blind"],
        )

    def test_signals(self):
        self.assertBites(
            "ec.stock.signal", "_note", lambda model, product_ids: None, DIRECTED["sold"]
        )


@tagged("post_install", "-at_install")
class TestStockPropertyGuardBites(Bites):
    guard_units = 2

    def test_guard(self):
        self.assertBites(
            "ec.channel", "_stock_last_holders", lambda channel, *args: {}, DIRECTED["last"]
        )

    def test_zero_before_the_hand_over(self):
        self.assertBites(
            "ec.channel", "_stock_still_held", lambda channel, *args: None, DIRECTED["hand_over"]
        )

    def test_shop_that_may_not_show_them(self):
        self.assertBites(
            "ec.channel", "_stock_rivals_signal", lambda channel: None, DIRECTED["no_rule"]
        )

    def test_shop_that_keeps_them_back(self):
        self.assertBites(
            "ec.channel",
            "_stock_able_shops",
            lambda channel, scarce, parsed=None: set(),
            DIRECTED["buffer"],
        )
