"""Mutations of stock (section 12)."""

from __future__ import annotations

from typing import Any

from . import inventory
from .fulfil import Refusal
from .idempotency import once
from .model import Item, Level, Location
from .mutations import attempt, zero_id
from .resolve import Context, bad_request, resolves, user_error

Args = dict[str, Any]
MAX_ROWS = 250


def _rules(ctx: Context, type_name: str, rows: list[dict[str, Any]]) -> None:
    """Rules the schema does not show: ``changeFromQuantity`` must be present in each row."""
    for row in rows:
        zero_id(row["inventoryItemId"], row["locationId"])
        if "changeFromQuantity" not in row:
            raise bad_request(
                f"{type_name} must include the following argument: changeFromQuantity.",
                "INVALID_FIELD_ARGUMENTS",
            )


def _common(
    ctx: Context, value: dict[str, Any], names: tuple[str, ...], bad_name: str
) -> list[dict[str, Any]]:
    """Errors of the whole input: name, reason, reference."""
    errors = []
    if value["name"] not in names:
        text = (
            "The quantity name must be either 'available' or 'on_hand'."
            if len(names) == 2
            else "The specified quantity name is invalid."
        )
        errors.append(user_error(text, ["input", "name"], bad_name))
    if value["reason"] not in inventory.REASONS:
        errors.append(
            user_error(
                f"The specified reason is invalid. Valid values are: "
                f"{', '.join(sorted(inventory.REASONS))}.",
                ["input", "reason"],
                "INVALID_REASON",
            )
        )
    uri = value.get("referenceDocumentUri")
    if uri is not None and "://" not in uri:
        errors.append(
            user_error(
                "The specified reference document is invalid.",
                ["input", "referenceDocumentUri"],
                "INVALID_REFERENCE_DOCUMENT",
            )
        )
    return errors


def _level(ctx: Context, row: dict[str, Any], path: list[str]) -> Level:
    """The stock row; since 2026-10 stock can be set at any location."""
    item = ctx.store.get(row["inventoryItemId"], Item)
    if item is None:
        raise Refusal(
            "The specified inventory item could not be found.",
            path + ["inventoryItemId"],
            "INVALID_INVENTORY_ITEM",
        )
    place = ctx.store.get(row["locationId"], Location)
    if place is None or not place.is_active:
        raise Refusal(
            "The specified location could not be found.", path + ["locationId"], "INVALID_LOCATION"
        )
    if item.variant.components:
        raise Refusal(
            "The specified inventory item is not allowed to be adjusted via API.",
            path + ["inventoryItemId"],
            "NON_MUTABLE_INVENTORY_ITEM",
        )
    if not item.variant.tracked:
        raise Refusal(
            "The specified inventory item is not tracked.",
            path + ["inventoryItemId"],
            "INVALID_INVENTORY_ITEM",
        )
    level = ctx.store.level(item.variant, place, create=True)
    assert level is not None
    return level


def _stale(row: dict[str, Any], now: int, path: list[str]) -> None:
    if row["changeFromQuantity"] is not None and row["changeFromQuantity"] != now:
        raise Refusal(
            "The changeFromQuantity value does not match persisted value.",
            path + ["changeFromQuantity"],
            "CHANGE_FROM_QUANTITY_STALE",
        )


def _in_range(value: int, path: list[str]) -> None:
    if value > inventory.LIMIT:
        raise Refusal(
            "The quantity can't be higher than 1,000,000,000.", path, "INVALID_QUANTITY_TOO_HIGH"
        )
    if value < -inventory.LIMIT:
        raise Refusal(
            "The quantity can't be lower than -1,000,000,000.", path, "INVALID_QUANTITY_TOO_LOW"
        )


