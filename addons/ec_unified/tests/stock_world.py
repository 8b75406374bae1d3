"""A little world for the property test: three shops, their malls, buyers, faults and crashes.

The malls live outside of the database, so a crash of Odoo changes nothing there. A crash loses what
was not committed: a commit of the background work sets a savepoint anew, a crash goes back to it.
"""

from collections import defaultdict
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tools import mute_logger

from odoo.addons.base.models.ir_cron import IrCron

from ..lib.data import StockResult
from ..lib.errors import ConflictError, DataError, TransientError, UncertainWriteError
from .stock_reference import StockReference

#: What a mall may answer to a write.
FAULTS = ("ok", "away", "lost", "silent", "half", "refused", "killed")
#: Those after which a part of the write is done.
_IN_PART = ("lost", "silent", "half", "refused")
_NOISY = (
    "odoo.addons.ec_unified.models.ec_channel_health",
    "odoo.addons.ec_unified.models.ec_exchange_process",
    "odoo.models.unlink",
)


class Killed(BaseException):
    """The process is gone."""


class StockWorld(StockReference):
    """Steps are methods ``do_<name>(*arguments)``; every step is one or more transactions."""

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
        self.truth = self.nothing_shown()
        self.given = self.nothing_shown()
        self.orders = defaultdict(list)
        self.overdue = defaultdict(set)
        self.wrong = []
        self.count = self.tellings = 0
        self.faultless()
        self.env.flush_all()

    def nothing_shown(self):
        """{shop id: {code: 0}}"""
        return {channel.id: dict.fromkeys(self.codes, 0) for channel in self.channels}

    def faultless(self):
        """The malls work and nothing dies."""
        self.fault, self.crash_in, self.blind = "ok", None, False

    def make_goods(self):
        """What the shops sell."""
        return self.make_products(4, quantity=4, code="R")

    def run_steps(self, steps):
        """One example: these steps, then calm; afterwards all is as before."""
        kept = dict(self.__dict__)
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
            self.__dict__.update(kept)
            self.truth, self.given = self.nothing_shown(), self.nothing_shown()
            self.orders, self.overdue = defaultdict(list), defaultdict(set)
            self.wrong = []

    def step(self, name, arguments):
        self.faultless()
        try:
            getattr(self, f"do_{name}")(*arguments)
            self.commit()
        except Killed:
            self.restart()
        self.check_wrong()

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
        read_orders = adapter._pull_orders

        def pull_orders(adapter, channel, cursor, known_open_refs):
            if test.blind:
                raise TransientError("away")
            return read_orders(adapter, channel, cursor, known_open_refs)

        yield patch.object(IrCron, "_commit_progress", commit_progress)
        yield patch.object(channel, "_rollback", lambda _channel: test.restart())
        yield patch.object(adapter, "_pull_orders", pull_orders)
        yield patch.object(adapter, "_push_stock", lambda _a, c, levels, key: test.told(c, levels))
        yield patch.object(adapter, "_read_stock", lambda _a, c, keys: test.asked(c, keys))

    def commit(self):
        self.env.flush_all()
        self.cr.flush()
        self.cr.execute("RELEASE SAVEPOINT ec_commit")
        self.cr.execute("SAVEPOINT ec_commit")
        self.cr.clear()  # as after every commit: nothing that was read before counts
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
        self.tellings += 1
        try:
            self.check_told(channel, {level.key.ref: level.quantity for level in levels})
        except AssertionError as error:
            # Raised here it would be one more failure of a mall, which the product survives.
            self.wrong.append(error)
        fault = self.fault
        if fault == "away":
            raise TransientError("away")
        taken = levels[::2] if fault in _IN_PART else levels
        before = dict(self.truth[channel.id])
        for level in taken:
            self.truth[channel.id][level.key.ref] = level.quantity
            self.given[channel.id][level.key.ref] = level.quantity
        self.may_crash()
        if fault == "killed":
            raise Killed
        if fault in ("lost", "silent"):
            raise UncertainWriteError("no answer")
        error = DataError("no") if fault == "refused" else ConflictError("moved")
        return [
            StockResult(
                key=level.key,
                ok=level in taken,
                before=before[level.key.ref],
                error=None if level in taken else error,
            )
            for level in levels
        ]

    def check_wrong(self):
        """Fail for what was found while a mall was told something."""
        for error in self.wrong:
            raise error

    def check_told(self, channel, numbers):
        """What must hold whenever a mall is told something.

        * Nothing above what is free; an order that is received but not booked has taken its goods.
        * More than nothing only if what was sold at this very mall is known, but for the moment a
          shop's orders may be old: our number overwrites the mall's.
        * The last units are shown by a second shop only after the first one was told zero.
        """
        shelf = self.left_on_shelf()
        for code, number in numbers.items():
            product = self.goods_by_code[code]
            self.assertLessEqual(
                number, self.makes(product, shelf), f"{channel.name} was told too much of {code}"
            )
            if number:
                missed = self.overdue[channel.id] - self.heard_of(channel)
                self.assertFalse(missed, f"{channel.name}: {code} overwrites unknown sales")
                self.check_hand_over(channel, product, shelf)

    def check_hand_over(self, channel, product, shelf):
        for part in self.needs(product):
            users = [user for user in self.goods if part in self.needs(user)]
            if not self.holder(part, shelf) or any(
                self.given[channel.id][user.default_code] for user in users
            ):
                continue
            for other in self.working - channel:
                shown = {
                    user.default_code: self.truth[other.id][user.default_code]
                    for user in users
                    if self.sends(other, user) and self.given[other.id][user.default_code]
                }
                self.assertFalse(
                    any(shown.values()),
                    f"{channel.name} shows the last of {product.default_code}, {other.name} still "
                    f"shows {shown}",
                )

    def asked(self, channel, keys):
        """What the mall has."""
        if self.fault == "silent":
            raise TransientError("away")
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

    def do_deliver(self, number):
        """A parcel leaves."""
        waiting = self.moves.filtered(lambda move: move.state == "assigned")
        if waiting:
            move = waiting[number % len(waiting)]
            self.moves -= move
            move.picked = True
            move._action_done()

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

    def do_wait(self):
        """A minute passes: what the shops read of their orders is old by now."""
        rows = self.channels.operation_ids
        for row in rows.filtered(lambda row: row.operation == "pull_orders" and row.started_at):
            row.started_at -= timedelta(minutes=1)
        for channel in self.channels:
            self.overdue[channel.id].update(order["ref"] for order in self.orders[channel.id])

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

    def do_sale_time(self, shop, on):
        """A mall has a sale on, or all sales are over."""
        if not on:
            self.env["ec.channel.sale"].search([]).unlink()
            return
        now = fields.Datetime.now()
        self.env["ec.channel.sale"].create(
            {
                "name": "Sale",
                "channel_id": self.shop(shop).id,
                "start_at": now - timedelta(hours=1),
                "end_at": now + timedelta(days=1),
            }
        )

    def do_pause(self, shop):
        """A shop is stopped, or works again."""
        channel = self.shop(shop)
        channel.state = "active" if channel.state == "paused" else "paused"

    def do_sync(self, shop, number):
        """Somebody takes an item out of our hands, or gives it back."""
        skus = self.skus(self.shop(shop))
        sku = skus[number % len(skus)]
        sku.stock_sync = not sku.stock_sync

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

    def do_blind_push(self, shop, fault, crash_in):
        """The mall takes stock and tells no orders."""
        self.blind = True
        self.do_push(shop, fault, crash_in)

    def do_swing(self, number, quantity, shop, fault, crash_in):
        """The number goes up, is told with trouble, and goes back to what it was: not unchanged."""
        self.step("receive", (number, quantity))
        self.step("push", (shop, fault, crash_in))
        self.step("receive", (number, -quantity))

    # === THE END === #

    def calm_down(self):
        """Faults are over; what was refused is tried again by a person."""
        self.faultless()
        (self.channels - self.working).state = "active"
        for _round in range(6):
            self.tellings = 0
            self.env["ec.exchange"].search([("next_try_at", "!=", False)]).next_try_at = False
            for channel in self.channels:
                channel.operation_ids.write({"blocked_until": False})
                channel.action_pull_orders()
                channel.action_process_exchanges()
            for channel in self.channels:
                self.skus(channel).filtered("error_kind")._force_send()
                channel.action_push_stock()
                self.commit()
            if not self.tellings:  # nobody has anything to say any more
                break
        self.check_wrong()
        self.check_orders()
        self.check_log()
        for channel in self.channels:
            wanted = {
                code: number
                for code, number in self.expected(channel).items()
                if number is not None
            }
            shown = {code: self.truth[channel.id][code] for code in wanted}
            self.assertEqual(shown, wanted, channel.name)
            self.assertFalse(any(self.skus(channel).mapped("dirty")))

    def check_log(self):
        """Nobody is said to have changed a number that sales or our own writes explain."""
        lines = self.env["ec.stock.difference"].search([("cause", "=", "changed_at_mall")])
        told = [(row.channel_id.name, row.sku_id.sku_code, row.qty_mall) for row in lines]
        self.assertFalse(told)

    def check_orders(self):
        """Every order of the malls is here once, and open exactly if it is open there."""
        for channel in self.channels:
            found = self.env["sale.order"].search([("ec_channel_id", "=", channel.id)])
            wanted = self.orders[channel.id]
            self.assertEqual(sorted(found.mapped("ec_order_ref")), sorted(p["ref"] for p in wanted))
            cancelled = {p["ref"] for p in wanted if p.get("cancelled")}
            for order in found:
                self.assertEqual(order.state == "cancel", order.ec_order_ref in cancelled)
