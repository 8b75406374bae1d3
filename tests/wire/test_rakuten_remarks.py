"""What a buyer wrote: the wished time, and remarks of which no word is lost."""

from __future__ import annotations

import pytest
from ec_addons.ec_channel_rakuten.lib.order_parse import parse_order
from ec_addons.ec_channel_rakuten.lib.order_text import buyer_remarks, parse_term, split_remarks

from tests.wire.fixtures.rakuten_models import plain_order


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        (None, (None, None, "")), (0, (None, None, "")), (1, (0, 12, "午前中")),
        (2, (12, 24, "午後")), (9, (None, None, "その他の時間帯")),
        (708, (7, 8, "7:00〜8:00")), (1416, (14, 16, "14:00〜16:00")),
        (2324, (23, 24, "23:00〜24:00")), (12, (0, 12, "0:00〜12:00")),
        (1614, (None, None, "その他の時間帯")),
    ],
)  # fmt: skip
def test_wished_time(term, expected):
    assert parse_term(term) == expected


def test_remarks():
    wish = "[配送日時指定:]\n2026-07-20(月)\n午前中\n\n"
    text = wish + "[備考:]\n不在の時は\n隣へ\n\n[メッセージ:]\n祝\n"
    assert split_remarks(text)[0] == "2026-07-20(月)\n午前中"
    assert buyer_remarks(text) == "不在の時は\n隣へ\n[メッセージ]\n祝"
    data = parse_order(plain_order(remarks=text))
    assert data.wish_text == "2026-07-20(月) 午前中"
    assert "remarks" in {flag.code for flag in data.flags}


NO_REMARKS = [None, "", "[配送日時指定:]\n\n", "[配送日時指定:]\n\n[備考:]\n\n"]


@pytest.mark.parametrize("text", NO_REMARKS)
def test_empty_remarks_need_nobody(text):
    data = parse_order(plain_order(remarks=text))
    assert data.remarks is None and data.wish_text is None and data.flags == ()


#: What a buyer wrote -> (wish, remarks): nothing of it may get lost, and none pass for a wish.
WORDS = {
    "[備考:]\n[のし希望]": ("", "[のし希望]"),
    "[備考:]\n急ぎません\n[至急]\nやはり急ぎます": ("", "急ぎません\n[至急]\nやはり急ぎます"),
    "[備考:]\n一つ目\n[備考:]\n二つ目": ("", "一つ目\n二つ目"),
    "[メッセージ:]\n祝\n[メッセージ:]\n寿": ("", "[メッセージ]\n祝\n[メッセージ]\n寿"),
    "[のし:]\n\n[備考:]\n": ("", ""),
    "[配送日時指定:]\n\n門の前に置いてください": ("", "門の前に置いてください"),
    "[配送日時指定:]\n2026-07-20(月)\n午前中\n20日が無理なら翌日に": (
        "2026-07-20(月)\n午前中", "20日が無理なら翌日に",
    ),
    "[配送日時指定:]\n2026-07-20(月)\n[備考:]\n[配送日時指定:]\n20日以外": (
        "2026-07-20(月)", "[配送日時指定]\n20日以外",
    ),
    "[配送日時指定：]\r\n午前中\r\n[備考]\r\n隣へ": ("午前中", "隣へ"),
}  # fmt: skip


@pytest.mark.parametrize("text", WORDS)
def test_no_word_of_the_buyer_is_lost(text):
    assert split_remarks(text) == WORDS[text]
    codes = {flag.code for flag in parse_order(plain_order(remarks=text)).flags}
    assert ("remarks" in codes) == bool(WORDS[text][1])


def test_remarks_without_blocks():
    assert buyer_remarks("急ぎません\r\nよろしく") == "急ぎません\nよろしく"
