"""People, places, wishes and remarks of an OrderModel (2.5)."""

import re

from ...ec_unified.lib.data import Address, Destination, OrderFlag
from ...ec_unified.lib.errors import DataError
from . import const
from .times import parse_day, time_or_none

_WISH_TITLE = "配送日時指定"
_REMARK_TITLE = "備考"
# The mall's titles end with a colon; what a buyer puts in brackets is a part of his text.
_BLOCK = re.compile(
    rf"^\[(?:([^\]\n]{{1,40}}?)[:：]|({_WISH_TITLE}|{_REMARK_TITLE}))\][ \t]*$", re.MULTILINE
)
# A day and a time, one line each; anything else in that block was written by a person.
_WISH_LINE = re.compile(r"\d|午前|午後|時|指定|希望|最短|夜間|なし")
_WISH_LINES = 2


# --- Addresses ---------------------------------------------------------------------------------


def parse_address(person):
    """``Address`` of an OrdererModel or SenderModel; "Sender" means the recipient (trap 11)."""
    prefecture = (person.get("prefecture") or "").strip()
    state = const.PREFECTURES.get(prefecture)
    # A name nobody knows is no prefecture, but a part of the address all the same.
    unknown = None if state or prefecture == const.ABROAD else prefecture
    email = person.get("emailAddress") or None
    return Address(
        name=_join(" ", person.get("familyName"), person.get("firstName")),
        kana=_join(" ", person.get("familyNameKana"), person.get("firstNameKana")),
        zip=_join("", person.get("zipCode1"), person.get("zipCode2")),
        country="" if prefecture == const.ABROAD else "JP",
        state_code=state,
        city=_join("", unknown, person.get("city")),
        street=person.get("subAddress") or None,
        phone=_join("-", *(person.get(f"phoneNumber{n}") for n in (1, 2, 3))),
        email=email,
        email_is_relay=bool(email) and email.lower().endswith(const.RELAY_MAIL_SUFFIX),
        remote_island=person.get("isolatedIslandFlag") == 1,
    )


def _join(separator, *parts):
    return separator.join(str(part).strip() for part in parts if part not in (None, "")) or None


def is_placeholder(package):
    """A social gift nobody has accepted yet holds placeholders (trap 13)."""
    gift = package.get("SocialGiftModel")
    if gift and gift.get("inputFlag") != 1:
        return True
    person = package.get("SenderModel") or {}
    return any(person.get(name) in const.PLACEHOLDER_TEXTS for name in ("prefecture", "familyName"))


def parse_destination(package, wish):
    """``Destination`` of a package; the wish is the order's, the mall knows one only."""
    if is_placeholder(package):
        address = Address(placeholder=True)
    else:
        address = parse_address(package.get("SenderModel") or {})
    drop_off = package.get("dropOffLocation") if package.get("dropOffFlag") == 1 else None
    return Destination(
        ref=str(package.get("basketId")),
        address=address,
        noshi=package.get("noshi") or None,
        drop_off=drop_off or None,
        pickup_point=_pickup(package.get("DeliveryCvsModel")),
        wish_date=wish.day,
        wish_time_from=wish.time_from,
        wish_time_to=wish.time_to,
    )


def _pickup(cvs):
    if not cvs:
        return None
    name = const.CVS_NAMES.get(cvs.get("cvsCode"))
    place = _join(" ", name, cvs.get("storeName"), cvs.get("storeCode"))
    address = _join("", cvs.get("storePrefecture"), cvs.get("storeAddress"))
    return _join(" / ", place, cvs.get("storeZip"), address)


# --- Wishes and remarks ------------------------------------------------------------------------


class Wish:
    """Wished day and time. ``text`` is what a person should read."""

    __slots__ = ("day", "text", "time_from", "time_to")

    def __init__(self, model):
        self.day, unread = _day_or_text(model.get("deliveryDate"))
        self.time_from, self.time_to, label = parse_term(model.get("shippingTerm"))
        written = " ".join(split_remarks(model.get("remarks"))[0].split())
        self.text = _join(" ", unread, written or label)


def parse_term(term):
    """``(from, to, label)`` of shippingTerm (trap 16): the last two digits are the end hour."""
    term = int(term or 0)
    if term == 1:
        return 0, 12, "午前中"
    if term == 2:
        return 12, 24, "午後"
    start, end = divmod(term, 100)
    if term > 9 and start < end <= 24:
        return start, end, f"{start}:00〜{end}:00"
    return None, None, "" if not term else "その他の時間帯"


def _day_or_text(value):
    """``(day, None)``, or ``(None, what stands there)``: a person reads what we cannot."""
    try:
        return parse_day(value), None
    except DataError:
        return None, str(value)


def _blocks(text):
    """``[(title, body)]`` of the bracketed blocks, in order; text before the first has no title."""
    text = (text or "").replace("\r\n", "\n").replace("\r", "\n")
    found, title, start = [], "", 0
    for match in _BLOCK.finditer(text):
        found.append((title, text[start : match.start()].strip()))
        title, start = (match[1] or match[2]).strip(), match.end()
    found.append((title, text[start:].strip()))
    return found