def _group(
    ctx: Context, value: dict[str, Any], changes: list[tuple[Level, str, int, Any]]
) -> dict[str, Any] | None:
    """``InventoryAdjustmentGroup``: what moved; ``available`` moves ``on_hand`` too [R]."""
    if not changes:
        return None
    rows = []
    for level, name, delta, ledger in changes:
        twin = {"available": "on_hand", "on_hand": "available"}.get(name)
        for state in [name] + ([twin] if twin else []):
            rows.append(
                {
                    "name": state,
                    "delta": delta,
                    "item": level.variant.item,
                    "location": level.location,
                    "ledgerDocumentUri": ledger,
                    "quantityAfterChange": level.get(state),
                }
            )
    made = {
        "__typename": "InventoryAdjustmentGroup",
        "createdAt": ctx.store.now(),
        "reason": value["reason"],
        "id": f"gid://shopify/InventoryAdjustmentGroup/{ctx.store.next_id('InventoryAdjustmentGroup')}",
        "referenceDocumentUri": value.get("referenceDocumentUri"),
        "changes": rows,
    }
    ctx.store.history.append(made)
    return made


@resolves("InventoryAdjustmentGroup.changes")
def _changes(group: Any, ctx: Context, args: Args) -> Any:
    names, items, places = (
        args.get("quantityNames"),
        args.get("inventoryItemIds"),
        args.get("locationIds"),
    )
    return [
        r
        for r in group["changes"]
        if (names is None or r["name"] in names)
        and (items is None or r["item"].gid in items)
        and (places is None or r["location"].gid in places)
    ]


def _run(
    ctx: Context,
    value: dict[str, Any],
    plan: list[tuple[Level, str, int, Any]],
    errors: list[dict[str, Any]],
) -> dict[str, Any]:
    """Write all or nothing (the likelier reading [?]; switch ``atomic_inventory``)."""
    if errors and (ctx.settings.atomic_inventory or not plan):
        return {"inventoryAdjustmentGroup": None, "userErrors": errors}
    done = []
    for level, name, delta, ledger in plan:
        if delta:
            inventory.change(ctx.store, level, name, delta)
            done.append((level, name, delta, ledger))
    group = _group(ctx, value, done)
    return {"inventoryAdjustmentGroup": None if errors else group, "userErrors": errors}


@resolves("Mutation.inventorySetQuantities")
def _set(root: Any, ctx: Context, args: Args) -> Any:
    """Absolute quantities with compare-and-set."""
    value = args["input"]

    def run() -> dict[str, Any]:
        _rules(ctx, "InventoryQuantityInput", value["quantities"])
        errors = _common(ctx, value, ("available", "on_hand"), "INVALID_NAME")
        plan: list[tuple[Level, str, int, Any]] = []
        seen: set[Any] = set()
        for index, row in enumerate(value["quantities"] if not errors else []):
            path = ["input", "quantities", str(index)]
            try:
                plan.append(_set_row(ctx, value["name"], row, path, seen))
            except Refusal as exc:
                errors.append(user_error(exc.message, exc.field, exc.code))
        return _run(ctx, value, plan, errors)

    return once(ctx, "inventorySetQuantities", args, run)


def _set_row(
    ctx: Context, name: str, row: dict[str, Any], path: list[str], seen: set[Any]
) -> tuple[Level, str, int, Any]:
    pair = (row["inventoryItemId"], row["locationId"])
    if pair in seen:
        raise Refusal(
            "The combination of inventoryItemId and locationId must be unique.",
            path + ["locationId"],
            "NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR",
        )
    seen.add(pair)
    _in_range(row["quantity"], path + ["quantity"])
    if name == "on_hand" and row["quantity"] < 0:
        raise Refusal(
            "The quantity can't be negative.", path + ["quantity"], "INVALID_QUANTITY_NEGATIVE"
        )
    level = _level(ctx, row, path)
    _stale(row, level.get(name), path)
    return level, name, row["quantity"] - level.get(name), None


ADJUSTABLE = ("available", "damaged", "incoming", "quality_control", "reserved", "safety_stock")


