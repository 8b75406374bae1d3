"""A little world for the property test: three shops, their malls, buyers, faults and crashes.

The malls live outside of the database, so a crash of Odoo changes nothing there. A crash loses what
was not committed: a commit of the background work sets a savepoint anew, a crash goes back to it.
"""

from collections import defaultdict
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from unittest.mock import patch

from odoo.tools import mute_logger

from odoo.addons.base.models.ir_cron import IrCron

from ..lib.data import StockResult
from ..lib.errors import ConflictError, DataError, TransientError, UncertainWriteError
from .stock_common import EcStockCommon

#: What a mall may answer to a write.
FAULTS = ("ok", "away", "lost", "half", "refused")
_NOISY = (
    "odoo.addons.ec_unified.models.ec_channel_health",
    "odoo.addons.ec_unified.models.ec_exchange_process",
    "odoo.models.unlink",
)


class Killed(BaseException):
    """The process is gone."""


class StockWorld(EcStockCommon):
    """Steps are methods ``do_<name>(*arguments)``; every step is one or more transactions."""

    guard_units = 0

    def setUp(self):
        super().setUp()
        self.channels = self.channel + self.make_channel(name="B", sequence=20)
        self.channels += self.make_channel(name="C", sequence=30)
        self.goods = self.make_goods()
        for channel in self.channels:
            self.list_products(self.goods, channel)
        if self.guard_units:
            self.env["ec.stock.guard"].create({"units": self.guard_units})
        self.channel.action_pull_orders()  # what is set up once
        self.moves = self.env["stock.move"]
        self.truth = {channel.id: dict.fromkeys(self.codes, 0) for channel in self.channels}
        self.orders = defaultdict(list)
        self.count = 0
        self.crash_in = None
        self.fault = "ok"
        self.env.flush_all()

    def make_goods(self):
        """What the shops sell."""
        return self.make_products(4, quantity=4, code="R")

    @property
    def codes(self):
        return self.goods.mapped("default_code")

    def run_steps(self, steps):
        """One example: these steps, then calm; afterwards all is as before."""
        kept = (dict(self.__dict__), {key: dict(v) for key, v in self.truth.items()})
        self.env.flush_all()
        self.cr.execute("SAVEPOINT ec_example")
        try:
            with ExitStack() as stack:
                stack.enter_context(mute_logger(*_NOISY))
                for patcher in self._patchers():
                    stack.enter_context(patcher)
                self.cr.execute("SAVEPOINT ec_commit")
                self.begin()
                for name, *arguments in steps:
                    self.step(name, arguments)
                self.calm_down()
        finally:
            self.cr.clear()
            self.cr.execute("ROLLBACK TO SAVEPOINT ec_example")
            self.cr.clear()
            self.__dict__.update(kept[0])
            self.truth, self.orders = kept[1], defaultdict(list)

    def step(self, name, arguments):
        self.fault, self.crash_in = "ok", None
        with suppress(Killed):
            getattr(self, f"do_{name}")(*arguments)
            self.commit()
            return
        self.restart()

    # === TRANSACTIONS === #

    def _patchers(self):
        test = self

        def commit_progress(cron, processed=0, *, remaining=None, deactivate=False):
            test.may_crash()
            test.commit()
            test.may_crash()
            return float("inf")

        adapter = self.registry["ec.channel.adapter.fake"]
        channel = self.registry["ec.channel"]
        yield patch.object(IrCron, "_commit_progress", commit_progress)
        yield patch.object(channel, "_rollback", lambda _channel: test.restart())
        yield patch.object(adapter, "_push_stock", lambda _a, c, levels, key: test.told(c, levels))
        yield patch.object(adapter, "_read_stock", lambda _a, c, keys: test.asked(c, keys))

    def commit(self):
        self.env.flush_all()
        self.cr.flush()
        self.cr.execute("RELEASE SAVEPOINT ec_commit")
        self.cr.execute("SAVEPOINT ec_commit")
        self.begin()

    def begin(self):
        """A transaction has its own time: else a long test would write moments of long ago."""
        self.cr._now = datetime.now(UTC).replace(tzinfo=None)

    def restart(self):
        """All that was not committed is lost, in the database and in memory."""
        self.cr.clear()
        self.cr.execute("ROLLBACK TO SAVEPOINT ec_commit")
        self.cr.clear()
        self.begin()

    def may_crash(self):
        """Die here, if this is the point the example chose."""
        if self.crash_in is not None:
            self.crash_in -= 1
            if self.crash_in < 0:
                self.crash_in = None
                raise Killed

    # === THE MALLS === #

    def told(self, channel, levels):
        """The mall gets numbers; none may ever be above what is free at that moment."""
        self.may_crash()
        free = self.free_now()
        for level in levels:
            self.assertLessEqual(
                level.quantity, free[level.key.ref], f"{channel.name} was told too much: {level}"
            )
        fault = self.fault
        if fault == "away":
            raise TransientError("away")
        taken = levels[::2] if fault in ("half", "lost", "refused") else levels
        for level in taken:
            self.truth[channel.id][level.key.ref] = level.quantity
        self.may_crash()
        if fault == "lost":
            raise UncertainWriteError("no answer")
        error = DataError("no") if fault == "refused" else ConflictError("moved")
        return [
            StockResult(
                key=level.key,
                ok=level in taken,
                error=None if level in taken else error,
            )
            for level in levels
        ]

    def asked(self, channel, keys):
        """What the mall has."""
        known = self.truth[channel.id]
        return {key.ref: known[key.ref] for key in keys if key.ref in known}

    # === STEPS === #

    def product(self, number):
        return self.shelved[number % len(self.shelved)]

    @property
    def shelved(self):
        """What lies on the shelves."""
        return self.goods

    def shop(self, number):
        return self.channels[number % len(self.channels)]

    def do_sell(self, number, quantity):
        """An order by telephone."""
        self.moves += self.move(self.product(number), quantity)

    def do_receive(self, number, quantity):
        """A receipt, or a count that finds less."""
        self.env["stock.quant"]._update_available_quantity(
            self.product(number), self.stock_location, quantity
        )

    def do_cancel(self, number):
        if self.moves:
            move = self.moves[number % len(self.moves)]
            self.moves -= move
            move._action_cancel()

    def do_buy(self, shop, number, quantity):
        """A buyer at a mall: it takes the units off its own number and has an order to tell of."""
        channel, code = self.shop(shop), self.codes[number % len(self.codes)]
        if self.truth[channel.id][code] < quantity:
            return
        self.truth[channel.id][code] -= quantity
        self.count += 1
        payload = self.order_payload(
            f"W-{self.count}",
            ordered_at=f"2026-11-01T{self.count // 60 % 24:02}:{self.count % 60:02}:00+09:00",
            lines=[
                {
                    **self.order_payload()["lines"][0],
                    "quantity": str(quantity),
                    "amount": str(1100 * quantity),
                    "sku_ref": code,
                    "sku_code": code,
                    "item_ref": f"item-{code}",
                }
            ],
        )
        self.orders[channel.id].append(payload)
        channel._fake_put_order(payload)

    def do_buyer_cancels(self, shop, number):
        """The mall cancels an order and counts the goods again."""
        channel = self.shop(shop)
        open_ = [payload for payload in self.orders[channel.id] if not payload.get("cancelled")]
        if not open_:
            return
        payload = open_[number % len(open_)]
        payload["cancelled"] = True
        line = payload["lines"][0]
        self.truth[channel.id][line["sku_code"]] += int(line["quantity"])
        channel._fake_put_order(dict(payload))

    def do_rule(self, kind, shop, number, **_more):
        """A rule comes, changes or goes."""
        rules = self.env["ec.stock.rule"]
        found = rules.search([])
        if kind == "drop":
            found[number % len(found) :][:1].unlink() if found else None
            return
        vals = {
            "buffer": {"buffer": 1, "free": 0}.get(kind, 0),
            "share": {"share": 50}.get(kind, 100),
            "cap": {"cap": 2}.get(kind, 0),
            "mode": {"fixed": "fixed", "none": "none"}.get(kind, "free"),
            "fixed": 2,
            "sequence": 1 + number,
        }
        if shop % 4 < 3:
            vals["channel_id"] = self.shop(shop).id
        if number % 2:
            vals["product_id"] = self.goods[number % len(self.goods)].id
        rules.create(vals)

    def do_order_of_shops(self, shop, sequence):
        """Another shop comes first for the last units."""
        self.shop(shop).sequence = sequence

    def do_pull(self, shop, crash_in):
        self.crash_in = crash_in
        channel = self.shop(shop)
        channel.operation_ids.write({"blocked_until": False})
        channel.action_pull_orders()

    def do_push(self, shop, fault, crash_in):
        self.fault, self.crash_in = fault, crash_in
        channel = self.shop(shop)
        channel.operation_ids.write({"blocked_until": False})
        channel.action_push_stock()

    def do_swing(self, number, quantity, shop, fault, crash_in):
        """The number goes up, is told with trouble, and goes back to what it was: not unchanged."""
        self.step("receive", (number, quantity))
        self.step("push", (shop, fault, crash_in))
        self.step("receive", (number, -quantity))

    # === THE END === #

    def calm_down(self):
        """Faults are over; what was refused is tried again by a person."""
        self.fault, self.crash_in = "ok", None
        for _round in range(4):
            self.env["ec.exchange"].search([("next_try_at", "!=", False)]).next_try_at = False
            for channel in self.channels:
                channel.operation_ids.write({"blocked_until": False})
                channel.action_pull_orders()
                channel.action_process_exchanges()
            for channel in self.channels:
                self.skus(channel).filtered("error_kind")._force_send()
                channel.action_push_stock()
                self.commit()
        self.env.invalidate_all()
        self.check_orders()
        for channel in self.channels:
            wanted = {
                code: number
                for code, number in self.expected(channel).items()
                if number is not None
            }
            shown = {code: self.truth[channel.id][code] for code in wanted}
            self.assertEqual(shown, wanted, channel.name)
            self.assertFalse(any(self.skus(channel).mapped("dirty")))

    def check_orders(self):
        """Every order of the malls is here once, and open exactly if it is open there."""
        for channel in self.channels:
            found = self.env["sale.order"].search([("ec_channel_id", "=", channel.id)])
            wanted = self.orders[channel.id]
            self.assertEqual(sorted(found.mapped("ec_order_ref")), sorted(p["ref"] for p in wanted))
            cancelled = {p["ref"] for p in wanted if p.get("cancelled")}
            for order in found:
                self.assertEqual(order.state == "cancel", order.ec_order_ref in cancelled)

    # === WHAT THE RULES SAY, WORKED OUT INDEPENDENTLY === #

    def on_shelf(self):
        """Free units per product, from the bare table."""
        self.env.flush_all()
        self.cr.execute(
            """
            SELECT product_id, SUM(quantity - reserved_quantity) FROM stock_quant
             WHERE location_id = %s GROUP BY product_id
            """,
            (self.stock_location.id,),
        )
        return defaultdict(int, {key: int(units) for key, units in self.cr.fetchall()})

    def makes(self, product, shelf):
        """Units of ``product`` that can be sold from this shelf."""
        return max(shelf[product.id], 0)

    def free_now(self):
        shelf = self.on_shelf()
        return {product.default_code: self.makes(product, shelf) for product in self.goods}

    def rule_of(self, channel, product):
        found = self.env["ec.stock.rule"].search(
            [
                ("channel_id", "in", [False, channel.id]),
                ("product_id", "in", [False, product.id]),
            ]
        )
        return min(
            found,
            key=lambda r: (not r.product_id, not r.channel_id, r.sequence, r.id),
            default=found,
        )

    def expected(self, channel):
        """{code: number the shop should show; None = left alone}."""
        shelf = self.on_shelf()
        return {p.default_code: self.expected_of(channel, p, shelf) for p in self.goods}

    def expected_of(self, channel, product, shelf):
        rule, units = self.rule_of(channel, product), self.makes(product, shelf)
        if rule.mode == "none":
            return None
        if any(self.holder(part, shelf) not in (None, channel) for part in self.needs(product)):
            return 0
        if not rule:
            return units
        units = max(units - rule.buffer, 0)
        if rule.mode == "fixed":
            return min(units, rule.fixed)
        units = units * rule.share // 100
        return min(units, rule.cap) if rule.cap else units

    def needs(self, product):
        """{product on the shelf: how many one unit takes}."""
        return {product: 1}

    def holder(self, part, shelf):
        """The shop that shows the last units of ``part``; None when it is not scarce."""
        users = [product for product in self.goods if part in self.needs(product)]
        low = [p for p in users if 0 < shelf[part.id] // self.needs(p)[part] <= self.guard_units]
        shops = [
            channel
            for channel in self.channels.sorted(lambda c: (c.sequence, c.id))
            if any(self.rule_of(channel, product).mode != "none" for product in users)
        ]
        offered = any(
            self.rule_of(channel, product).mode != "none" for channel in shops for product in low
        )
        return shops[0] if low and offered and shops else None
