"""Orders of a table file (CSV) as JSON documents (``order_json``). Pure; rows that cannot be read
are reported, never guessed."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from typing import Any

from .money import split_exact

JST = timezone(timedelta(hours=9))
#: Fields a column can be assigned to, and names columns usually have.
FIELDS: dict[str, tuple[str, ...]] = {
    "number": ("受注番号", "注文番号", "伝票番号", "order"),
    "ordered_at": ("注文日時", "受注日時", "注文日", "受注日"),
    "name": ("注文者名", "購入者名", "氏名", "お名前"),
    "kana": ("注文者カナ", "注文者名カナ", "フリガナ"),
    "zip": ("注文者郵便番号", "郵便番号"),
    "address": ("注文者住所", "住所"),
    "address2": ("注文者住所2", "建物名"),
    "phone": ("注文者電話番号", "電話番号"),
    "email": ("メールアドレス", "注文者メールアドレス"),
    "ship_name": ("送付先名", "お届け先名", "配送先名"),
    "ship_zip": ("送付先郵便番号", "お届け先郵便番号", "配送先郵便番号"),
    "ship_address": ("送付先住所", "お届け先住所", "配送先住所"),
    "ship_address2": ("送付先住所2", "お届け先建物名"),
    "ship_phone": ("送付先電話番号", "お届け先電話番号", "配送先電話番号"),
    "sku": ("商品コード", "商品番号", "SKU", "品番"),
    "item": ("商品名",),
    "quantity": ("数量", "個数"),
    "price": ("単価", "商品単価", "価格"),
    "tax_rate": ("税率", "消費税率"),
    "postage": ("送料",),
    "cod_fee": ("代引手数料", "代引料"),
    "discount": ("値引き", "値引額", "クーポン"),
    "total": ("合計金額", "請求金額", "合計"),
    "payment": ("支払方法", "決済方法", "お支払方法"),
    "paid": ("入金日", "入金済"),
    "delivery": ("配送方法",),
    "wish_date": ("配送希望日", "お届け希望日"),
    "remarks": ("備考", "通信欄", "コメント"),
}
NEEDED = ("number", "name", "sku", "quantity", "price")
#: Rows with the same order number say the same here, or it is a number used twice.
_OF_THE_ORDER = (
    "name", "phone", "ordered_at", "total", "payment", "postage", "cod_fee", "discount",
)  # fmt: skip
_DATES = (
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%Y%m%d%H%M%S", "%Y%m%d",
)  # fmt: skip
#: What stands in a column of payments where the money, or a part of it, has not come yet.
_NOT_PAID = re.compile(
    r"[0\s/:.-]*|[-‐‑–—−ー×✕✖x無]|なし|いいえ|no|n|false|unpaid|.*(?:未|待|一部|入金前).*",
    re.IGNORECASE,
)
_CITY = re.compile(r"^(.+?郡.+?[町村]|.+?市.+?区|.+?[市区]|.+?[町村])")


#: Larger files are no order files of a shop; they are refused before they are read.
MAX_BYTES = 20 * 1024 * 1024
MAX_ROWS = 50_000
MAX_COLUMNS = 500
MAX_CELL = 10_000
MAX_NUMBER = 60
#: No order of a shop has more; beyond it a cell is a mistake (a postcode in the price's column).
MAX_AMOUNT = Decimal(10) ** 10


class FileError(Exception):
    """The file as a whole cannot be read.

    ``reason``: encoding, empty, columns, twice, large, table, no_text.
    """

    def __init__(self, reason: str, what: str = "") -> None:
        super().__init__(f"{reason} {what}".strip())
        self.reason = reason
        self.what = what


@dataclass
class Parsed:
    """One order of the file.

    ``error`` names the field that cannot be read and ``text`` is what stands there; ``differs``:
    rows of the same order number disagree on the field.
    """

    number: str
    payload: dict[str, Any] = field(default_factory=dict)
    error: str = ""
    text: str = ""
    differs: bool = False
    rows: int = 0


class _Unreadable(ValueError):
    """A cell is not what its column should hold, or not what another row says."""

    def __init__(self, name: str, text: str = "", *, differs: bool = False) -> None:
        super().__init__(name)
        self.name = name
        self.text = text
        self.differs = differs


#: Beginnings of spreadsheets and archives, which are often uploaded in place of a CSV file.
_ARCHIVES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF")


def decode(content: bytes, encoding: str = "auto") -> str:
    """Return the text of a file; ``auto``: mark of UTF-8, strict UTF-8, then cp932."""
    if len(content) > MAX_BYTES:
        raise FileError("large")
    if content[:4] in _ARCHIVES or b"\0" in content[:4096]:
        raise FileError("no_text")
    tries = ("utf-8-sig", "cp932") if encoding == "auto" else (encoding,)
    for name in tries:
        try:
            return content.decode("utf-8-sig" if name == "utf-8" else name)
        except UnicodeDecodeError:
            continue
    raise FileError("encoding")


def read_table(content: bytes, encoding: str = "auto", delimiter: str = ",") -> list[list[str]]:
    """Return the rows, empty ones left out."""
    text = decode(content, encoding)
    rows: list[list[str]] = []
    # ``newline=""``: line breaks inside quotes belong to the cell.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for row in reader:
            if len(row) > MAX_COLUMNS or any(len(cell) > MAX_CELL for cell in row):
                raise FileError("table", str(reader.line_num))
            if any(cell.strip() for cell in row):
                rows.append(row)
            if len(rows) > MAX_ROWS:
                raise FileError("large")
    except csv.Error as error:
        raise FileError("table", str(reader.line_num)) from error
    if not rows:
        raise FileError("empty")
    return rows


def guess(header: list[str]) -> dict[str, str]:
    """Return {field: column} for columns whose names are usual."""
    found = {}
    for name, words in FIELDS.items():
        column = next((col for word in words for col in header if col.strip() == word), None)
        if column is not None:
            found[name] = column
    return found


def parse(rows: list[list[str]], mapping: dict[str, str], states: dict[str, str]) -> list[Parsed]:
    """Return the orders, in the order of the file.

    :param rows: the first one names the columns
    :param mapping: {field: column}
    :param states: {Japanese name of a prefecture: its code}
    """
    header = [name.strip() for name in rows[0]]
    missing = [mapping[name] for name in mapping if mapping[name] not in header]
    missing += [name for name in NEEDED if name not in mapping]
    if missing:
        raise FileError("columns", ", ".join(missing))
    twice = sorted({column for column in mapping.values() if header.count(column) > 1})
    if twice:
        raise FileError("twice", ", ".join(twice))
    places = {name: header.index(column) for name, column in mapping.items()}
    groups: dict[str, list[dict[str, str]]] = {}
    for row in rows[1:]:
        values = {
            name: row[place].strip() if place < len(row) else "" for name, place in places.items()
        }
        groups.setdefault(values["number"], []).append(values)
    return [_order(number, group, states) for number, group in groups.items()]


def _order(number: str, group: list[dict[str, str]], states: dict[str, str]) -> Parsed:
    parsed = Parsed(number=number, rows=len(group))
    if not number or len(number) > MAX_NUMBER:
        parsed.error, parsed.number = "number", number[:MAX_NUMBER]
        return parsed
    try:
        parsed.payload = _payload(number, group, states)
    except _Unreadable as error:
        parsed.error, parsed.text, parsed.differs = error.name, error.text, error.differs
    return parsed


def _payload(number: str, group: list[dict[str, str]], states: dict[str, str]) -> dict[str, Any]:
    """Return the order of these rows as JSON.

    :raise _Unreadable: a cell, or rows that disagree
    """
    # What belongs to the order may stand on any of its rows, or on all of them.
    first = {name: next((r[name] for r in group if r[name]), "") for name in group[0]}
    if name := _disagreement(group):
        raise _Unreadable(name, differs=True)
    ordered = _read(read_time, first, "ordered_at")
    lines = _goods_and_fees(group, first)
    given = _read(read_number, first, "total")
    charged = str(sum(Decimal(line["amount"]) for line in lines) if given is None else given)
    buyer = _address(first, "", states)
    places = _places(group, buyer, states)
    wishes = _wishes(group, places)
    apart = len(set(wishes.values())) > 1
    for line, (index, _place) in zip(lines, places, strict=False):
        line["destination"] = index
    return {
        "ref": number,
        "number": number,
        "ordered_at": ordered.isoformat() if ordered else None,
        "buyer": buyer,
        "destinations": [
            {
                "ref": str(index + 1),
                "address": place,
                **({"wish_date": wishes.get(index)} if apart else {}),
            }
            for index, place in dict(places).items()
        ],
        "lines": lines,
        "buyer_total": charged,
        "total": charged,
        "payment_code": first.get("payment") or None,
        "payment_label": first.get("payment", ""),
        "payment_state": "paid" if is_paid(first.get("paid", "")) else "unpaid",
        "delivery_code": first.get("delivery") or None,
        "delivery_label": first.get("delivery", ""),
        "wish_date": None if apart else next(iter(wishes.values()), None),
        "remarks": "\n".join(dict.fromkeys(r["remarks"] for r in group if r.get("remarks")))
        or None,
    }


def _read(read: Callable[[str], Any], row: dict[str, str], name: str) -> Any:
    """Read a cell; the error names it.

    :raise _Unreadable: it holds something else
    """
    text = row.get(name, "")
    try:
        return read(text)
    except (ValueError, InvalidOperation) as error:
        raise _Unreadable(name, text) from error


def _goods_and_fees(group: list[dict[str, str]], first: dict[str, str]) -> list[dict[str, Any]]:
    """The lines of the goods, in the order of the rows, then those of the whole order.

    :raise _Unreadable: a cell, or numbers nobody can calculate with
    """
    try:
        lines = _lines(group)
        return lines + _fees(first, lines)
    except _Unreadable:
        raise
    except (ValueError, InvalidOperation) as error:
        raise _Unreadable("price", first.get("price", "")) from error


def _disagreement(group: list[dict[str, str]]) -> str:
    """Return the field in which rows of one order number tell of two orders, '' if none."""
    for name in _OF_THE_ORDER:
        if len({row.get(name, "") for row in group if row.get(name)}) > 1:
            return name
    return ""


def _cell(row: dict[str, str], name: str) -> Decimal | None:
    text = row.get(name, "")
    try:
        return read_number(text.strip(" %％") if name == "tax_rate" else text)
    except InvalidOperation as error:
        raise _Unreadable(name, text) from error


def _places(group, buyer, states) -> list[tuple[int, dict[str, Any]]]:
    """Return (number of the destination, its address) per row; without one it is the buyer's."""
    found: list[dict[str, Any]] = []
    places = []
    for row in group:
        place = _address(row, "ship_", states) if row.get("ship_name") else None
        if place is None:
            # Only the first row of an order has it, or none.
            place = found[-1] if found else buyer
        if place not in found:
            found.append(place)
        places.append((found.index(place), place))
    return places


