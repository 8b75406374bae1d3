"""Label files: golden files byte for byte, and what must not get into one."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from ec_addons.ec_shipping_jp.lib import standard
from ec_addons.ec_shipping_jp.lib.label_file import build
from ec_addons.ec_shipping_jp.lib.sources import COD_SERVICES, LISTS, SIMPLE, SPREAD, window_key
from shipping_samples import LONG, PLAIN, rows

GOLDEN = Path(__file__).parent / "golden/labels"
FOLDS = standard.folds()
OUTGOING = [r["code"] for r in standard.profile_rows() if r["kind"] in ("label", "instruction")]
WIDTHS = {
    "yamato_b2cloud": 95, "sagawa_ehiden3": 74, "sagawa_ehiden2": 42, "japanpost_yupuri_117": 117,
    "japanpost_yupuri_118": 118, "japanpost_yupuri_69": 69, "japanpost_yupuri_v3": 100,
    "japanpost_yupuri_cloud17": 17, "clickpost": 8,
}  # fmt: skip


def services(code):
    """The sample services a tool takes."""
    column = standard.load(code).by_source("service")
    if column is None:
        return ("standard", "mail")
    return tuple(key for key in ("standard", "cod", "mail") if key in column.codes)


def samples(code):
    """The sample deliveries a tool takes: nothing is chilled where it cannot say so."""
    found = rows(services(code))
    if standard.load(code).by_source("cool"):
        return found
    return [replace(data, cool="none") for data in found]


def make(code, data=None):
    profile = standard.load(code)
    return build(profile, data if data is not None else samples(code), FOLDS)


def table(made, code):
    text = made.contents[0].decode(standard.load(code).encoding)
    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("code", OUTGOING)
def test_golden_file(code, request):
    made = make(code)
    assert not made.errors
    path = GOLDEN / f"{code}.csv"
    if not path.exists():  # a new layout: write the file, look at it, then run again
        path.write_bytes(made.contents[0])
        pytest.fail(f"{path.name} was missing; look at the new one")
    assert made.contents == [path.read_bytes()]


@pytest.mark.parametrize("code", WIDTHS)
def test_width_encoding_and_line_ends(code):
    made = make(code)
    content = made.contents[0]
    assert {len(row) for row in table(made, code)} == {WIDTHS[code]}
    assert content.count(b"\r\n") == content.count(b"\n") and content.endswith(b"\r\n")
    if code == "japanpost_yupuri_cloud17":
        assert content.startswith(b"\xef\xbb\xbf")
    else:
        assert not content.startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("row", standard.profile_rows(), ids=lambda row: row["code"])
def test_every_layout_is_sound(row):
    profile = standard.load(row["code"])
    indexes = [column.index for column in profile.columns]
    assert len(indexes) == len(set(indexes))
    if profile.kind in ("label", "instruction"):
        known = {"", *SIMPLE, *LISTS, *SPREAD}
        assert {column.source for column in profile.columns} <= known


def cell(made, code, row, name):
    rows_ = table(made, code)
    if standard.load(code).header == "yes":
        rows_ = rows_[1:]
    names = {c.name: c.index - 1 for c in standard.load(code).columns}
    return rows_[row][names[name]]


def test_cool_codes_differ_per_carrier():
    for code, name, chilled in (
        ("yamato_b2cloud", "クール区分", "2"),
        ("sagawa_ehiden3", "クール便指定", "002"),
        ("japanpost_yupuri_117", "保冷種別", "1"),
    ):
        made = make(code)
        assert cell(made, code, 2, name) == chilled


def test_time_window_codes():
    for code, name, value in (
        ("yamato_b2cloud", "配達時間帯", "1416"),
        ("sagawa_ehiden3", "配達指定時間帯", "14"),
        ("japanpost_yupuri_117", "配達時間帯区分", "53"),
    ):
        assert cell(make(code), code, 2, name) == value


def test_a_window_the_carrier_has_not_is_never_passed_over():
    data = [replace(rows()[0], window="12_14")]
    made = make("yamato_b2cloud", data)
    assert not made.contents
    assert [(e.row, e.code, e.column) for e in made.errors] == [(1, "no_code", "配達時間帯")]
    assert not make("sagawa_ehiden3", data).errors
    odd = [replace(rows()[0], window=window_key(13, 15))]
    assert make("sagawa_ehiden3", odd).errors


def test_no_character_of_an_address_is_lost():
    data = [replace(rows()[1], to=LONG)]
    for code in ("yamato_b2cloud", "sagawa_ehiden3", "japanpost_yupuri_117"):
        made = make(code, data)
        assert not made.errors, made.errors
        profile = standard.load(code)
        texts = [made.rows[0][c.index - 1] for c in profile.columns if c.source == "to_address"]
        joined = "".join(texts).replace(" ", "")
        assert joined == f"{LONG.state}{LONG.city}{LONG.street}{LONG.building}"
        for column in profile.columns:
            if column.max_bytes:
                assert len(made.rows[0][column.index - 1].encode("cp932")) <= column.max_bytes


def test_an_address_that_does_not_fit_is_an_error_with_the_excess():
    long = replace(LONG, building="とても長い建物の名前" * 8)
    made = make("sagawa_ehiden3", [replace(rows()[0], to=long)])
    assert not made.contents
    (error,) = made.errors
    assert error.code == "too_long" and error.params["excess"] > 0


def test_folding_by_table_and_refusal():
    made = make("yamato_b2cloud", [replace(rows()[0], to=LONG)])
    assert cell(made, "yamato_b2cloud", 0, "お届け先名") == "高橋 崎次郎"
    assert {n.params["char"] for n in made.notes if n.code == "folded"} >= {"髙", "﨑", "㈱"}
    made = make("sagawa_ehiden3", [replace(rows()[0], to=LONG)])
    assert "髙橋 﨑次郎" in made.contents[0].decode("cp932")
    strange = replace(PLAIN, name="山田\U0002000b子")
    made = make("sagawa_ehiden3", [rows()[0], replace(rows()[1], to=strange)])
    assert not made.contents
    assert [(e.row, e.code) for e in made.errors] == [(2, "refused_characters")]


def test_emoji_and_selectors_go_with_a_note():
    name = replace(PLAIN, name="山田 花子\U0001f600\ufe0f")
    made = make("sagawa_ehiden3", [replace(rows()[0], to=name)])
    assert cell(made, "sagawa_ehiden3", 0, "お届け先名称１") == "山田 花子"
    assert [n.code for n in made.notes].count("folded") == 2


def test_line_breaks_and_formulas_never_reach_a_cell():
    place = replace(PLAIN, name="=cmd|'/c calc'!A1", street="千代田1-1\r\n2階")
    made = make("yamato_b2cloud", [replace(rows()[0], to=place)])
    assert cell(made, "yamato_b2cloud", 0, "お届け先名").startswith("＝")
    assert made.contents[0].count(b"\r\n") == 2


@pytest.mark.parametrize(
    ("service", "amount", "code"),
    [("cod", 300001, "amount_too_big"), ("compact_cod", 30001, "amount_too_big"),
     ("cod", 0, "amount_too_small")],
)  # fmt: skip
def test_cod_limits(service, amount, code):
    data = replace(rows()[1], service=service, cod_amount=Decimal(amount))
    made = make("yamato_b2cloud", [data])
    assert code in [e.code for e in made.errors] or "missing" in [e.code for e in made.errors]
    assert not made.contents


def test_cod_amount_and_tax_stand_in_their_columns():
    made = make("yamato_b2cloud")
    assert cell(made, "yamato_b2cloud", 1, "ｺﾚｸﾄ代金引換額（税込)") == "5500"
    assert cell(made, "yamato_b2cloud", 1, "内消費税額等") == "500"
    assert cell(made, "yamato_b2cloud", 0, "ｺﾚｸﾄ代金引換額（税込)") == ""
    assert COD_SERVICES == {"cod", "compact_cod"}


def test_several_parcels_are_prepaid_only():
    made = make("yamato_b2cloud", [replace(rows()[1], parcels=2)])
    assert [e.code for e in made.errors] == ["one_parcel_only"]


def test_wishes_a_service_has_not_are_noted():
    made = make("yamato_b2cloud", [replace(rows()[3], wish_date=date(2026, 11, 30))])
    assert made.contents and [n.code for n in made.notes] == ["not_for_service"]


@pytest.mark.parametrize(
    ("code", "changes", "errors"),
    [
        ("clickpost", {"cool": "frozen"}, ["no_code"]),
        ("yamato_b2cloud", {"service": "mail", "cool": "frozen"}, ["no_code"]),
        ("yamato_b2cloud", {"service": "compact", "cool": "chilled"}, ["no_code"]),
        ("japanpost_yupuri_cloud17", {"cool": "chilled"}, ["no_code"]),
        ("clickpost", {"service": "cod", "cod_amount": Decimal(5500)}, ["no_cod"]),
        ("sagawa_ehiden3", {"service": "compact_cod", "cod_amount": Decimal(5500)},
         ["no_cod", "no_code"]),
        ("sagawa_ehiden2", {"service": "mail"}, ["no_code"]),
    ],
)  # fmt: skip
def test_what_a_tool_cannot_say_is_refused(code, changes, errors):
    """Frozen goods in a letter box, money nobody collects: no trifle that may be left out."""
    made = make(code, [replace(rows()[0], **changes)])
    assert sorted(error.code for error in made.errors) == errors and not made.contents


def test_a_tool_without_wishes_says_that_it_leaves_them_out():
    made = make("clickpost", [replace(rows()[0], wish_date=date(2026, 11, 30), window="am")])
    assert made.contents and [n.code for n in made.notes] == ["not_for_service"] * 2


def test_a_tool_without_parcels_gets_a_row_each():
    made = make("clickpost", [replace(rows()[0], parcels=1)] * 2)
    assert made.contents[0].count(b"\r\n") == 3
    assert standard.load("clickpost").row_per == "parcel"


def test_hours_of_the_timed_service_are_its_own():
    """クロネコ タイム takes 0010 and 0017 and nothing else; nobody else takes those."""
    timed = replace(rows()[0], service="time", window="before_10")
    assert cell(make("yamato_b2cloud", [timed]), "yamato_b2cloud", 0, "配達時間帯") == "0010"
    for service, window, code in (
        ("time", "am", "no_code"), ("time", "", "missing"), ("standard", "before_17", "no_code"),
    ):  # fmt: skip
        made = make("yamato_b2cloud", [replace(timed, service=service, window=window)])
        assert [error.code for error in made.errors] == [code]


@pytest.mark.parametrize(
    ("size", "class_"), [(0, ""), (55, "060"), (75, "080"), (80, "080"), (161, "170")]
)
def test_a_size_is_told_as_the_class_it_is_charged_by(size, class_):
    made = make("japanpost_yupuri_117", [replace(rows()[0], size=size)])
    assert cell(made, "japanpost_yupuri_117", 0, "商品サイズ区分") == class_
    made = make("japanpost_yupuri_69", [replace(rows()[0], size=size)])
    assert cell(made, "japanpost_yupuri_69", 0, "商品サイズ／重さ区分") == class_.lstrip("0")


def test_a_size_beyond_the_last_class_is_refused():
    made = make("japanpost_yupuri_117", [replace(rows()[0], size=171)])
    assert [error.code for error in made.errors] == ["no_code"]


def test_a_formula_made_harmless_still_fits():
    """The harmless sign is twice as wide: a name that filled its field goes on in the next."""
    name = "+" + "あ" * 15 + "a"
    made = make("sagawa_ehiden3", [replace(rows()[0], to=replace(PLAIN, name=name))])
    assert not made.errors
    texts = [cell(made, "sagawa_ehiden3", 0, f"お届け先名称{number}") for number in "１２"]
    assert "".join(texts) == "＋" + name[1:]
    assert all(len(text.encode("cp932")) <= 32 for text in texts)


def test_a_formula_in_a_half_width_cell():
    """An item code is left out with a note, our own key is never sent as a formula."""
    made = make("yamato_b2cloud", [replace(rows()[0], item_codes=("=1+1",))])
    assert cell(made, "yamato_b2cloud", 0, "品名コード１") == ""
    assert [note.code for note in made.notes] == ["left_empty"]
    made = make("yamato_b2cloud", [replace(rows()[0], key="=1+1")])
    assert [error.code for error in made.errors] == ["formula"]


def test_a_wish_before_the_ship_date_is_refused():
    """Every tool takes the same day or a later one."""
    sent = rows()[2].ship_date
    for code in ("yamato_b2cloud", "sagawa_ehiden3", "japanpost_yupuri_117"):
        made = make(code, [replace(rows()[2], wish_date=sent - timedelta(days=1))])
        assert [e.code for e in made.errors] == ["wish_past"] and not made.contents
        assert make(code, [replace(rows()[2], wish_date=sent)]).contents


def test_a_contract_code_the_tool_can_do_without():
    data = replace(rows()[0], account="")
    assert make("sagawa_ehiden2", [data]).contents
    assert [e.code for e in make("sagawa_ehiden3", [data]).errors] == ["missing"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"phone": "12"}, "bad_phone"), ({"zip": "10"}, "bad_zip"), ({"phone": ""}, "missing")],
)
def test_bad_cells(changes, code):
    made = make("sagawa_ehiden3", [replace(rows()[0], to=replace(PLAIN, **changes))])
    assert code in [e.code for e in made.errors] and not made.contents


def test_phone_with_country_code():
    place = replace(PLAIN, phone="+81 90-0000-0001")
    made = make("yamato_b2cloud", [replace(rows()[0], to=place)])
    assert cell(made, "yamato_b2cloud", 0, "お届け先電話番号") == "090-0000-0001"


def test_a_key_twice_or_too_long():
    made = make("sagawa_ehiden3", [rows()[0], rows()[0]])
    assert [e.code for e in made.errors] == ["key_twice"]
    made = make("japanpost_yupuri_117", [replace(rows()[0], key="100000-20261120-0000000001")])
    assert [e.code for e in made.errors] == ["too_long"]


def test_clickpost_splits_after_forty():
    data = [replace(rows()[3], key=f"K{n}") for n in range(95)]
    made = make("clickpost", data)
    assert [content.count(b"\r\n") for content in made.contents] == [41, 41, 16]


def test_a_thousand_rows_at_once():
    data = [replace(rows()[n % 2], key=f"K{n}") for n in range(1000)]
    made = make("yamato_b2cloud", data)
    assert not made.errors and made.contents[0].count(b"\r\n") == 1001
