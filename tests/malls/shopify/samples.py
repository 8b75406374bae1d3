"""Documents of the simulator's own tests (the connector has its own).

They stand in ``samples.graphql``; every section there is a name here: ``samples.ORDER``.
"""

from __future__ import annotations

from pathlib import Path


def _read() -> dict[str, str]:
    """Sections ``# === NAME``; a line ``# + A B`` appends the sections A and B."""
    text = Path(__file__).with_name("samples.graphql").read_text(encoding="utf-8")
    plain: dict[str, str] = {}
    for part in text.split("# === ")[1:]:
        name, _newline, body = part.partition("\n")
        plain[name.strip()] = body.strip()
    found = {}
    for name, body in plain.items():
        first, _newline, rest = body.partition("\n")
        added = first[4:].split() if first.startswith("# + ") else []
        found[name] = "\n".join([rest if added else body, *(plain[a] for a in added)])
    return found


DOCUMENTS = _read()
MONEY = DOCUMENTS["MONEY"]
LINE = DOCUMENTS["LINE"]
HEADER = DOCUMENTS["HEADER"]
ORDER = DOCUMENTS["ORDER"]
ORDERS = DOCUMENTS["ORDERS"]
CHANGED = DOCUMENTS["CHANGED"]
AFTER = DOCUMENTS["AFTER"]
FULFILLMENT_ORDERS = DOCUMENTS["FULFILLMENT_ORDERS"]
FULFILL = DOCUMENTS["FULFILL"]
TRACKING = DOCUMENTS["TRACKING"]
FULFILL_CANCEL = DOCUMENTS["FULFILL_CANCEL"]
RELEASE = DOCUMENTS["RELEASE"]
SET = DOCUMENTS["SET"]
SET_PLAIN = DOCUMENTS["SET_PLAIN"]
ADJUST = DOCUMENTS["ADJUST"]
ACTIVATE = DOCUMENTS["ACTIVATE"]
LEVELS = DOCUMENTS["LEVELS"]
VARIANTS = DOCUMENTS["VARIANTS"]
PRODUCT = DOCUMENTS["PRODUCT"]
PRODUCT_SET = DOCUMENTS["PRODUCT_SET"]
OPERATION = DOCUMENTS["OPERATION"]
PRICES = DOCUMENTS["PRICES"]
CANCEL = DOCUMENTS["CANCEL"]
CANCEL_RESULT = DOCUMENTS["CANCEL_RESULT"]
SUGGEST = DOCUMENTS["SUGGEST"]
REFUND = DOCUMENTS["REFUND"]
PAID = DOCUMENTS["PAID"]
CAPTURE = DOCUMENTS["CAPTURE"]
UPDATE = DOCUMENTS["UPDATE"]
TAGS_ADD = DOCUMENTS["TAGS_ADD"]
TAGS_REMOVE = DOCUMENTS["TAGS_REMOVE"]
HOOK = DOCUMENTS["HOOK"]
HOOKS = DOCUMENTS["HOOKS"]
HOOK_UPDATE = DOCUMENTS["HOOK_UPDATE"]
HOOK_DELETE = DOCUMENTS["HOOK_DELETE"]
SHOP = DOCUMENTS["SHOP"]
LOCATIONS = DOCUMENTS["LOCATIONS"]
PUBLICATIONS = DOCUMENTS["PUBLICATIONS"]
PUBLISH = DOCUMENTS["PUBLISH"]
STAGE = DOCUMENTS["STAGE"]
PAYOUTS = DOCUMENTS["PAYOUTS"]
BALANCE = DOCUMENTS["BALANCE"]
BULK_RUN = DOCUMENTS["BULK_RUN"]
BULK_GET = DOCUMENTS["BULK_GET"]
BULK_CANCEL = DOCUMENTS["BULK_CANCEL"]
BULK_INNER = DOCUMENTS["BULK_INNER"]
COUNT = DOCUMENTS["COUNT"]

#: Name in section 20 -> (document, estimated cost at its default page sizes).
COSTS: dict[str, tuple[str, int]] = {
    "shop_info": (SHOP, 5),
    "locations": (LOCATIONS, 9),
    "orders_changed": (CHANGED, 11),
    "orders_list": (ORDERS, 302),
    "order_get": (ORDER, 109),
    "order_after_sale": (AFTER, 217),
    "orders_count": (COUNT, 10),
    "order_fulfillment_orders": (FULFILLMENT_ORDERS, 133),
    "product_variants_find": (VARIANTS, 29),
    "product_operation": (OPERATION, 3),
    "product_variants_bulk_update": (PRICES, 10),
    "publications": (PUBLICATIONS, 37),
    "publishable_publish": (PUBLISH, 11),
    "staged_uploads_create": (STAGE, 11),
    "inventory_levels": (LEVELS, 15),
    "inventory_set_quantities": (SET, 13),
    "inventory_adjust_quantities": (ADJUST, 13),
    "inventory_activate": (ACTIVATE, 11),
    "fulfillment_create": (FULFILL, 11),
    "fulfillment_tracking_info_update": (TRACKING, 11),
    "fulfillment_cancel": (FULFILL_CANCEL, 10),
    "fulfillment_order_release_hold": (RELEASE, 10),
    "order_mark_as_paid": (PAID, 10),
    "order_capture": (CAPTURE, 10),
    "order_cancel": (CANCEL, 10),
    "order_cancel_result": (CANCEL_RESULT, 3),
    "refund_suggest": (SUGGEST, 5),
    "refund_create": (REFUND, 16),
    "tags_add": (TAGS_ADD, 10),
    "tags_remove": (TAGS_REMOVE, 10),
    "bulk_run_query": (BULK_RUN, 10),
    "bulk_operation": (BULK_GET, 1),
    "bulk_operation_cancel": (BULK_CANCEL, 10),
    "webhook_subscription_create": (HOOK, 11),
    "webhook_subscription_update": (HOOK_UPDATE, 10),
    "webhook_subscription_delete": (HOOK_DELETE, 10),
    "webhook_subscriptions": (HOOKS, 20),
    "payouts": (PAYOUTS, 17),
    "balance_transactions": (BALANCE, 30),
}
