"""Pages of printed lists: no row is lost, cut or squeezed in."""

from __future__ import annotations

from ec_addons.ec_shipping_jp.lib.paging import PAGE, paginate, row_height, text_lines
from hypothesis import given
from hypothesis import strategies as st


@given(
    st.lists(st.integers(20, 400), max_size=200),
    st.integers(0, 500),
    st.integers(0, 400),
)
def test_every_row_once_and_no_page_too_full(heights, head, tail):
    pages = paginate(heights, lambda row: row, head=head, heading=60, tail=tail)
    assert [row for page in pages for row in page] == heights
    for number, page in enumerate(pages):
        above = 60 if number else head
        assert above + sum(page) <= PAGE or len(page) <= 1
    above = 60 if len(pages) > 1 else head
    assert not tail or not pages[-1] or above + sum(pages[-1]) + tail <= PAGE


def test_no_rows_still_give_a_page():
    assert paginate([], lambda row: 10, head=100) == [[]]


def test_full_width_characters_need_more_lines():
    assert text_lines("煎茶", 4) == 1 and text_lines("煎茶 100g", 4) == 3
    assert text_lines(None, 10) == 1
    assert row_height(2) > row_height(1) and row_height(1, least=70) == 70
