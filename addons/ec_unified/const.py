"""Tables of the core. No logic; codes are shared with the adapters (``OrderFlag.code``)."""

#: Reasons why a person must look at an order. The label is what a clerk reads.
CHECK_CODES = [
    ("unknown_sku", "Item not matched"),
    ("duplicate_sku", "SKU code not unique"),
    ("unknown_payment", "Unknown payment method"),
    ("total_mismatch", "Amounts do not add up"),
    ("amount_undecided", "Amounts not decided yet"),
    ("gift_address_missing", "Gift address not entered yet"),
    ("several_destinations", "Several destinations"),
    ("store_pickup", "Pick-up at a store"),
    ("remote_island", "Remote island"),
    ("remarks", "Remarks of the buyer"),
    ("gift", "Gift"),
    ("preorder", "Pre-order"),
    ("subscription", "Subscription"),
    ("mall_caution", "Warning of the mall"),
    ("mall_checking", "The mall is still checking"),
    ("changed_upstream", "Changed at the mall"),
    ("shipped_upstream", "Shipped at the mall"),
    ("shipped_elsewhere", "Another place sends goods"),
    ("cancel_requested", "Cancellation at the mall"),
    ("mall_not_told", "Mall not told yet"),
    ("confirm_due", "Not confirmed at the mall"),
    ("address_missing", "Address incomplete"),
    ("personal_data_missing", "Buyer data withheld"),
    ("refund_upstream", "Refunded at the mall"),
    ("edited_upstream", "Edited at the mall"),
    ("foreign_currency", "Foreign currency"),
    ("test_order", "Test order"),
    ("medicine", "Contains medicine"),
    ("rule", "Rule of the shop"),
    ("stock_short", "Not enough stock"),
    ("other", "Other"),
]

#: Checks that the import clears by itself once the mall's document no longer gives the reason.
AUTO_CHECKS = frozenset(
    {
        "unknown_sku",
        "duplicate_sku",
        "unknown_payment",
        "total_mismatch",
        "amount_undecided",
        "gift_address_missing",
        "address_missing",
        "personal_data_missing",
        "mall_checking",
        "shipped_elsewhere",
    }
)

#: Checks that only matter while the goods are still here.
CHECKS_BEFORE_SHIPPING = frozenset(
    {
        "gift",
        "remarks",
        "several_destinations",
        "remote_island",
        "store_pickup",
        "preorder",
        "subscription",
        "mall_caution",
        "mall_checking",
        "shipped_elsewhere",
        "gift_address_missing",
        "address_missing",
        "medicine",
    }
)

#: The one work list an order is in, in the order a clerk works.
STAGES = [
    ("new", "New"),
    ("check", "To check"),
    ("payment", "Waiting for payment"),
    ("stock", "Waiting for stock"),
    ("ready", "Ready to ship"),
    ("picking", "Being prepared"),
    ("shipped", "Shipped"),
    ("done", "Done"),
    ("cancel", "Cancelled"),
]

PAYMENT_STATES = [
    ("unpaid", "Unpaid"),
    ("authorized", "Authorised"),
    ("paid", "Paid"),
    ("cod", "Cash on delivery"),
    ("partial", "Partly paid"),
    ("refunded", "Refunded"),
    ("failed", "Failed"),
]
#: The goods may leave: money is there, secured, or collected at the door.
SHIPPABLE_PAYMENT_STATES = frozenset({"authorized", "paid", "cod", "refunded"})