def _wishes(group, places) -> dict[int, str]:
    """Return {number of the destination: wished day}; rows of one destination may not differ."""
    found: dict[int, str] = {}
    for row, (index, _place) in zip(group, places, strict=True):
        text = row.get("wish_date", "")
        try:
            wish = read_time(text)
        except ValueError as error:
            raise _Unreadable("wish_date", text) from error
        day = wish.astimezone(JST).date().isoformat() if wish else None
        if day and found.setdefault(index, day) != day:
            raise _Unreadable("wish_date", differs=True)
    return found


def _lines(group: list[dict[str, str]]) -> list[dict[str, Any]]:
    """The goods. Their keys survive rows that come, go or change places in a later file."""
    seen: dict[str, int] = {}
    lines = []
    for row in group:
        code = row["sku"] or row.get("item", "")
        seen[code] = seen.get(code, 0) + 1
        lines.append(_line(f"{code}#{seen[code]}", row))
    return lines


def _line(ref: str, row: dict[str, str]) -> dict[str, Any]:
    quantity, price = _cell(row, "quantity"), _cell(row, "price")
    if quantity is None or quantity <= 0:
        raise _Unreadable("quantity", row["quantity"])
    if price is None or price < 0:
        raise _Unreadable("price", row["price"])
    if (quantity * price) % 1:  # no such amount of yen
        raise _Unreadable("price", row["price"])
    rate = _cell(row, "tax_rate")
    if rate is None:
        rate = Decimal(10)
    if not 0 <= rate <= 100:
        raise _Unreadable("tax_rate", row["tax_rate"])
    return {
        "ref": ref,
        "name": row.get("item") or row["sku"],
        "sku_code": row["sku"] or None,
        "sku_ref": row["sku"] or None,
        "quantity": str(quantity),
        "price_unit": str(price),
        "amount": str(quantity * price),
        "tax_rate": str(rate / 100 if rate >= 1 else rate),
    }


