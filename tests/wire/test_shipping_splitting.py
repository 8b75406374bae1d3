"""Texts over several fields: nothing lost, breaks where a person would break."""

from __future__ import annotations

import re

from ec_addons.ec_shipping_jp.lib.chars import half_kana, width
from ec_addons.ec_shipping_jp.lib.splitting import split_text
from hypothesis import given
from hypothesis import strategies as st


def bare(text):
    return re.sub(r"[ 　]", "", text)


def test_the_building_gets_its_own_field_where_there_is_room():
    parts = ("東京都", "千代田区", "千代田1-1", "みどりビル101")
    fields = ["東京都千代田区千代田1-1", "みどりビル101"]
    assert split_text(parts, [64, 32], width, 3) == (fields, 0)


def test_without_room_the_building_joins_with_a_space():
    fields, excess = split_text(("東京都", "港区", "1-1", "ビル2"), [64], width, 3)
    assert (fields, excess) == (["東京都港区1-1 ビル2"], 0)


def test_a_block_number_is_never_torn():
    parts = ("愛知県名古屋市中区", "錦三丁目", "12-345-6789")
    fields, _excess = split_text(parts, [28, 32], width)
    assert fields[1] == "12-345-6789"


def test_breaks_before_digits_and_at_a_change_of_script():
    fields, excess = split_text(("マンションひばりが丘100番館",), [10, 20], width)
    assert not excess and fields == ["マンション", "ひばりが丘100番館"]


def test_excess_is_counted():
    assert split_text(("あ" * 10,), [8, 8], width) == ([], 4)


@given(
    st.lists(st.text(st.sampled_from("東京都港区あいアイー1234-－ abC　ｶﾞ々〆ヶ"), max_size=20),
             min_size=1, max_size=4),
    st.lists(st.integers(4, 30), min_size=1, max_size=4),
)  # fmt: skip
def test_nothing_is_ever_lost(parts, capacities):
    fields, excess = split_text(parts, capacities, width, len(parts) - 1)
    if excess:
        return
    assert len(fields) == len(capacities)
    assert bare("".join(fields)) == bare("".join(parts))
    for text, capacity in zip(fields, capacities, strict=True):
        assert width(text) <= capacity


def test_half_width_reading():
    assert half_kana("やまだ ハナコ・ガッツポーズ") == "ﾔﾏﾀﾞ ﾊﾅｺ･ｶﾞｯﾂﾎﾟｰｽﾞ"
