"""Blocks of a mail (items, amounts, parcels …): built once, shown as text or as HTML."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape

from .plain_text import WIDTH, text_width, wrap

RULE = "-" * 36
_CELL = "padding:4px 8px;border-bottom:1px solid #ddd;vertical-align:top;"
_TITLE = "font-weight:bold;margin:16px 0 4px;border-left:4px solid #888;padding-left:8px;"


@dataclass(slots=True)
class Row:
    """A label with its value; ``strong`` for totals, ``link`` makes the value clickable."""

    label: str = ""
    value: str = ""
    strong: bool = False
    link: str = ""
    note: str = ""


@dataclass(slots=True)
class Block:
    """A titled list of rows."""

    title: str = ""
    rows: list[Row] = field(default_factory=list)

    def add(self, label: str, value: str | None, **options) -> None:
        """Append a row unless there is nothing to say."""
        if value:
            self.rows.append(Row(label, str(value), **options))


def as_text(blocks: list[Block]) -> str:
    """Blocks as lines of text."""
    lines: list[str] = []
    for block in blocks:
        if not block.rows:
            continue
        if block.title:
            lines += [f"■{block.title}", RULE]
        width = max((text_width(row.label) for row in block.rows if row.value), default=0)
        for row in block.rows:
            lines += _text_row(row, min(width, 24))
        lines.append("")
    return "\n".join(lines).rstrip("\n")


def _text_row(row: Row, width: int) -> list[str]:
    value = [part for part in row.value.split("\n") if part.strip()]
    if not row.label:
        lines = value
    elif not value:
        lines = [row.label]
    else:
        label = row.label + " " * max(0, width - text_width(row.label))
        value = [piece for part in value for piece in wrap(part, WIDTH - width - 2)]
        lines = [f"{label}：{value[0]}", *(f"{' ' * (width + 2)}{part}" for part in value[1:])]
    lines += [f"  {part}" for part in row.note.split("\n") if part.strip()]
    if row.link:
        lines.append(row.link)
    return lines


def as_html(blocks: list[Block]) -> str:
    """Blocks as tables with inline style, as mail programs need it."""
    out: list[str] = []
    for block in blocks:
        if not block.rows:
            continue
        if block.title:
            out.append(f'<div style="{_TITLE}">{escape(block.title)}</div>')
        out.append('<table style="border-collapse:collapse;width:100%;max-width:600px;">')
        out += [_html_row(row) for row in block.rows]
        out.append("</table>")
    return "".join(out)


def _html_row(row: Row) -> str:
    value = _lines(row.value)
    if row.link:
        link = f'<a href="{escape(row.link, quote=True)}">{escape(row.link)}</a>'
        value = f"{value}<br/>{link}"
    if row.note:
        value += f'<br/><span style="color:#666;">{_lines(row.note)}</span>'
    weight = "font-weight:bold;" if row.strong else ""
    if not row.label:
        return f'<tr><td colspan="2" style="{_CELL}{weight}">{value}</td></tr>'
    return (
        f'<tr><td style="{_CELL}{weight}width:40%;">{_lines(row.label)}</td>'
        f'<td style="{_CELL}{weight}">{value}</td></tr>'
    )


def _lines(text: str) -> str:
    return "<br/>".join(escape(part) for part in text.split("\n"))
