"""Invented buyers: Japanese names with kana, addresses in real towns with invented house numbers.

Postcodes are the general ones of a town (``…-0000``), phone numbers start with ``0000``.
"""

from __future__ import annotations

import random
from dataclasses import asdict, dataclass, replace
from typing import Any

_FAMILY = """佐藤 サトウ Sato|鈴木 スズキ Suzuki|高橋 タカハシ Takahashi|田中 タナカ Tanaka
伊藤 イトウ Ito|渡辺 ワタナベ Watanabe|山本 ヤマモト Yamamoto|中村 ナカムラ Nakamura
小林 コバヤシ Kobayashi|加藤 カトウ Kato|吉田 ヨシダ Yoshida|山田 ヤマダ Yamada
佐々木 ササキ Sasaki|山口 ヤマグチ Yamaguchi|松本 マツモト Matsumoto|井上 イノウエ Inoue
木村 キムラ Kimura|林 ハヤシ Hayashi|斎藤 サイトウ Saito|清水 シミズ Shimizu
山崎 ヤマザキ Yamazaki|森 モリ Mori|池田 イケダ Ikeda|橋本 ハシモト Hashimoto|阿部 アベ Abe
石川 イシカワ Ishikawa|前田 マエダ Maeda|藤田 フジタ Fujita|小川 オガワ Ogawa|後藤 ゴトウ Goto
岡田 オカダ Okada|長谷川 ハセガワ Hasegawa|村上 ムラカミ Murakami|近藤 コンドウ Kondo
石井 イシイ Ishii|遠藤 エンドウ Endo|青木 アオキ Aoki|坂本 サカモト Sakamoto|福田 フクダ Fukuda
西村 ニシムラ Nishimura|太田 オオタ Ota|三浦 ミウラ Miura|藤原 フジワラ Fujiwara
岡本 オカモト Okamoto|中川 ナカガワ Nakagawa|原田 ハラダ Harada|小野 オノ Ono
竹内 タケウチ Takeuchi|和田 ワダ Wada|勅使河原 テシガワラ Teshigawara"""
_GIVEN = """美咲 ミサキ Misaki 女|陽菜 ハルナ Haruna 女|さくら サクラ Sakura 女|結衣 ユイ Yui 女
葵 アオイ Aoi 女|由美子 ユミコ Yumiko 女|恵子 ケイコ Keiko 女|真由美 マユミ Mayumi 女
彩 アヤ Aya 女|千尋 チヒロ Chihiro 女|久美 クミ Kumi 女|智子 トモコ Tomoko 女
ひなた ヒナタ Hinata 女|直美 ナオミ Naomi 女|玲奈 レナ Rena 女|健一 ケンイチ Kenichi 男
翔太 ショウタ Shota 男|大輔 ダイスケ Daisuke 男|拓也 タクヤ Takuya 男|誠 マコト Makoto 男
浩二 コウジ Koji 男|悠斗 ユウト Yuto 男|蓮 レン Ren 男|和也 カズヤ Kazuya 男
隆 タカシ Takashi 男|直樹 ナオキ Naoki 男|裕介 ユウスケ Yusuke 男|亮 リョウ Ryo 男
哲也 テツヤ Tetsuya 男|龍之介 リュウノスケ Ryunosuke 男"""
_TOWNS = """060 北海道 札幌市中央区 北三条西 011|980 宮城県 仙台市青葉区 国分町 022
950 新潟県 新潟市北区 東栄町 025|330 埼玉県 さいたま市大宮区 桜木町 048
260 千葉県 千葉市中央区 中央 043|150 東京都 渋谷区 神南 03|160 東京都 新宿区 西新宿 03
130 東京都 墨田区 錦糸 03|154 東京都 世田谷区 太子堂 03|220 神奈川県 横浜市西区 みなとみらい 045
210 神奈川県 川崎市川崎区 砂子 044|425 静岡県 焼津市 本町 054
460 愛知県 名古屋市中区 栄 052|600 京都府 京都市下京区 四条通寺町東入二丁目御旅町 075
530 大阪府 大阪市北区 梅田 06|543 大阪府 大阪市天王寺区 上本町 06
650 兵庫県 神戸市中央区 三宮町 078|630 奈良県 奈良市 三条町 0742|700 岡山県 岡山市北区 表町 086
730 広島県 広島市中区 紙屋町 082|760 香川県 高松市 丸亀町 087|791 愛媛県 松山市 平井町 089
810 福岡県 福岡市中央区 天神 092|861 熊本県 熊本市中央区 下通 096
890 鹿児島県 鹿児島市 中央町 099|900 沖縄県 那覇市 久茂地 098|381 長野県 長野市 若里 026
920 石川県 金沢市 香林坊 076|010 秋田県 秋田市 中通 018|321 栃木県 宇都宮市 駅前通り 028"""
_ISLANDS = """907 沖縄県 石垣市 登野城 0980|100 東京都 大島町 元町 04992
817 長崎県 対馬市 厳原町今屋敷 0920|952 新潟県 佐渡市 両津湊 0259
894 鹿児島県 奄美市 名瀬幸町 0997"""
_HOUSES = ("サンプルハイツ", "コーポ例示", "メゾン見本", "グランド架空", "ひかり荘", "第二例示ビル")


def _table(text: str) -> list[list[str]]:
    return [entry.split() for entry in text.replace("\n", "|").split("|")]


FAMILY = _table(_FAMILY)
GIVEN = _table(_GIVEN)
TOWNS = _table(_TOWNS)
ISLANDS = _table(_ISLANDS)


@dataclass(frozen=True)
class Person:
    """A buyer or a receiver."""

    family: str
    given: str
    family_kana: str
    given_kana: str
    romaji: str
    sex: str
    zip1: str
    zip2: str
    prefecture: str
    city: str
    street: str
    building: str
    phone: tuple[str, str, str]
    island: bool = False

    @property
    def name(self) -> str:
        """Full name with a blank."""
        return f"{self.family} {self.given}".strip()

    def but(self, **changes: Any) -> Person:
        """A copy with some values changed."""
        return replace(self, **changes)

    def as_dict(self) -> dict[str, Any]:
        """JSON-able copy."""
        return asdict(self)


def person(rng: random.Random, *, island: bool = False) -> Person:
    """An invented person."""
    family, family_kana, family_romaji = rng.choice(FAMILY)
    given, given_kana, given_romaji, sex = rng.choice(GIVEN)
    zip1, prefecture, city, town, area = rng.choice(ISLANDS if island else TOWNS)
    house = f"{rng.randint(1, 8)}-{rng.randint(1, 30)}-{rng.randint(1, 40)}"
    building = ""
    if rng.random() < 0.4:
        building = f"{rng.choice(_HOUSES)}{rng.randint(1, 12)}0{rng.randint(1, 9)}"
    return Person(
        family=family,
        given=given,
        family_kana=family_kana,
        given_kana=given_kana,
        romaji=f"{given_romaji} {family_romaji}".upper(),
        sex=sex,
        zip1=zip1,
        zip2="0000",
        prefecture=prefecture,
        city=city,
        street=town + house,
        building=building,
        phone=_phone(rng, area),
        island=island,
    )


def _phone(rng: random.Random, area: str) -> tuple[str, str, str]:
    last = f"{rng.randint(0, 9999):04d}"
    if rng.random() < 0.7:
        return (rng.choice(("070", "080", "090")), "0000", last)
    return (area, "0" * (6 - len(area)), last)