def _fees(row: dict[str, str], goods: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found = []
    for name, kind in (("postage", "shipping"), ("cod_fee", "cod_fee")):
        amount = _cell(row, name)
        if amount:
            found.append(_fee(name, kind, abs(amount), "0.1"))
    discount = abs(_cell(row, "discount") or Decimal(0))
    if discount % 1:
        raise _Unreadable("discount", row["discount"])
    # It lowers the rates of the goods by what they cost, until a file says it another way.
    rates: dict[str, Decimal] = {}
    for line in goods:
        rates[line["tax_rate"]] = rates.get(line["tax_rate"], Decimal(0)) + Decimal(line["amount"])
    for rate, part in zip(rates, split_exact(discount, list(rates.values())), strict=True):
        if part:
            found.append(_fee(f"discount-{rate}", "shop_discount", -part, rate))
    return found


def _fee(ref: str, kind: str, amount: Decimal, rate: str) -> dict[str, Any]:
    return {
        "ref": ref, "kind": kind, "price_unit": str(amount), "amount": str(amount),
        "tax_rate": rate,
    }  # fmt: skip


def _address(row: dict[str, str], prefix: str, states: dict[str, str]) -> dict[str, Any]:
    text = row.get(f"{prefix}address", "").strip()
    state = next((name for name in states if text.startswith(name)), None)
    rest = text[len(state) :].strip() if state else text
    match = _CITY.match(rest)
    city = match.group(1) if match else ""
    return {
        "name": row.get(f"{prefix}name") or None,
        "kana": row.get(f"{prefix}kana") or None,
        "zip": row.get(f"{prefix}zip") or None,
        "state_code": states.get(state) if state else None,
        "city": city or None,
        "street": rest[len(city) :].strip() or None,
        "street2": row.get(f"{prefix}address2") or None,
        "phone": row.get(f"{prefix}phone") or None,
        "email": row.get(f"{prefix}email") or None,
    }


def is_paid(text: str) -> bool:
    """Whether a cell of the column of payments (a day, a mark) says that the money is there."""
    return not _NOT_PAID.fullmatch(unicodedata.normalize("NFKC", text).strip())


def read_number(text: str) -> Decimal | None:
    """Read ``1,234円`` or ``１２３４``; None when empty.

    :raise InvalidOperation: no number
    """
    text = unicodedata.normalize("NFKC", text).replace(",", "").strip("円¥\\ ")
    if not text:
        return None
    number = Decimal(text)
    if not number.is_finite() or abs(number) > MAX_AMOUNT:
        raise InvalidOperation(text[:20])
    return number


def read_time(text: str) -> datetime | None:
    """Read a day with or without time, Japanese time; None when empty.

    :raise ValueError: neither
    """
    text = unicodedata.normalize("NFKC", text).strip().replace("/", "-").replace("T", " ")
    if not text:
        return None
    for form in _DATES:
        try:
            return datetime.strptime(text, form).replace(tzinfo=JST)
        except ValueError:
            continue
    raise ValueError(text)
