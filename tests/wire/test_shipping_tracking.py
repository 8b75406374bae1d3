"""Files that come back: numbers read, hostile files refused with a reason."""

from __future__ import annotations

import pytest
from ec_addons.ec_shipping_jp.lib import standard, tracking
from ec_addons.ec_shipping_jp.lib.issued import read_issued
from ec_addons.ec_shipping_jp.lib.table_reader import MAX_BYTES, read_table
from ec_addons.ec_unified.lib.errors import DataError

GOOD = "123456789013"


def yamato(*rows, header=False, encoding="cp932"):
    lines = ["お客様管理番号,送り状種類,クール区分,伝票番号,出荷予定日"] if header else []
    lines += [f"{key},0,0,{number},2026/11/24" for key, number in rows]
    return "\r\n".join([*lines, ""]).encode(encoding)


def read(content, code="yamato_b2cloud_issued"):
    return read_issued(standard.load(code), content)


@pytest.mark.parametrize(
    ("carrier", "number", "verdict"),
    [
        ("yamato", GOOD, "ok"), ("yamato", "444803009836", "ok"), ("yamato", "123456789012", "bad"),
        ("sagawa", GOOD, "ok"), ("sagawa", "12345", "bad"), ("yamato", "1.23457E+11", "bad"),
        ("japanpost", "123456789012", "warn"), ("japanpost", "12345678901", "ok"),
        ("japanpost", "RB123456785GB", "ok"), ("japanpost", "RB123456784GB", "bad"),
        ("seino", "9999999999", "ok"), ("yamato", "", "bad"),
    ],
)  # fmt: skip
def test_check_digits(carrier, number, verdict):
    assert tracking.check(carrier, number)[0] == verdict


def test_normalize_and_link():
    assert tracking.normalize("１２３４-5678 9013") == GOOD
    assert tracking.tracking_url("yamato", GOOD).endswith(f"number01={GOOD}")
    assert tracking.tracking_url("other", GOOD) is None


@pytest.mark.parametrize("header", [True, False])
@pytest.mark.parametrize("encoding", ["cp932", "utf-8", "utf-8-sig", "utf-16"])
def test_yamato_with_and_without_heading(header, encoding):
    rows = read(yamato(("OUT1", "1234-5678-9013"), header=header, encoding=encoding))
    assert [(row.key, row.number, str(row.ship_date)) for row in rows] == [
        ("OUT1", GOOD, "2026-11-24")
    ]


def test_quoted_and_spreadsheet_wrapped_cells():
    content = f'"OUT1","0","0","=""{GOOD}""","2026/11/24"\r\n'.encode()
    content += b"OUT2,0,0,'444803009836,20261124\r\n"
    assert [row.number for row in read(content)] == [GOOD, "444803009836"]


def test_the_same_row_twice_and_several_parcels():
    rows = read(yamato(("A", GOOD), ("A", GOOD), ("A", "444803009836"), ("B", "123456789013")))
    assert [(row.key, row.number) for row in rows] == [
        ("A", GOOD), ("A", "444803009836"), ("B", GOOD),
    ]  # fmt: skip


def test_rows_the_tool_ties_together():
    rest = "," * 69
    content = f"A,0,0,{GOOD}{rest},K1\r\nA,0,0,444803009836{rest},K1\r\nB,0,0,{GOOD}\r\n"
    assert [row.group for row in read(content.encode())] == ["K1", "K1", ""]


def test_bad_number_is_the_row_s_problem_only():
    rows = read(yamato(("A", GOOD), ("B", "123456789012"), ("", GOOD)))
    assert [row.problems for row in rows] == [[], ["number_check_digit"], ["key_missing"]]


def test_sagawa_is_found_by_heading():
    heads = ["出荷日", "お問い合せ送り状No.", "お客様管理番号"]
    content = (",".join(heads) + f"\r\n20261124,{GOOD},OUT9\r\n").encode("cp932")
    (row,) = read(content, "sagawa_ehiden3_issued")
    assert (row.key, row.number, str(row.ship_date)) == ("OUT9", GOOD, "2026-11-24")


