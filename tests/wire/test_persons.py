"""The same buyer is one, strangers stay strangers: pairs that are easily taken for each other."""

import itertools

import pytest
from ec_addons.ec_unified.lib.address import fold_phone, fold_street, match_keys
from ec_addons.ec_unified.lib.persons import PersonIndex, fold_kana, person

HOME = ("100-0001", "千代田区", "千代田1-2-3", "見本荘101")
PHONE = "03-1234-5678"


def who(name="山田 花子", kana="ヤマダ ハナコ", phone=PHONE, home=HOME):
    return person(name, kana, phone, *home)


def at(*street, code="1000001"):
    """The same person who gives no number, at an address."""
    return who(phone="", home=(code, *street))


def same(first, second):
    """Whichever of them came first."""
    found = set()
    for a, b in ((first, second), (second, first)):
        index = PersonIndex()
        index.add(a, "known")
        found.add(index.find(b) == "known")
    assert len(found) == 1, "it depends on who comes first"
    return found.pop()


ELSEWHERE = ("530-0001", "大阪市北区", "梅田4-5-6", "")

SAME = {
    "as it is": who(),
    "full-width space": who(name="山田　花子"),
    "no space": who(name="山田花子"),
    "honorific": who(name="山田 花子様"),
    "full-width digits in the number": who(phone="０３－１２３４－５６７８", home=ELSEWHERE),
    "number without hyphens": who(phone="0312345678", home=ELSEWHERE),
    "international number": who(phone="+81 3-1234-5678", home=ELSEWHERE),
    "reading in hiragana": who(kana="やまだ はなこ"),
    "reading in half width": who(kana="ﾔﾏﾀﾞ ﾊﾅｺ"),
    "no reading": who(kana=""),
    "moved, same number": who(home=ELSEWHERE),
    "new number, same home": who(phone="090-1111-2222"),
    "no number, same home": who(phone=""),
    "full-width digits": at("千代田区千代田１－２－３", "見本荘１０１", code="１０００００１"),
    "written out": at("千代田区", "千代田１丁目２番３号見本荘101"),
    "Japanese numerals": at("千代田区", "千代田一丁目二番三号", "見本荘101"),
    "long vowel for the hyphen": at("千代田区", "千代田1ー2−3", "見本荘101"),
    "name in katakana alone": who(name="ヤマダ ハナコ", kana="", home=ELSEWHERE),
    "name in half-width kana alone": who(name="ﾔﾏﾀﾞﾊﾅｺ", kana="", home=ELSEWHERE),
    "name in hiragana alone": who(name="やまだ はなこ", kana="", home=ELSEWHERE),
}  # fmt: skip

STRANGERS = {
    "namesake elsewhere": who(phone="06-9999-1234", home=ELSEWHERE),
    "namesake elsewhere who gives no number": who(phone="", home=ELSEWHERE),
    "husband: same number and home": who(name="山田 太郎", kana="ヤマダ タロウ"),
    "same number, other name": who(name="佐藤 一郎", kana="サトウ イチロウ", home=ELSEWHERE),
    "same home, other name": who(name="佐藤 一郎", kana="", phone=""),
    "family name alone": who(name="山田", kana=""),
    "same characters, other reading": who(kana="ヤマダ カコ"),
    "same reading, other characters": who(name="山田 華子"),
    "neighbour's namesake": at("千代田区", "千代田1-2-4", "見本荘101"),
    "namesake in another flat": at("千代田区", "千代田1-2-3", "見本荘102"),
    "in kana alone, other number": who(name="ヤマダ ハナコ", kana="", phone="090-3333-4444",
                                       home=ELSEWHERE),
}  # fmt: skip


@pytest.mark.parametrize("other", SAME.values(), ids=SAME.keys())
def test_the_same_person(other):
    assert same(who(), other)


@pytest.mark.parametrize("other", STRANGERS.values(), ids=STRANGERS.keys())
def test_a_stranger(other):
    assert not same(who(), other)


def test_strangers_are_strangers_among_each_other():
    for first, second in itertools.combinations(STRANGERS.values(), 2):
        if first.by_phone == second.by_phone != "" or first.by_address == second.by_address != "":
            continue
        assert not same(first, second)


FAMILY_NAMES = ("山田", "林", "長谷川", "長谷川様", "ヤマダ", "ﾊｾｶﾞﾜ", "やまだ様")
WHOLE_NAMES = ("山田 花", "林 修", "森 進一", "長谷川花", "ヤマダハナ", "五十嵐様子")


@pytest.mark.parametrize("name", FAMILY_NAMES)
def test_a_family_name_alone_is_many_peoples(name):
    """Up to three characters (four of kana) without a space: number or address are not enough."""
    known = who(name=name, kana="")
    assert not same(known, who(name=name, kana="", home=ELSEWHERE)), "a company's number"
    assert not same(known, who(name=name, kana="", phone="090-1111-2222")), "a house of many"
    assert not same(known, who(name=name, kana="", phone=""))
    assert same(known, who(name=name, kana="")), "both are equal"
    assert not same(known, who(name=f"{name} 花子", kana=""))


@pytest.mark.parametrize("name", WHOLE_NAMES)
def test_a_whole_name_needs_one_of_both(name):
    known = who(name=name, kana="")
    assert same(known, who(name=name, kana="", home=ELSEWHERE))
    assert same(known, who(name=name, kana="", phone="090-1111-2222"))


@pytest.mark.parametrize(
    "number", ["000-0000-0000", "0000000000", "09999999999", "1111111111", "12345", "", None, "－"]
)
def test_a_number_nobody_has_is_no_identity(number):
    assert fold_phone(number) == ""
    assert not same(who(phone=number), who(phone=number, home=ELSEWHERE))


def test_a_quarter_is_no_home():
    """Two of the same name in the same quarter, neither with a house number."""
    quarter = ("100-0001", "千代田区", "千代田", "")
    assert match_keys("山田 花子", "", *quarter) == ("", "")
    assert not same(who(phone="", home=quarter), who(phone="", home=quarter))


def test_nobody_is_not_everybody():
    nobody = person("", "", PHONE, *HOME)
    assert not same(nobody, nobody)
    assert not same(nobody, who())


def test_the_first_of_several():
    index = PersonIndex()
    index.add(who(kana="ヤマダ カコ"), 1)
    index.add(who(), 2)
    index.add(who(phone=""), 3)
    assert index.find(who()) == 2
    assert index.find(who(kana="")) == 1


def test_readings():
    assert fold_kana("ﾔﾏﾀﾞ　はなこ") == "ヤマダハナコ"
    assert fold_kana("山田") == fold_kana("Hanako") == fold_kana("") == ""


def test_numerals():
    assert fold_street("千代田二十三番十号") == fold_street("千代田23-10")
    assert fold_street("三番町五丁目") == fold_street("三番町5丁目")  # a name, not a number
    assert fold_street("千代田1-2", "3") != fold_street("千代田1-23")
    assert fold_street("千代田1-2-3", "101") == fold_street("千代田1-2-3-101")
    assert fold_street("八丁堀十丁目") == fold_street("八丁堀10丁目")
