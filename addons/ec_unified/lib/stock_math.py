"""What a shop may show, from what is free: pure arithmetic, no database.

``Policy`` is the rule that applies to one SKU of one shop. The order of its steps is fixed, so that
a clerk can follow the preview: last-unit guard, buffer, then fixed number or share and cap. The
result never exceeds the free quantity and is never negative, whatever a rule says.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

# Quantities in a database are floats: 0.1 added ten times is 0.9999999999999999 and means one.
_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How much of the free quantity one shop shows.

    ``buffer``: units kept back. ``share``: percent of the rest. ``cap``: never show more.
    ``fixed``: show exactly this while so much is free. ``guard``: at or under this many free units
    only the shop that holds the last units shows them; 0 = no guard. ``sync`` False: the mall's
    number is left alone. ``backorder``: units promised on top of what is free, on purpose, as far
    as fixed number and cap allow.
    """

    sync: bool = True
    buffer: int = 0
    share: int = 100
    cap: int | None = None
    fixed: int | None = None
    guard: int = 0
    backorder: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The number of one SKU and the step that decided it, for the preview.

    ``quantity`` None: nothing is sent. ``cause``: ``off``, ``closed``, ``elsewhere``, ``twin``,
    ``sold_out``, ``backorder``, ``fixed``, ``cap``, ``share``, ``buffer``, ``last`` or ``free``.
    ``guarded``: it shows some of the last units, as the only one. ``ahead``: so many of them are
    not there yet.
    """

    quantity: int | None
    cause: str
    units: int
    guarded: bool = False
    ahead: int = 0


def whole_units(quantity):
    """Units that can be sold: rounded down, forgiving the noise of floats; never negative.

    :param float quantity: free quantity in the product's unit
    :rtype: int
    """
    return max(math.floor((quantity or 0.0) + _TOLERANCE), 0)


def guarded(free, policy):
    """Whether the last-unit guard is on at this free quantity."""
    return 0 < whole_units(free) <= policy.guard


def offered(free, policy, *, holds_last=True):
    """The number a shop shows.

    :param float free: free quantity of the shop's warehouses
    :param Policy policy: the rule that decided
    :param bool holds_last: whether this shop may show the last units while the guard is on
    :rtype: int
    """
    units = whole_units(free)
    if not holds_last and guarded(free, policy):
        return 0
    units = max(units - max(policy.buffer, 0), 0)
    if policy.fixed is not None:
        return max(min(units, policy.fixed), 0)
    units = units * min(max(policy.share, 0), 100) // 100
    if policy.cap is not None:
        units = min(units, max(policy.cap, 0))
    return units


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who shows the last units: a shop, and which of its SKUs where it lists the goods twice."""

    shop: int
    sku: int | None = None


def decide(free, policy, *, holds_last=True, twin=False, closed=False):
    """What a shop shows, and why.

    :param bool twin: the shop lists the goods twice, and the other listing shows the last units
    :param bool closed: nothing may be promised now (the mall goes down soon)
    :rtype: Decision
    """
    units = whole_units(free)
    if not policy.sync:
        return Decision(quantity=None, cause="off", units=units)
    if closed:
        return Decision(quantity=0, cause="closed", units=units)
    if not holds_last and guarded(free, policy):
        return Decision(quantity=0, cause="elsewhere", units=units)
    if twin and guarded(free, policy):
        return Decision(quantity=0, cause="twin", units=units)
    shown = offered(free, policy)
    quantity = _with_backorder(free, policy, shown)
    return Decision(
        quantity=quantity,
        cause="backorder" if quantity > shown else _cause(free, policy, quantity),
        units=units,
        guarded=guarded(free, policy),
        ahead=quantity - shown,
    )


def _with_backorder(free, policy, shown):
    """``shown`` and the units promised on top; a fixed number and the limit hold for their sum."""
    extra = max(policy.backorder, 0)
    if policy.fixed is not None:
        left = max(whole_units(free) - max(policy.buffer, 0), 0)
        return max(min(left + extra, policy.fixed), 0)
    return shown + extra if policy.cap is None else max(min(shown + extra, policy.cap), shown)


def _cause(free, policy, quantity):
    """Which step brought the free quantity down to ``quantity``."""
    units = whole_units(free)
    if not units:
        return "sold_out"
    if policy.fixed is not None:
        return "fixed"
    left = max(units - max(policy.buffer, 0), 0)
    if policy.cap is not None and quantity == policy.cap < left * policy.share // 100:
        return "cap"
    if quantity < left:
        return "share"
    if left < units:
        return "buffer"
    return "last" if guarded(free, policy) else "free"


