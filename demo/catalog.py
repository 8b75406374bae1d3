"""The fictional shop's goods: 60 items, some with variants, two temperatures, two tax rates.

Pure data, used by the simulated malls (what they list) and by the Odoo database (what is in stock).
Bar codes use the GS1 range for use inside a company (prefix 20), so they are nobody's product.
"""

from dataclasses import dataclass, field

AMBIENT = "ambient"
FROZEN = "frozen"


@dataclass(frozen=True)
class Item:
    """An item page. ``options``: option name → values; empty for a single SKU."""

    code: str
    name: str
    price: int
    category: str
    shape: str
    colour: str
    options: dict = field(default_factory=dict)
    food: bool = False
    temperature: str = AMBIENT
    stock: int = 40
    shelf: str = "A-01"

    @property
    def tax_rate(self):
        return 0.08 if self.food else 0.1


@dataclass(frozen=True)
class Sku:
    """What is sold: an item with its option values."""

    item: Item
    code: str
    barcode: str
    option: dict
    price: int
    stock: int

    @property
    def name(self):
        return " ".join([self.item.name, *self.option.values()])


def ean13(number):
    """EAN-13 of the in-company range for a running number."""
    digits = f"20{number:010d}"
    total = sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(digits))
    return f"{digits}{(10 - total % 10) % 10}"


def _food(code, name, price, shape, colour, **kw):
    return Item(code, name, price, "食品", shape, colour, food=True, **kw)


def _frozen(code, name, price, shape, colour, **kw):
    return Item(
        code,
        name,
        price,
        "冷凍食品",
        shape,
        colour,
        food=True,
        temperature=FROZEN,
        shelf="F-01",
        **kw,
    )


def _goods(code, name, price, shape, colour, category="うつわ", **kw):
    return Item(code, name, price, category, shape, colour, **kw)


_PIECES = {"個数": ["6個入", "12個入"]}
_TASTE = {"味": ["抹茶", "ほうじ茶"]}
_COLOUR = {"色": ["藍", "生成り"]}
_SIZE = {"サイズ": ["小", "大"]}

