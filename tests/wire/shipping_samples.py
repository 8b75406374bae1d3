"""Deliveries the golden files are made of. All people and places are invented."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from ec_addons.ec_shipping_jp.lib.sources import LabelData, LabelLine, Place

SHOP = Place(
    name="みどり茶舗 本店", zip="150-0001", state="東京都", city="渋谷区", street="神宮前1-2-3",
    building="みどりビル4F", phone="03-0000-1234",
)  # fmt: skip
PLAIN = Place(
    name="山田 花子", kana="ヤマダ ハナコ", zip="1000001", state="東京都", city="千代田区",
    street="千代田１－１", phone="090-0000-0001",
)  # fmt: skip
LONG = Place(
    name="髙橋 﨑次郎", company="㈱テスト商事 営業企画部", zip="530-0001", state="大阪府",
    city="大阪市北区", street="梅田三丁目12番34-56号",
    building="グランドテストタワー大阪ウエスト棟1205号室",
    phone="06-0000-0002",
)  # fmt: skip
COLD = Place(
    name="佐藤 太郎", zip="060-0001", state="北海道", city="札幌市中央区", street="北一条西2-3",
    building="サッポロマンション101", phone="011-000-0003",
)  # fmt: skip


def rows(services=("standard", "cod", "standard", "mail")):
    """Four deliveries: plain, long with COD, chilled with wishes, into the letter box."""
    day = date(2026, 11, 24)
    common = {
        "sender": SHOP, "ship_date": day, "account": "0312345678", "freight_no": "01",
        "shop_name": "みどり茶舗", "label_form": "1100780", "size": 60,
    }  # fmt: skip
    made = [
        LabelData(key="WHOUT00001", to=PLAIN, order_number="100000-20261120-0000000001",
                  items=("煎茶 100g",), note="100000-20261120-0000000001", **common),
        LabelData(key="WHOUT00002", to=LONG, order_number="#1002", items=("緑茶詰め合わせ", "急須"),
                  service="cod", cod_amount=Decimal(5500), cod_tax=Decimal(500), **common),
        LabelData(key="WHOUT00003", to=COLD, order_number="#1003", items=("生茶ゼリー, 6個",),
                  cool="chilled", wish_date=date(2026, 11, 27), window="14_16", parcels=2,
                  handling=("ワレ物注意",), **common),
        LabelData(key="WHOUT00004", to=PLAIN, order_number="#1004", items=("ティーバッグ",),
                  service="mail", **common),
    ]  # fmt: skip
    wanted = [data for data in made if data.service in services]
    return [
        LabelData(**{**_fields(data), "line": LabelLine(number=1, code=f"SKU-{number}",
                     name=data.items[0], quantity=Decimal(number))})
        for number, data in enumerate(wanted, 1)
    ]  # fmt: skip


def _fields(data):
    return {name: getattr(data, name) for name in LabelData.__slots__}
