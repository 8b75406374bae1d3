"""Suggestions by likeness of names."""

from ec_addons.ec_unified.lib.name_match import NameIndex

INDEX = NameIndex(
    [(1, "静岡産 煎茶 100g"), (2, "静岡産 煎茶 200g"), (3, "美濃焼 湯のみ 青"), (4, "")]
)


def test_name_within_a_title_full_of_advertising():
    key, score = INDEX.best("【送料無料】美濃焼 湯のみ（青）お歳暮 ギフト ランキング1位")
    assert key == 3 and score > 0.8


def test_neither_of_two_that_fit_equally():
    assert INDEX.best("静岡産 煎茶") == (None, 0.0)


def test_the_better_of_two():
    assert INDEX.best("静岡産煎茶 ２００ｇ")[0] == 2


def test_nothing_alike():
    for title in ("座布団", "", None, "【】"):
        assert INDEX.best(title) == (None, 0.0)
