"""Whatever happens, in whatever order: in the end every shop shows what the rules say."""

import random
from contextlib import suppress

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..lib.data import StockResult
from ..lib.errors import ConflictError, DataError, TransientError, UncertainWriteError
from .stock_common import EcStockCommon

STEPS = 60


class Killed(BaseException):
    """The process is gone."""


@tagged("post_install", "-at_install")
class TestStockProperty(EcStockCommon):
    rounds = 1

    def setUp(self):
        super().setUp()
        self.channels = self.channel + self.make_channel(name="B") + self.make_channel(name="C")
        self.products = self.make_products(6, quantity=5, code="R")
        for channel in self.channels:
            self.list_products(self.products, channel)
        self.moves = self.env["stock.move"]
        self.truth = {channel.id: {} for channel in self.channels}

    @mute_logger("odoo.addons.ec_unified.models.ec_channel_health")
    def test_right_in_the_end(self):
        for seed in (1, 2, 3):
            self.dice = random.Random(seed)
            for _step in range(STEPS):
                self.dice.choice(
                    [self.sell, self.sell, self.receive, self.cancel, self.rule, self.push_badly,
                     self.push_badly, self.touch_mall]
                )()  # fmt: skip
            self.calm_down(seed)

    # === WHAT HAPPENS === #

    def sell(self):
        product = self.dice.choice(self.products)
        self.moves += self.move(product, self.dice.randint(1, 3))

    def receive(self):
        product = self.dice.choice(self.products)
        amount = self.dice.choice([1, 2, -1])
        self.env["stock.quant"]._update_available_quantity(product, self.stock_location, amount)

    def cancel(self):
        if self.moves:
            move = self.dice.choice(self.moves)
            self.moves -= move
            move._action_cancel()

    def rule(self):
        rules = self.env["ec.stock.rule"]
        vals = {"buffer": self.dice.randint(0, 2), "share": self.dice.choice([50, 100])}
        old = rules.search([])
        if old and self.dice.random() < 0.5:
            self.dice.choice(old).unlink()
        else:
            scope = self.dice.choice(["product_id", "channel_id"])
            target = self.products if scope == "product_id" else self.channels
            rules.create({**vals, scope: self.dice.choice(target).id})

    def touch_mall(self):
        """The mall takes off its own sale, which is booked here at once."""
        channel, product = self.dice.choice(self.channels), self.dice.choice(self.products)
        shown = self.truth[channel.id].get(product.default_code, 0)
        product.invalidate_recordset(["free_qty"])
        if not shown or product.free_qty < 1:
            return
        self.truth[channel.id][product.default_code] = shown - 1
        self.env["sale.order"].create(
            {
                "partner_id": self.env.user.partner_id.id,
                "ec_channel_id": channel.id,
                "ec_order_ref": f"R-{self.dice.random()}",
                "order_line": [(0, 0, {"product_id": product.id, "product_uom_qty": 1})],
            }
        ).action_confirm()

    def push_badly(self):
        channel = self.dice.choice(self.channels)
        with self.mall(self.faulty):
            with suppress(Killed):
                self.send(channel)

    # === THE MALL === #

    def faulty(self, channel, levels, key):
        fault = self.dice.choice(["ok", "ok", "away", "lost", "killed", "mixed"])
        done = self.dice.sample(levels, self.dice.randint(0, len(levels)))
        done = {"ok": levels, "away": []}.get(fault, done)
        self.apply(channel, done)
        if fault == "away":
            raise TransientError("away")
        if fault == "lost":
            raise UncertainWriteError("no answer")
        if fault == "killed":
            raise Killed
        errors = [TransientError("busy"), ConflictError("moved"), DataError("no")]
        return [
            StockResult(
                key=level.key,
                ok=level in done,
                error=None if level in done else self.dice.choice(errors),
            )
            for level in levels
        ]

    def apply(self, channel, levels):
        by_code = {product.default_code: product for product in self.products}
        self.products.invalidate_recordset(["free_qty"])  # a bare quant does not do it
        for level in levels:
            free = max(by_code[level.key.ref].free_qty, 0)
            self.assertLessEqual(level.quantity, free, "told more than is free")
            self.truth[channel.id][level.key.ref] = level.quantity

    def well(self, channel, levels, key):
        self.apply(channel, levels)
        return self.all_ok(levels)

    def read(self, channel, keys):  # pylint: disable=method-required-super
        known = self.truth[channel.id]
        return {key.ref: known[key.ref] for key in keys if key.ref in known}

    # === THE END === #

    def send(self, channel):
        self.env.cr.flush()
        channel.operation_ids.write({"blocked_until": False})
        with self.mall(self.read, "_read_stock"):
            channel.action_push_stock()
        self.env.cr.flush()

    def calm_down(self, seed):
        """Faults are over; what was refused is tried again by a person."""
        for _round in range(self.rounds):
            for channel in self.channels:
                refused = self.skus(channel).filtered("error_kind")
                refused._force_send()
                with self.mall(self.well):
                    self.send(channel)
        for channel in self.channels:
            skus = self.skus(channel)
            skus.invalidate_recordset()
            expected = {sku.ref: sku.qty_offered for sku in skus}
            self.assertEqual(self.truth[channel.id], expected, f"seed {seed}, {channel.name}")
            self.assertFalse(any(skus.mapped("dirty")))


@tagged("post_install", "-at_install")
class TestStockPropertyGuard(TestStockProperty):
    """The same with a last-unit guard, whose holder also changes hands."""

    rounds = 3  # the new holder waits for the zero of the old one

    def setUp(self):
        super().setUp()
        self.env["ec.stock.guard"].create({"units": 2})

    def rule(self):
        if self.dice.random() < 0.4:
            self.dice.choice(self.channels).sequence = self.dice.randint(1, 30)
            return None
        return super().rule()

    def calm_down(self, seed):
        result = super().calm_down(seed)
        for product in self.products:
            shown = [self.truth[channel.id][product.default_code] for channel in self.channels]
            if 0 < max(self.channel._stock_free(product)[product.id], 0) <= 2:
                self.assertLessEqual(sum(map(bool, shown)), 1, f"seed {seed}: {shown}")
        return result