def sales_threshold(sold, days, cover, least=0):
    """Units that may be sold while the shops' numbers catch up: the last ones to be guarded.

    :param float sold: units sold in the last ``days`` days
    :param float cover: so many days of sales are guarded
    :param int least: guard at least so many
    """
    expected = math.ceil(max(sold, 0) / max(days, 1) * max(cover, 0) - _TOLERANCE)
    return max(expected, least, 0)


def pick_holder(candidates, *, favoured=(), slot=None):
    """The shop that shows the last units; the same answer whichever shop asks.

    :param list candidates: shop ids in the order of their priority
    :param favoured: ids of those whose mall has a sale on: they go before the others
    :param int slot: number of the turn; None = always the first
    :return: shop id, or None without candidates
    """
    first = [shop for shop in candidates if shop in favoured] or list(candidates)
    if not first:
        return None
    return first[(slot or 0) % len(first)]


def pick_match(exact, loose, by_barcode):
    """Decide which product a mall's SKU is, from the candidates found for it.

    The SKU code comes first, then the barcode; a barcode may also settle a code that several
    products carry. Nothing is guessed: more than one equal candidate stays open.

    :param exact: product ids whose code is the same to the letter
    :param loose: product ids whose code is the same apart from case, width and outer blanks
    :param by_barcode: product ids with the SKU's barcode
    :return: (product id or None, set of candidates a person must choose from)
    """
    barcodes = set(by_barcode)
    for candidates in (set(exact), set(loose)):
        if len(candidates) == 1:
            return candidates.pop(), set()
        if candidates:
            both = candidates & barcodes
            return (both.pop(), set()) if len(both) == 1 else (None, candidates)
    if len(barcodes) == 1:
        return barcodes.pop(), set()
    return None, barcodes


#: More sales than that since the last number: whatever lies between none and all of them fits.
_MANY_SALES = 200


def explained(shown, numbers, changes):
    """Whether a mall may show ``shown`` without anybody having changed it by hand.

    :param numbers: what it was told: the number it confirmed last, and those without an answer
    :param changes: what it may have booked by itself since: -units per sale, +units per
        cancellation. Each may count or not: a sale can be older than the number, and not every
        order takes units off the shop's number.
    """
    falls = sum(change for change in changes if change < 0)
    rises = sum(change for change in changes if change > 0)
    if not min(numbers) + falls <= shown <= max(numbers) + rises:
        return False
    if len(changes) > _MANY_SALES:
        return True
    reachable = set(numbers)
    for change in changes:
        reachable |= {number + change for number in reachable}
    return shown in reachable


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a mall should show of one SKU by all we know.

    ``sent``: the number it confirmed last; ``tried``: numbers sent since, without an answer;
    ``since``: when the confirmed write began, so what was received before is in it; ``changes``:
    what the mall may have booked by itself since then (see ``explained``).
    """

    sent: int
    since: datetime
    tried: tuple[int, ...] = ()
    changes: tuple[int, ...] = ()

    @property
    def least(self):
        """Below this something happened that we do not know of."""
        falls = sum(change for change in self.changes if change < 0)
        return min((self.sent, *self.tried)) + falls

    def explains(self, shown, places=None):
        """Whether nobody need have changed the number by hand.

        :param dict places: where the mall's places show something else: {place: (shown, sent, …)}
        """
        return explained(shown, (self.sent, *self.tried), self.changes) and all(
            explained(units, (sent,), self.changes)
            for units, sent, *_rest in (places or {}).values()
        )


def classify_difference(*, mall, sent, expected, tracked_by_signal, rejected, sold=False):
    """Why the mall shows another number than it should.

    :param mall: quantity the mall has, None = it does not know the SKU
    :param sent: quantity last confirmed, None = never
    :param expected: quantity the rules say now
    :param bool tracked_by_signal: a change is waiting to be sent
    :param bool rejected: the mall refused the last write
    :param bool sold: the orders received since explain the mall's number: nobody changed it
    :return: None when nothing is wrong, else ``unknown_sku``, ``rejected``, ``in_flight``,
        ``changed_at_mall`` or ``missed``
    """
    if mall == expected:
        return None
    if mall is None:
        return "unknown_sku"
    if rejected:
        return "rejected"
    if tracked_by_signal or sent is None:
        return "in_flight"
    return "changed_at_mall" if mall != sent and not sold else "missed"


def spread(quantity: int, free: dict[str, float]) -> dict[str, int]:
    """Share a shop's ``quantity`` out over its places, the first ones first.

    No place gets more than is free there. What no place has (a fixed or pre-order quantity, goods
    of a warehouse without a place) goes to the first one: the sum is always ``quantity``.

    :param free: free quantity per place, in the order of the places
    """
    left, shares = quantity, {}
    for place, units in free.items():
        shares[place] = min(left, whole_units(units))
        left -= shares[place]
    for place in free:
        shares[place] += left
        break
    return shares
