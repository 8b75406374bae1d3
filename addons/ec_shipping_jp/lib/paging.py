"""Cut the rows of a printed list into pages. Pure.

wkhtmltopdf as distributions ship it cuts a table row in two at the end of a page and repeats no
heading, so the pages are made here, by a careful estimate of each row's height.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from typing import TypeVar

Row = TypeVar("Row")

#: What an A4 page of ours holds, in pixels of 1/96 inch, with a margin for the estimate.
PAGE = 1030
LINE = 21
SMALL_LINE = 17
PADDING = 9
BARCODE_ROW = 70


def text_lines(text: str | None, capacity: int) -> int:
    """Lines a text takes in a column of ``capacity`` half-width characters."""
    width = sum(2 if unicodedata.east_asian_width(char) in "WFA" else 1 for char in text or "")
    return max(1, -(-width // capacity))


def row_height(lines: int = 1, small_lines: int = 0, least: int = 0) -> int:
    """Height of a table row of so many lines, at least ``least``."""
    return max(lines * LINE + small_lines * SMALL_LINE + PADDING, least)


def paginate(
    rows: Sequence[Row],
    height: Callable[[Row], int],
    *,
    head: int,
    heading: int = 60,
    tail: int = 0,
) -> list[list[Row]]:
    """Rows per page, in order; at least one page.

    :param head: height of what stands above the first page's rows
    :param heading: the same for the pages that follow
    :param tail: height of what stands below the last row; it gets a page of its own (an empty one
        here) where it does not fit
    """
    pages: list[list[Row]] = [[]]
    used = head
    for row in rows:
        needed = height(row)
        if used + needed > PAGE and (pages[-1] or len(pages) == 1):
            pages.append([])
            used = heading
        pages[-1].append(row)
        used += needed
    if tail and used + tail > PAGE and pages[-1]:
        pages.append([])
    return pages
