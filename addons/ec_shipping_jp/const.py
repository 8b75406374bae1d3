"""Tables of the shipping module. No logic."""

from .lib.sources import SERVICES, WINDOWS

#: Steps a parcel goes through: code, label, icon. In the order of work.
STEPS = [
    ("checked", "Checked", "fa-check-circle"),
    ("picked", "Picked", "fa-shopping-basket"),
    ("inspected", "Inspected", "fa-barcode"),
    ("packed", "Packed", "fa-archive"),
    ("labelled", "Label", "fa-tag"),
    ("shipped", "Shipped", "fa-truck"),
    ("told", "Mall told", "fa-bullhorn"),
    ("mailed", "Mailed", "fa-envelope"),
]
STEP_SELECTION = [(code, label) for code, label, _icon in STEPS]

CARRIER_CODES = [
    ("yamato", "Yamato Transport"),
    ("sagawa", "Sagawa Express"),
    ("japanpost", "Japan Post"),
    ("seino", "Seino Transportation"),
    ("fukuyama", "Fukuyama Transporting"),
    ("other", "Other"),
]

SERVICE_SELECTION = [
    ("standard", "Parcel"),
    ("cod", "Cash on delivery"),
    ("compact", "Compact parcel"),
    ("compact_cod", "Compact parcel, cash on delivery"),
    ("mail", "Letter box parcel"),
    ("mail_post", "Letter box mail"),
    ("time", "Timed delivery"),
    ("collect", "Paid by the recipient"),
]
assert [key for key, _label in SERVICE_SELECTION] == list(SERVICES)

#: Service that collects money, by prepaid service.
COD_SERVICE = {"standard": "cod", "compact": "compact_cod"}

COOL_SELECTION = [("none", "Ambient"), ("chilled", "Chilled"), ("frozen", "Frozen")]

WINDOW_SELECTION = [
    ("am", "Morning"),
    ("12_14", "12–14 h"),
    ("14_16", "14–16 h"),
    ("16_18", "16–18 h"),
    ("18_20", "18–20 h"),
    ("18_21", "18–21 h"),
    ("19_21", "19–21 h"),
    ("20_21", "20–21 h"),
    ("before_10", "Until 10 h"),
    ("before_17", "Until 17 h"),
    ("other", "Other hours"),
]
assert {key for key, _label in WINDOW_SELECTION} == {*WINDOWS, "other"}

#: States in which a delivery still has to be worked on.
OPEN_STATES = ("draft", "waiting", "confirmed", "assigned")
