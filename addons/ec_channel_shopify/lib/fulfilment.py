"""Tells the shop what was shipped, and what was wrong with it (section 10).

``fulfillmentCreate`` has no idempotency key: what is shipped is read first, and read again after
every write. A parcel is known by its tracking number. A correction changes the tracking of the
report that is there; a withdrawn parcel is cancelled, so that its goods are open again.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

from ...ec_unified.lib.data import Parcel, Result, ShipmentData
from ...ec_unified.lib.errors import ConflictError, DataError, EcError, UncertainWriteError
from .client import Reply, ShopifyClient, dig, raise_user_errors
from .const import CARRIERS
from .fulfilment_read import Fulfilment, ShippingState, lines_of, read_shipping


def push_shipment(
    client: ShopifyClient, shipment: ShipmentData, locations: set[str] | None = None
) -> Result:
    """Bring the shop's parcels of one order to ``shipment``. Idempotent.

    :param locations: our locations; goods assigned elsewhere are not ours to report
    """
    try:
        changed = ShipmentReport(client, shipment, locations).run()
    except EcError as error:
        return Result(ref=shipment.order_ref, ok=False, error=error)
    return Result(ref=shipment.order_ref, ok=True, already=not changed)


def tracking(parcels: list[Parcel], others: list[str] | None = None) -> dict[str, Any] | None:
    """``FulfillmentTrackingInput``: a carrier Shopify knows gets its link, others need the URL.

    :param others: numbers a person entered there, which stay
    :return: None for a delivery without any number
    """
    company = _company(parcels[0])
    info: dict[str, Any] = {"company": company}
    known = [parcel for parcel in parcels if parcel.tracking_number]
    numbers = [parcel.tracking_number for parcel in known] + (others or [])
    urls = [parcel.tracking_url for parcel in known]
    if not numbers:
        return None
    if len(numbers) == 1 and known:
        info["number"] = numbers[0]
        if urls[0]:
            info["url"] = urls[0]
    else:
        info["numbers"] = numbers
        if all(urls) and not others:
            info["urls"] = urls
    return info


def groups_of(parcels: tuple[Parcel, ...]) -> list[list[Parcel]]:
    """Parcels that are one report: those of one delivery, and all that name no lines."""
    groups: dict[Any, list[Parcel]] = {}
    for number, parcel in enumerate(parcels):
        key = (parcel.delivery_ref or number) if parcel.lines else "whole"
        groups.setdefault(key, []).append(parcel)
    whole = groups.pop("whole", None)
    return [*groups.values(), *([whole] if whole else [])]


class ShipmentReport:
    """One order's parcels: read, withdraw, correct, report, verify."""

    def __init__(
        self, client: ShopifyClient, shipment: ShipmentData, locations: set[str] | None
    ) -> None:
        self.client = client
        self.shipment = shipment
        self.locations = locations
        self.groups = groups_of(shipment.parcels)
        self.removed = set(shipment.removed) - {p.tracking_number for p in shipment.parcels}

    def run(self) -> bool:
        """:return: whether anything had to be written"""
        state = self._read()
        homes = self._homes(state)
        changed = self._correct(state, homes)
        if changed:
            state = self._read()
        missing = [
            (group, rest)
            for group, reports in zip(self.groups, homes, strict=True)
            if (rest := self._unreported(state, group, reports)) is not None
        ]
        for number, (group, rest) in enumerate(missing):
            self._report(group, rest, state if number == 0 else self._read())
        if changed or missing:
            state = self._verify()
        self._check_rest(state)
        return bool(changed or missing)

    def _read(self) -> ShippingState:
        return read_shipping(self.client, self.shipment.order_ref)

    # --- which report belongs to which delivery ---

    def _homes(self, state: ShippingState) -> list[list[Fulfilment]]:
        """Per group the shop's reports that are about it: by number, else by what they hold."""
        homes: list[list[Fulfilment]] = [[] for _group in self.groups]
        doubtful = []
        for report in state.reports:
            owners = [
                at for at, group in enumerate(self.groups)
                if set(report.numbers) & {p.tracking_number for p in group}
            ]  # fmt: skip
            if len(owners) == 1:
                homes[owners[0]].append(report)
            elif owners or not report.numbers or set(report.numbers) & self.removed:
                doubtful.append((report, owners or range(len(self.groups))))
        done = not state.ours(self.locations)
        for report, owners in doubtful:
            fitting = [at for at in owners if self._may_own(at, report, homes[at], done)]
            at = self._owner(report, fitting)
            if at is not None:
                homes[at].append(report)
        return homes

    def _may_own(self, at: int, report: Fulfilment, homes: list[Fulfilment], done: bool) -> bool:
        """Whether a report without a telling number could be this delivery's.

        One without any number (a gift card, a person's work) is taken only for a delivery that has
        no other, and that has no number either or nothing else left to be reported by.
        """
        group = self.groups[at]
        numbered = any(parcel.tracking_number for parcel in group)
        if report.numbers:
            return numbered and (not homes or not group[0].lines)
        return not homes and (done or not numbered)

    def _owner(self, report: Fulfilment, candidates: list[int]) -> int | None:
        """The delivery whose goods a report holds."""
        if candidates and len(self.groups) == 1 and not self.groups[0][0].lines:
            return candidates[0]
        held = lines_of(self.client, report) if candidates else {}
        for at in candidates:
            wanted = dict(self.groups[at][0].lines)
            if not wanted or all(held[ref] <= wanted.get(ref, Decimal(0)) for ref in held):
                return at
        return None

    # --- corrections ---

    def _correct(self, state: ShippingState, homes: list[list[Fulfilment]]) -> bool:
        """Change or cancel what the shop has of these parcels and is not right."""
        changed = False
        owned = {report.id for reports in homes for report in reports}
        for report in state.reports:
            if report.id not in owned and set(report.numbers) & self.removed:
                self._withdraw(report)
                changed = True
        known = {p.tracking_number for p in self.shipment.parcels} | self.removed
        for group, reports in zip(self.groups, homes, strict=True):
            for report in reports:
                others = [number for number in report.numbers if number not in known]
                info = tracking(group, others)
                if info and not self._says(report, group, others):
                    self._update(report, info)
                    changed = True
        return changed

    @staticmethod
    def _says(report: Fulfilment, group: list[Parcel], others: list[str]) -> bool:
        numbers = {p.tracking_number for p in group if p.tracking_number} | set(others)
        return set(report.numbers) == numbers and report.company == _company(group[0])

    def _update(self, report: Fulfilment, info: dict[str, Any]) -> None:
        variables = {"id": report.id, "tracking": info, "notify": self.shipment.notify_buyer}
        self._write("fulfillment_tracking_update", variables, "fulfillmentTrackingInfoUpdate")

    def _withdraw(self, report: Fulfilment) -> None:
        """Nothing of ours is left in a report: cancel it, unless a person added a parcel."""
        others = [number for number in report.numbers if number not in self.removed]
        if others:
            self._update(report, {"company": report.company, "numbers": others})
        else:
            self._write("fulfillment_cancel", {"id": report.id}, "fulfillmentCancel")

    def _write(self, name: str, variables: dict[str, Any], key: str) -> None:
        """Both corrections may be repeated; after a lost answer the verifying read decides."""
        try:
            reply = self.client.execute(name, variables)
        except UncertainWriteError:
            return
        _raise_refusal(reply.data[key], reply)

    # --- new parcels ---

    def _unreported(
        self, state: ShippingState, group: list[Parcel], homes: list[Fulfilment]
    ) -> dict[str, Decimal] | None:
        """What of a delivery is still to be reported: of goods at several locations the call for
        one may have failed.

        :return: {line: quantity}, {} = all that is open; None = nothing
        """
        rest = dict(group[0].lines)
        if not homes:
            return rest
        ours = state.ours(self.locations)
        if not rest:
            return {} if ours else None
        refs = {line["lineItem"]["id"] for _p, row in ours for line in row["lines"]
                if line["remainingQuantity"]}  # fmt: skip
        if refs.isdisjoint(rest):
            return None
        for report in homes:
            for ref, quantity in lines_of(self.client, report).items():
                rest[ref] = rest.get(ref, Decimal(0)) - quantity
        rest = {ref: left for ref, left in rest.items() if left > 0 and ref in refs}
        return rest or None

    def _report(
        self, group: list[Parcel], wanted: dict[str, Decimal], state: ShippingState
    ) -> None:
        """One delivery: one call per location, because Shopify wants it so.

        :param wanted: {line: quantity}, {} = all that is open
        :param state: just read: ids of fulfilment orders change with every report
        """
        state.check_open()
        chosen = self._choose(state, wanted)
        if not chosen:
            self._check_rest(state)
            raise ConflictError("nothing left for this parcel", reason="nothing_to_ship")
        known = {report.id for report in state.reports}
        for rows in chosen.values():
            fulfilment: dict[str, Any] = {
                "notifyCustomer": self.shipment.notify_buyer,
                "lineItemsByFulfillmentOrder": rows,
            }
            info = tracking(group)
            if info:
                fulfilment["trackingInfo"] = info
            known |= self._create({"fulfillment": fulfilment}, known)

    def _create(self, variables: dict[str, Any], known: set[str]) -> set[str]:
        """Report once.

        :param known: the shop's reports before; a new one shows that a call without answer arrived
        :return: ids of the new reports
        """
        try:
            return {self._create_once(variables)}
        except UncertainWriteError:
            fresh = {report.id for report in self._read().reports} - known
            return fresh or {self._create_once(variables)}

    def _create_once(self, variables: dict[str, Any]) -> str:
        reply = self.client.execute("fulfillment_create", variables)
        payload = reply.data["fulfillmentCreate"]
        _raise_refusal(payload, reply)
        if dig(payload, "fulfillment.status") != "SUCCESS":
            raise DataError(
                "shipment was not accepted", reason="parcel_refused", request_id=reply.request_id
            )
        return payload["fulfillment"]["id"]

    def _choose(
        self, state: ShippingState, goods: dict[str, Decimal]
    ) -> dict[str, list[dict[str, Any]]]:
        """Rows of ``lineItemsByFulfillmentOrder`` per location for what is in the delivery."""
        wanted = dict(goods)
        chosen: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for place, row in state.ours(self.locations):
            if not goods:
                chosen[place].append({"fulfillmentOrderId": row["id"]})
                continue
            taken = {}
            for line in row["lines"]:
                ref = line["lineItem"]["id"]
                take = min(wanted.get(ref, Decimal(0)), Decimal(line["remainingQuantity"]))
                if take > 0:
                    wanted[ref] -= take
                    taken[line["id"]] = int(take)
            if taken:
                lines = [*taken.items(), *_fees_with(row["lines"], taken)]
                chosen[place].append(
                    {
                        "fulfillmentOrderId": row["id"],
                        "fulfillmentOrderLineItems": [
                            {"id": ref, "quantity": quantity} for ref, quantity in lines
                        ],
                    }
                )
        return chosen

    # --- at the end ---

    def _verify(self) -> ShippingState:
        """:raise ConflictError: the shop does not have what was written"""
        state = self._read()
        homes = self._homes(state)
        wrong = any(
            self._unreported(state, group, homes[at]) is not None
            for at, group in enumerate(self.groups)
        )
        wanted = {p.tracking_number for p in self.shipment.parcels if p.tracking_number}
        if wrong or wanted - state.tracking_numbers or self.removed & state.tracking_numbers:
            raise ConflictError("the shop does not show the parcels", reason="stale")
        return state

    def _check_rest(self, state: ShippingState) -> None:
        """Goods that left here, but which the shop holds back or has another location send.

        :raise ConflictError: on hold or not due yet; tried again until it is released
        :raise DataError: a person has to say who sends them, or they leave twice or never
        """
        elsewhere, waiting = state.elsewhere(self.locations), state.waiting(self.locations)
        untold = self._untold(state) if elsewhere or waiting else {}

        def left_here(row: dict[str, Any]) -> bool:
            return any(
                line["remainingQuantity"]
                and line["requiresShipping"]
                and (untold is None or untold.get(line["lineItem"]["id"], 0) > 0)
                for line in row["lines"]
            )

        places = [row for row in elsewhere if left_here(row)]
        if places:
            what = ", ".join(dict.fromkeys(row["assignedLocation"]["name"] for row in places))
            raise DataError(f"assigned to {what}", reason="other_location", params={"what": what})
        state.check_waiting(row for row in waiting if left_here(row))

    def _untold(self, state: ShippingState) -> dict[str, Decimal] | None:
        """What left here and is in no report: of goods that leave by turns (two places, one part of
        a subscription each month) the rest is nobody's mistake. None = all that is left."""
        if any(not group[0].lines for group in self.groups):
            return None
        left: dict[str, Decimal] = defaultdict(Decimal)
        for group in self.groups:
            for ref, quantity in group[0].lines:
                left[ref] += quantity
        for report in state.reports if left else ():
            for ref, quantity in lines_of(self.client, report).items():
                left[ref] -= quantity
        return left


def _fees_with(lines: list[dict[str, Any]], taken: dict[str, int]) -> list[tuple[str, int]]:
    """Lines that are no goods (fees) leave with the last goods of their fulfilment order; else the
    order would stay open for ever."""
    rest = [line for line in lines if line["remainingQuantity"] > taken.get(line["id"], 0)]
    if any(line["requiresShipping"] for line in rest):
        return []
    return [(line["id"], line["remainingQuantity"]) for line in rest if line["id"] not in taken]


def _raise_refusal(payload: dict[str, Any], reply: Reply) -> None:
    """What Shopify says against a parcel, in its own words for the clerk."""
    try:
        raise_user_errors(payload, reply)
    except DataError as error:
        if error.reason == "refused":
            error.reason = "parcel_refused"
        raise


def _company(parcel: Parcel) -> str:
    return CARRIERS.get(parcel.carrier_code, parcel.carrier_code)