@resolves("Mutation.inventoryAdjustQuantities")
def _adjust(root: Any, ctx: Context, args: Args) -> Any:
    """Deltas; other states than ``available`` need ``ledgerDocumentUri``."""
    value = args["input"]

    def run() -> dict[str, Any]:
        _rules(ctx, "InventoryChangeInput", value["changes"])
        errors = _common(ctx, value, ADJUSTABLE, "INVALID_QUANTITY_NAME")
        plan: list[tuple[Level, str, int, Any]] = []
        for index, row in enumerate(value["changes"] if not errors else []):
            path = ["input", "changes", str(index)]
            try:
                plan.append(_adjust_row(ctx, value["name"], row, path))
            except Refusal as exc:
                errors.append(user_error(exc.message, exc.field, exc.code))
        return _run(ctx, value, plan, errors)

    return once(ctx, "inventoryAdjustQuantities", args, run)


def _adjust_row(
    ctx: Context, name: str, row: dict[str, Any], path: list[str]
) -> tuple[Level, str, int, Any]:
    ledger = row.get("ledgerDocumentUri")
    if name == "available" and ledger is not None:
        raise Refusal(
            "A ledger document URI is not allowed when adjusting available.",
            path + ["ledgerDocumentUri"],
            "INVALID_AVAILABLE_DOCUMENT",
        )
    if name != "available" and not ledger:
        raise Refusal(
            "A ledger document URI is required except when adjusting available.",
            path + ["ledgerDocumentUri"],
            "INVALID_QUANTITY_DOCUMENT",
        )
    level = _level(ctx, row, path)
    _in_range(level.get(name) + row["delta"], path + ["delta"])
    _stale(row, level.get(name), path)
    return level, name, row["delta"], ledger


@resolves("Mutation.inventoryActivate")
def _activate(root: Any, ctx: Context, args: Args) -> Any:
    """Stock an item at a place."""
    zero_id(args["inventoryItemId"], args["locationId"])

    def run() -> dict[str, Any]:
        try:
            level = _level(ctx, args, [])
        except Refusal as exc:
            raise Refusal(exc.message, exc.field) from exc
        if (
            level.quantities
            and level.is_active
            and (args.get("available") is not None or args.get("onHand") is not None)
        ):
            raise Refusal(
                "Not allowed to set available quantity when the "
                "item is already active at the location.",
                ["available"],
            )
        level.is_active = True
        if args.get("available") is not None:
            inventory.set_level(ctx.store, level, "available", args["available"])
        elif args.get("onHand") is not None:
            inventory.set_level(ctx.store, level, "on_hand", args["onHand"])
        return {"inventoryLevel": level}

    return once(ctx, "inventoryActivate", args, lambda: attempt(run, inventoryLevel=None))


@resolves("Mutation.inventoryDeactivate")
def _deactivate(root: Any, ctx: Context, args: Args) -> Any:
    def run() -> dict[str, Any]:
        level = ctx.store.get(args["inventoryLevelId"], Level)
        if level is None:
            raise Refusal("The inventory level could not be found.", ["inventoryLevelId"])
        if level.get("committed") or level.get("incoming"):
            raise Refusal(
                "The inventory level has committed or incoming quantities.", ["inventoryLevelId"]
            )
        inventory.set_level(ctx.store, level, "available", 0)
        level.is_active = False
        return {}

    return attempt(run)


@resolves("Mutation.inventoryItemUpdate")
def _item_update(root: Any, ctx: Context, args: Args) -> Any:
    def run() -> dict[str, Any]:
        item = ctx.store.get(args["id"], Item)
        if item is None:
            raise Refusal("Inventory item does not exist", ["id"])
        from .product_set import write_variant

        write_variant(ctx.store, item.variant, {"inventoryItem": args["input"]})
        ctx.store.emit("inventory_items/update", item)
        return {"inventoryItem": item}

    return attempt(run, inventoryItem=None)
