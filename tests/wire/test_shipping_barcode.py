"""Barcodes of slips."""

from __future__ import annotations

import pytest
from ec_addons.ec_shipping_jp.lib import barcode


def test_known_symbols():
    assert barcode.code128_values("PJJ123C") == [104, 48, 42, 42, 17, 18, 19, 35, 55, 106]
    assert barcode.code128_values("1234") == [105, 12, 34, (105 + 12 + 68) % 103, 106]


def test_every_symbol_has_eleven_modules():
    assert len(barcode._PATTERNS) == 107
    for pattern in barcode._PATTERNS[:106]:
        assert sum(int(width) for width in pattern) == 11 and len(pattern) == 6
    assert sum(int(width) for width in barcode._PATTERNS[106]) == 13
    assert len(set(barcode._PATTERNS)) == 107


def test_svg():
    svg = barcode.code128_svg("S0000001")
    assert svg.startswith("<svg") and svg.count("M") == 11 * 3 + 1


@pytest.mark.parametrize("text", ["納品", "a\n"])
def test_what_no_barcode_can_hold(text):
    assert barcode.code128_data_uri(text) == ""