def test_sagawa_by_position():
    cells = [""] * 91
    cells[0], cells[2], cells[18] = GOOD, "2026/11/24", "OUT9"
    (row,) = read(",".join(cells).encode() + b"\r\n", "sagawa_ehiden3_issued")
    assert (row.key, row.number) == ("OUT9", GOOD)


def test_japanpost_history_with_status():
    content = (
        f"OUT1,{GOOD},20261124101010,20261125101010,52,01\r\n"
        f"OUT2,{GOOD},20261124101010,,52,34\r\nOUT3,123456789012,,,50,01\r\n"
    ).encode()
    rows = read(content, "japanpost_history")
    assert [row.status for row in rows] == ["delivered", "returned", "moving"]
    assert rows[2].warnings == ["number_check_digit"]


def test_voided_rows():
    content = f"出荷番号,商品コード,数量,送り状番号,出荷日,取消\r\nA,S,1,{GOOD},,1\r\n".encode()
    (row,) = read(content, "warehouse_result")
    assert row.voided and row.quantity == 1


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "file_empty"),
        (b"\r\n,,\r\n", "file_empty"),
        (b"\xff\xff\x80\xff", "file_encoding"),
        ("あ,い".encode("euc-jp") + b"\xff\xff", "file_encoding"),
        (b"a\x00b,c", "file_encoding"),
        (b"PK\x03\x04abc", "file_is_excel"),
        (b"%PDF-1.4", "file_is_pdf"),
        (b'a,"b\r\nc,d\r\n', "file_broken_quotes"),
        (b'a,"b"c,d\r\n', "file_broken_quotes"),
        (b"A,0,0,=1+1\r\n", "file_formula"),
        (b"A,0,0,123,=cmd|'/c calc'!A1\r\n", "file_formula"),
        (b"A,@SUM(A1)\r\n", "file_formula"),
        (b"A,+1+cmd|x\r\n", "file_formula"),
        (b"x," * 301 + b"\r\n", "file_too_many_columns"),
        (b"x" * 5001 + b"\r\n", "file_cell_too_long"),
        (b"a\r\n" * 20_002, "file_too_many_rows"),
        (b"a," * (MAX_BYTES // 2 + 1), "file_too_big"),
    ],
)  # fmt: skip
def test_hostile_files_are_refused(content, reason):
    with pytest.raises(DataError) as caught:
        read_table(content)
    assert caught.value.reason == reason


def test_a_hundred_megabytes_are_not_even_decoded():
    with pytest.raises(DataError) as caught:
        read_table(bytes(100 * 1024 * 1024))
    assert caught.value.reason == "file_too_big"
    assert caught.value.params == {"megabytes": 100, "limit": 10}


def test_a_file_of_another_tool():
    with pytest.raises(DataError) as caught:
        read(b"x,y\r\n1,2\r\n", "sagawa_ehiden2_issued")
    assert caught.value.reason == "file_wrong_profile"
    with pytest.raises(DataError) as caught:
        read(b"only,two\r\n")
    assert caught.value.reason in ("file_wrong_profile", "file_no_rows")


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("1234 5678 9013", ["123456789013"]),
        ("1234-5678-9013", ["123456789013"]),
        ("１２３４ ５６７８ ９０１３", ["123456789013"]),
        ("123456789013 444803009836", ["123456789013", "444803009836"]),
        ("1234-5678-9013、4448-0300-9836", ["123456789013", "444803009836"]),
        ("123456789013/444803009836\n123456789013", ["123456789013", "444803009836"]),
        (" , ", []),
        ("", []),
    ],
)
def test_numbers_typed_as_the_slip_shows_them(text, numbers):
    assert tracking.split_numbers(text) == numbers


@pytest.mark.parametrize("cell", ["'RB123456785JP", "'4448-0300-9836", "’444803009836"])
def test_a_spreadsheets_mark_for_text_is_no_part_of_the_number(cell):
    content = f"お客様側管理番号,お問い合わせ番号\r\n'S0000001,{cell}\r\n".encode("cp932")
    (row,) = read_issued(standard.load("japanpost_history"), content)
    assert row.key == "S0000001"
    assert row.number in ("RB123456785JP", "444803009836")
