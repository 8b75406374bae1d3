"""Reading a list of consents (CSV of a cart, a newsletter tool or a spreadsheet)."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import datetime

#: Headings that are understood, by column.
COLUMNS = {
    "email": ("メールアドレス", "email", "e-mail", "mail", "メール"),
    "at": ("日時", "同意日時", "登録日時", "登録日", "date", "recorded_at", "timestamp"),
    "state": ("同意", "状態", "配信", "メルマガ", "consent", "state", "accepts marketing",
              "accepts email marketing"),
    "role": ("用途", "種別", "for", "role"),
    "note": ("備考", "根拠", "proof", "note"),
}  # fmt: skip
_NO = (
    "0", "no", "n", "false", "withdrawn", "拒否", "不可", "停止", "解除", "希望しない", "しない",
    "×",
)  # fmt: skip
_ROLES = {"フォロー": "followup", "followup": "followup", "follow-up": "followup",
          "広告": "promotion", "販促": "promotion", "promotion": "promotion"}  # fmt: skip
_DATES = (
    "%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M",
    "%Y-%m-%d", "%Y/%m/%d", "%Y-%m-%dT%H:%M:%S",
)  # fmt: skip


@dataclass(slots=True)
class Row:
    """One consent; ``at`` as written, without a time zone, or None."""

    number: int
    email: str
    given: bool
    role: str = "all"
    at: datetime | None = None
    note: str = ""


class UnreadableFile(ValueError):
    """``reason``: encoding or heading."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def read(content: bytes) -> list[Row]:
    """The rows of a file in UTF-8 or cp932, separated by comma or tab.

    :raise UnreadableFile: neither encoding fits, or there is no column of mail addresses
    """
    text = _decode(content)
    first = text.split("\n", 1)[0]
    table = csv.reader(io.StringIO(text), delimiter="\t" if "\t" in first else ",")
    heading = [cell.strip().lower() for cell in next(table, [])]
    places = {
        name: next((i for i, cell in enumerate(heading) if cell in words), None)
        for name, words in COLUMNS.items()
    }
    if places["email"] is None:
        raise UnreadableFile("heading")
    rows = []
    for number, cells in enumerate(table, start=2):
        values = {
            name: cells[place].strip() if place is not None and place < len(cells) else ""
            for name, place in places.items()
        }
        if values["email"]:
            rows.append(_row(number, values))
    return rows


def _decode(content: bytes) -> str:
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableFile("encoding")


def _row(number: int, values: dict[str, str]) -> Row:
    return Row(
        number,
        values["email"],
        values["state"].lower() not in _NO,
        _ROLES.get(values["role"].lower(), "all"),
        _moment(values["at"]),
        values["note"],
    )


def _moment(text: str) -> datetime | None:
    text = text[:19].strip()
    for form in _DATES:
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    return None