ITEMS = [
    _food("SWT01", "最中 詰め合わせ", 1620, "box", "#c98f4e", options=_PIECES),
    _food("SWT02", "どら焼き つぶあん", 1296, "round", "#a8713c", options=_PIECES),
    _food("SWT03", "栗ようかん", 1944, "bar", "#7a3b2e"),
    _food("SWT04", "カステラ 一本", 1512, "bar", "#e3b04b"),
    _food("SWT05", "金平糖 小袋", 432, "bag", "#f2a7b8", stock=120),
    _food("SWT06", "おかき 三種", 864, "bag", "#c77f3a"),
    _food("SWT07", "塩せんべい", 648, "bag", "#d9b382", stock=90),
    _food("SWT08", "黒糖かりんとう", 540, "bag", "#4a2f23"),
    _food("SWT09", "季節の干菓子", 1080, "box", "#e9a6c1"),
    _food("SWT10", "ゆず茶ゼリー", 1404, "jar", "#e8c74a"),
    _food("TEA01", "煎茶 100g", 1080, "pouch", "#5d8a3a", shelf="A-02", stock=80),
    _food("TEA02", "ほうじ茶 100g", 756, "pouch", "#8a5a33", shelf="A-02", stock=80),
    _food("TEA03", "玄米茶 200g", 864, "pouch", "#a59a4c", shelf="A-02"),
    _food("TEA04", "抹茶 30g缶", 1836, "can", "#6f9a3d", shelf="A-02"),
    _food("TEA05", "和紅茶 ティーバッグ", 918, "box", "#a3412f", shelf="A-02"),
    _food("TEA06", "麦茶 ティーバッグ", 486, "box", "#c59a52", shelf="A-02", stock=150),
    _food("DRY01", "乾しいたけ 60g", 1188, "pouch", "#6b4a35", shelf="A-03"),
    _food("DRY02", "だし昆布 100g", 1296, "pouch", "#2f4a3a", shelf="A-03"),
    _food("DRY03", "削り節 80g", 702, "pouch", "#c08a63", shelf="A-03"),
    _food("DRY04", "焼きのり 十枚", 972, "pouch", "#1f3a2c", shelf="A-03"),
    _food("SEA01", "しょうゆ 500ml", 918, "bottle", "#5a2a1d", shelf="A-03"),
    _food("SEA02", "味噌 750g", 1134, "jar", "#b5793d", shelf="A-03"),
    _food("SEA03", "ゆずぽん酢 360ml", 756, "bottle", "#d8a83e", shelf="A-03"),
    _food("JAM01", "いちごジャム", 810, "jar", "#c9314a", shelf="A-03"),
    _food("JAM02", "りんごジャム", 810, "jar", "#d99a4e", shelf="A-03"),
    _frozen("ICE01", "アイス最中 詰め合わせ", 3240, "box", "#8fb05a", options=_TASTE),
    _frozen("ICE02", "フルーツシャーベット 8個", 3564, "cup", "#f0907a"),
    _frozen("ICE03", "あずきアイスバー 10本", 2160, "bar", "#6b2f3a"),
    _frozen("FRZ01", "手作り餃子 30個", 2484, "round", "#e8d9b0"),
    _frozen("FRZ02", "たこ焼き 20個", 1620, "round", "#c97a3a"),
    _frozen("FRZ03", "鯛焼き 10個", 1944, "fish", "#c9843f"),
    _frozen("FRZ04", "味噌漬け切身 4切", 4320, "fish", "#d98f5a", stock=15),
    _frozen("FRZ05", "讃岐風うどん 5食", 1404, "cup", "#efe3c8"),
    _frozen("FRZ06", "炊き込みごはん 4食", 1728, "cup", "#c9a26a"),
    _frozen("FRZ07", "大福 生クリーム 6個", 1890, "round", "#f3d6de"),
    _goods("PLT01", "小皿 青海波", 1650, "plate", "#31589c"),
    _goods("PLT02", "中皿 唐草", 2750, "plate", "#2f6f8f"),
    _goods("PLT03", "取り皿 五枚組", 4950, "plate", "#7a8f4a"),
    _goods("BWL01", "飯碗", 2200, "bowl", "#a34a3a", options=_SIZE, shelf="B-01"),
    _goods("BWL02", "汁椀", 3300, "bowl", "#6b1f1f", options={"色": ["朱", "黒"]}, shelf="B-01"),
    _goods("BWL03", "どんぶり", 2860, "bowl", "#3a5f7a", shelf="B-01"),
    _goods("CUP01", "湯呑", 1320, "cup", "#4a7a6a", options=_SIZE, shelf="B-01"),
    _goods("CUP02", "そば猪口", 1430, "cup", "#27407a", shelf="B-01"),
    _goods("CUP03", "マグカップ", 1980, "cup", "#b5653d", options=_COLOUR, shelf="B-01"),
    _goods("POT01", "急須", 5500, "pot", "#6b3a2a", shelf="B-02", stock=12),
    _goods("POT02", "土鍋 8号", 8800, "pot", "#4a3a30", shelf="B-02", stock=8),
    _goods("CHP01", "夫婦箸", 2640, "bar", "#8a2f2f", shelf="B-02"),
    _goods("CHP02", "箸置き 五個組", 1100, "round", "#d9a441", shelf="B-02"),
    _goods("TWL01", "手ぬぐい", 1320, "cloth", "#2f5f9c", "布もの", options=_COLOUR, shelf="C-01"),
    _goods("TWL02", "ふきん 三枚組", 990, "cloth", "#7aa05a", "布もの", shelf="C-01", stock=100),
    _goods(
        "FRS01", "風呂敷 中巾", 2420, "cloth", "#8a3f7a", "布もの", options=_COLOUR, shelf="C-01"
    ),
    _goods("BAG01", "帆布トート", 4180, "bag", "#c2a878", "布もの", options=_COLOUR, shelf="C-01"),
    _goods("BAG02", "巾着袋", 880, "bag", "#b54a5a", "布もの", shelf="C-01"),
    _goods("CSH01", "座布団カバー", 3520, "cloth", "#3a4f7a", "布もの", shelf="C-01"),
    _goods("STN01", "一筆箋", 495, "card", "#e8dcc0", "文具", shelf="C-02", stock=200),
    _goods("STN02", "和紙はがき 10枚", 660, "card", "#f0e6d2", "文具", shelf="C-02", stock=150),
    _goods("STN03", "ご朱印帳", 1980, "card", "#a33a4a", "文具", shelf="C-02"),
    _goods("INC01", "お香 白檀", 1540, "box", "#7a6a9a", "雑貨", shelf="C-02"),
    _goods("CDL01", "和ろうそく 四本", 1210, "bar", "#d94a3a", "雑貨", shelf="C-02"),
    _goods("FAN01", "扇子", 3080, "fan", "#3a7a9a", "雑貨", shelf="C-02"),
]

_LARGER = {"12個入": 1.9, "大": 1.25}


def skus():
    """All SKUs in a fixed order. :rtype: list[Sku]"""
    found = []
    for item in ITEMS:
        combos = [{key: value} for key, values in item.options.items() for value in values] or [{}]
        for index, option in enumerate(combos, 1):
            factor = _LARGER.get(next(iter(option.values()), ""), 1)
            code = f"{item.code}-{index}" if option else item.code
            found.append(
                Sku(
                    item=item,
                    code=code,
                    barcode=ean13(len(found) + 1),
                    option=option,
                    price=round(item.price * factor),
                    stock=item.stock,
                )
            )
    return found


def mall_items(picture=None):
    """The catalogue as the control API of the simulated malls takes it (``POST /_sim/items``).

    :param picture: callable(Item) → PNG as base64 text, or None to list without pictures
    """
    return [
        {
            "sku": sku.code,
            "barcode": sku.barcode,
            "name": sku.name,
            "price": sku.price,
            "tax_rate": sku.item.tax_rate,
            "tax_included": True,
            "stock": sku.stock,
            "item_code": sku.item.code.lower(),
            "item_name": sku.item.name,
            "option": sku.option or None,
            "image_png_base64": picture(sku.item) if picture else None,
        }
        for sku in skus()
    ]