def split_remarks(text):
    """``(wish, remarks)``: the day and time the mall puts before a remark, and everything else.

    Nothing is left out: what does not look like a day or a time goes with the remarks.
    """
    wish, parts, known = "", [], False
    for title, body in _blocks(text):
        if title == _WISH_TITLE and not known:
            known = True
            wish, body = _split_wish(body)
            title = ""
        if not body:
            continue
        parts.append(body if title in ("", _REMARK_TITLE) else f"[{title}]\n{body}")
    return wish, "\n".join(parts)


def _split_wish(body):
    lines = body.split("\n")
    count = 0
    while count < min(len(lines), _WISH_LINES) and _WISH_LINE.search(lines[count]):
        count += 1
    return "\n".join(lines[:count]), "\n".join(lines[count:]).strip()


def buyer_remarks(text):
    """What the buyer wrote, without the wish block the mall puts before it. For people only."""
    return split_remarks(text)[1] or None


# --- Flags -------------------------------------------------------------------------------------


def parse_flags(model, packages, *, undecided, remarks, is_gift):
    """Facts a person has to look at (codes of the core)."""
    flags = []

    def flag(code, present, detail=""):
        if present:
            flags.append(OrderFlag(code=code, detail=str(detail or "")))

    placeholders = [package for package in packages if is_placeholder(package)]
    reserve = _join(" ", const.ORDER_TYPES.get(model.get("orderType")), model.get("reserveNumber"))
    flag("amount_undecided", undecided)
    flag("gift_address_missing", placeholders, _gift_due(placeholders))
    flag("several_destinations", len(packages) > 1, len(packages))
    flag("store_pickup", *_pickup_flag(model, packages))
    flag("remote_island", _has_island(model, packages))
    flag("subscription", model.get("orderType") in const.SUBSCRIPTION_TYPES, reserve)
    flag("preorder", model.get("orderType") in const.PREORDER_TYPES, reserve)
    flag("mall_caution", *_caution(model))
    flag("mall_checking", model.get("rakutenConfirmFlag") == 1)
    flag("medicine", _has_medicine(model, packages))
    flag("cancel_requested", _cancel_asked(model))
    flag("address_missing", any(_lacks_address(p) for p in packages if p not in placeholders))
    flag("other", _goes_abroad(model, packages), const.ABROAD_DELIVERY)
    flag("gift", is_gift, _noshi(packages))
    flag("remarks", remarks)
    return tuple(flags)


def _gift_due(placeholders):
    days = [(p.get("SocialGiftModel") or {}).get("inputDueDate") for p in placeholders]
    return " ".join(dict.fromkeys(filter(None, days)))


def _pickup_flag(model, packages):
    name = (model.get("DeliveryModel") or {}).get("deliveryName")
    by_name = name in const.PICKUP_DELIVERIES
    return by_name or any(p.get("DeliveryCvsModel") for p in packages), name if by_name else ""


def _has_island(model, packages):
    persons = [package.get("SenderModel") or {} for package in packages]
    return model.get("isolatedIslandFlag") == 1 or any(
        person.get("isolatedIslandFlag") == 1 for person in persons
    )


def _caution(model):
    detail = model.get("cautionDisplayDetailType")
    present = bool(model.get("cautionDisplayType")) or bool(detail)
    return present, const.CAUTIONS.get(detail, detail)


def _has_medicine(model, packages):
    items = [item for package in packages for item in package.get("ItemModelList") or []]
    return model.get("drugFlag") == 1 or any(
        item.get("drugFlag") == 1 and item.get("deleteItemFlag") != 1 for item in items
    )


def change_rows(model):
    """The order's changes, oldest first: in which order the mall lists them is not said."""
    rows = model.get("ChangeReasonModelList") or []
    moments = [time_or_none(row.get("changeApplyDatetime")) for row in rows]
    if not all(moments):
        return rows
    ids = [str(row.get("changeId") or "").zfill(20) for row in rows]
    order = sorted(range(len(rows)), key=lambda place: (moments[place], ids[place]))
    return [rows[place] for place in order]


def _cancel_asked(model):
    """Cancel under way: state 800, or asked and neither done nor revoked since."""
    if model.get("orderProgress") == const.CANCELLED:
        return False
    if model.get("orderProgress") == const.CANCEL_PENDING:
        return True
    types = [row.get("changeType") for row in change_rows(model)]
    cancels = [kind for kind in types if kind in (0, 1, 2, 3)]
    return bool(cancels) and cancels[-1] in (0, 1)


def _lacks_address(package):
    person = package.get("SenderModel") or {}
    return not all(person.get(name) for name in ("prefecture", "city", "familyName"))


def _goes_abroad(model, packages):
    if (model.get("DeliveryModel") or {}).get("deliveryName") == const.ABROAD_DELIVERY:
        return True
    return any((p.get("SenderModel") or {}).get("prefecture") == const.ABROAD for p in packages)


def _noshi(packages):
    return "、".join(dict.fromkeys(p["noshi"] for p in packages if p.get("noshi")))
