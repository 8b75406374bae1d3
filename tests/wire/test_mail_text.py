"""The text of mails: width, characters, links, hours."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from ec_addons.ec_mail_templates.lib import blocks, carriers, hours, links, plain_text
from hypothesis import given
from hypothesis import strategies as st

TOKYO = ZoneInfo("Asia/Tokyo")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("ﾔﾏﾀﾞ ﾊﾅｺ", "ヤマダ ハナコ"),
        ("㈱緑風堂 ①", "(株)緑風堂 (1)"),
        ("髙橋・山﨑", "髙橋・山﨑"),
        ("〒100-0001", "〒100-0001"),
        ("ありがとう🎁", "ありがとう"),
        ("a\x00b\x1bc", "abc"),
        ("𠮷野家", "𠮷野家"),
    ],
)
def test_safe_characters(before, after):
    assert plain_text.safe_chars(before) == after


def test_a_header_is_one_line():
    assert plain_text.one_line("件名\r\nBcc: x@example.com") == "件名 Bcc: x@example.com"


@given(st.text(alphabet="あいう、。（）「」abc 漢字ー", max_size=300))
def test_lines_fit_and_nothing_is_lost(text):
    rows = plain_text.wrap(text)
    # A closing mark may hang over, as printers do it.
    assert all(plain_text.text_width(row) <= plain_text.WIDTH + 40 for row in rows)
    assert "".join("".join(rows).split()) == "".join(text.split())


def test_a_link_stays_whole():
    link = "https://example.com/" + "a" * 120
    assert link in plain_text.wrap(f"こちらをご覧ください {link} よろしくお願いします")


def test_html_becomes_text():
    source = '<p>山田 様<br/>お世話に</p><pre>A  ：1\n B</pre><a href="https://e.com/x">ここ</a>'
    assert plain_text.html_to_text(source) == (
        "山田 様\nお世話に\n\nA  ：1\n B\n\nここ\nhttps://e.com/x\n"
    )


def test_blocks_escape_html():
    block = blocks.Block("<b>")
    block.add("x", "<script>", link="https://e.com/?a=1&b=2")
    shown = blocks.as_html([block])
    assert "<script>" not in shown and "&lt;b&gt;" in shown and "a=1&amp;b=2" in shown
    assert "https://e.com/?a=1&b=2" in blocks.as_text([block])


def test_rules_of_a_mall():
    body = "https://www.rakuten.co.jp/x https://evil-rakuten.co.jp.example.com/ LINE登録"
    found = links.findings(body, links=False, allowed=["rakuten.co.jp"], phrases=["LINE登録"])
    assert found == [("link", "https://evil-rakuten.co.jp.example.com/"), ("phrase", "LINE登録")]
    assert links.findings(body) == []


@pytest.mark.parametrize(
    ("text", "forbidden"),
    [
        ("HTTPS://OWN-SHOP.example.com/", True),
        ("詳しくはwww.own-shop.example.comへ", True),
        ("www.rakuten.co.jp/shop/", False),
        ("https://item.rakuten.co.jp/shop/www.html", False),
        ("info@www.example.com", False),
    ],
)
def test_a_link_by_whatever_name(text, forbidden):
    found = links.findings(text, links=False, allowed=["rakuten.co.jp"])
    assert bool(found) == forbidden, found


def test_relay_addresses():
    assert links.address_in("a@pc.fw.rakuten.ne.jp", ["fw.rakuten.ne.jp"])
    assert not links.address_in("a@xfw.rakuten.ne.jp", ["fw.rakuten.ne.jp"])


@pytest.mark.parametrize(
    ("start", "options", "due"),
    [
        ("2026-11-20 08:00", {"hour_from": 9, "hour_to": 18}, "2026-11-20 09:00"),
        ("2026-11-20 18:00", {"hour_from": 9, "hour_to": 18}, "2026-11-21 09:00"),
        (
            "2026-11-20 18:00",
            {"hour_from": 9, "hour_to": 18, "workdays_only": True},
            "2026-11-23 09:00",
        ),
        ("2026-11-20 10:00", {"delay": timedelta(hours=72)}, "2026-11-23 10:00"),
    ],
)
def test_hours(start, options, due):
    moment = datetime.fromisoformat(start).replace(tzinfo=TOKYO)
    assert hours.due_moment(moment, **options) == datetime.fromisoformat(due).replace(tzinfo=TOKYO)


def test_holidays():
    moment = datetime(2026, 11, 20, 19, tzinfo=TOKYO)
    holiday = frozenset({datetime(2026, 11, 23).date()})
    due = hours.due_moment(moment, hour_to=18, workdays_only=True, holidays=holiday)
    assert due.date() == datetime(2026, 11, 24).date()


def test_carriers():
    assert carriers.carrier_key("ヤマト運輸 宅急便") == "yamato"
    assert "123456789013" in carriers.tracking_url("sagawa", "1234-5678-9013")
    assert carriers.split_numbers("1234, 5678\n1234") == ["1234", "5678"]
    assert carriers.split_numbers("1234 5678 9013") == ["1234-5678-9013"]
    assert carriers.split_numbers("123456789013 444803009836") == ["123456789013", "444803009836"]
