"""Tables of the mail module. No logic."""

#: What happens to an order; kinds of mail hang on these.
EVENTS = [
    ("received", "Order received"),
    ("payment_due", "Waiting for payment"),
    ("paid", "Payment received"),
    ("waiting_stock", "Goods not in stock"),
    ("late", "Later than promised"),
    ("shipped", "Delivery shipped"),
    ("completed", "Everything shipped"),
    ("cancelled", "Cancelled"),
    ("refunded", "Refunded"),
    ("manual", "Only by hand"),
]

ROLES = [
    ("transaction", "Belongs to the order"),
    ("followup", "Follow-up"),
    ("promotion", "Advertising"),
]

STATES = [
    ("wanted", "Due"),
    ("waiting", "Waiting"),
    ("held", "For a person"),
    ("queued", "In the queue"),
    ("sending", "Being sent"),
    ("uncertain", "Perhaps sent"),
    ("sent", "Sent"),
    ("failed", "Failed"),
    ("bounced", "Bounced"),
    ("not_wanted", "Not wanted"),
    ("missing", "Cannot go out"),
]
#: A person may change or stop these.
OPEN_STATES = ("wanted", "waiting", "held", "failed", "missing", "uncertain")
#: Overdue when their time is past: they should have gone out and have not.
OWING_STATES = ("wanted", "waiting", "held", "queued", "sending", "uncertain", "failed", "missing")

#: Money is expected before the goods leave; only these get mails about payment.
PREPAID_ROLES = ("bank", "konbini", "deferred")
UNPAID_STATES = ("unpaid", "partial", "failed")

MODES = [
    ("off", "No mails"),
    ("dry", "Decide only, send nothing"),
    ("on", "Send"),
]

ACTIONS = [
    ("send", "Send by itself"),
    ("hold", "Let a person look first"),
    ("mall", "The mall writes it"),
    ("none", "Do not send"),
]
