"""Code tables of RMS WEB SERVICE. The comment names the section of the reference."""

from datetime import timedelta, timezone

JST = timezone(timedelta(hours=9), "JST")

DEFAULT_URL = "https://api.rms.rakuten.co.jp"  # 1.1

# 1.1: how strict the mall is about the blank is not known. The first spelling is the one every
# report agrees on; the next ones are tried where it is refused.
CONTENT_TYPES = (
    "application/json;charset=utf-8", "application/json; charset=utf-8", "application/json",
)  # fmt: skip

# --- 1.4 limits --------------------------------------------------------------------------------

# Calls per second. Whether the order guideline is meant per shop or per function is not known:
# one bucket for all order functions is right in both cases. Two calls sent a second apart may
# arrive closer together: a little less than the limit is never too fast.
_MARGIN = 0.95
RATES = {
    "order": 1.0 * _MARGIN,
    "license": 1.0 * _MARGIN,
    "items.search": 5.0 * _MARGIN,
    "inventory.bulk-get": 5.0 * _MARGIN,
    "inventory.bulk-upsert": 1.0 * _MARGIN,
}
GET_ORDER_BATCH = 100
CONFIRM_BATCH = 100
SEARCH_PAGE = 1000
SEARCH_DAYS = 63
SEARCH_MAX_AGE_DAYS = 730
SEARCH_MAX_HITS = 15000
# Searches end this far in the future: an order must not stay unseen because the mall's clock is
# ahead of ours. The mall's own example asks to the end of the day; it costs no call.
CLOCK_AHEAD = timedelta(days=30)
STOCK_READ_BATCH = 1000
STOCK_WRITE_BATCH = 400
STOCK_MAX = 99999
ITEM_PAGE = 100
ITEM_MAX_OFFSET = 10000
MAX_SHIPPING_ROWS = 20
SHIPPING_BATCH = 100

# 1.4: typical maintenance, Sunday 02:00-08:00 JST (weekday 6).
MAINTENANCE_WEEKDAY = 6
MAINTENANCE_HOURS = (2, 8)

# --- 2.3 dateType ------------------------------------------------------------------------------

DATE_ORDERED = 1
DATE_FIXED = 3
DATE_SHIPPED = 5

# --- 2.2 orderProgress -------------------------------------------------------------------------

CONFIRM_DAYS = 14  # not confirmed until then: cancelled by the mall
UNCONFIRMED = 100
PROCESSING = 200
TO_SHIP = 300
CHANGE_PENDING = 400
SHIPPED = 500
PAYING = 600
PAID = 700
SHIPPED_STATES = (SHIPPED, PAYING, PAID)  # 2.2: all rows complete, nothing left to send
CANCEL_PENDING = 800
CANCELLED = 900
PROGRESS = {
    UNCONFIRMED: "注文確認待ち",
    PROCESSING: "楽天処理中",
    TO_SHIP: "発送待ち",
    CHANGE_PENDING: "変更確定待ち",
    SHIPPED: "発送済",
    PAYING: "支払手続き中",
    PAID: "支払手続き済",
    CANCEL_PENDING: "キャンセル確定待ち",
    CANCELLED: "キャンセル確定",
}
# A search says of an order only that it is in one of the states asked for. Ready ones, among them
# all that are done here until the mall's nightly run, are asked for by themselves.
SWEEP_READY = (TO_SHIP,)
SWEEP_OTHERS = (UNCONFIRMED, PROCESSING, CHANGE_PENDING, CANCEL_PENDING, CANCELLED)
SHIPPING_ALLOWED = (TO_SHIP, SHIPPED)  # 2.1, others refused (?)
SHIPPING_EARLY = (UNCONFIRMED, PROCESSING, CHANGE_PENDING)
CANCEL_BEFORE = (UNCONFIRMED, PROCESSING, TO_SHIP)
CANCEL_AFTER = (SHIPPED, PAYING, PAID, CANCEL_PENDING)

# --- 2.4 getOrder ------------------------------------------------------------------------------

ORDER_VERSION = 10
ORDER_VERSION_FALLBACK = 9

# --- 2.5 ---------------------------------------------------------------------------------------

UNDECIDED = -9999
ORDER_TYPES = {1: "通常購入", 4: "定期購入", 5: "頒布会", 6: "予約商品"}
SUBSCRIPTION_TYPES = (4, 5)
PREORDER_TYPES = (6,)
CAUTIONS = {
    101: "前払い未入金",
    102: "受取拒否",
    103: "長期不在",
    104: "開封後の返品",
    105: "過剰な要求",
}
CHANGE_REASONS = {
    1: "お客様都合：キャンセル",
    2: "お客様都合：返品",
    3: "お客様都合：長期不在による受取拒否",
    4: "お客様都合：未入金",
    5: "お客様都合：代引決済の受取拒否",
    6: "お客様都合：その他",
    8: "店舗都合：欠品",
    10: "店舗都合：その他",
    13: "店舗都合：発送遅延",
    14: "店舗都合：顧客・配送対応注意表示",
    15: "店舗都合：返品（破損・品間違い）",
    16: "ソーシャルギフト：お届け先の入力なし",
}
# What a shop may give as reason of its own cancel; 16 is set by the mall.
CANCEL_REASONS = {code: label for code, label in CHANGE_REASONS.items() if code != 16}
CHANGE_CANCEL_TYPES = (0, 1, 2)
SHOP_COUPON_CODE = 1
WRAPPING_TITLES = {1: "包装紙", 2: "リボン"}
RELAY_MAIL_SUFFIX = ".fw.rakuten.ne.jp"
PLACEHOLDER_TEXTS = ("入力待ち", "ニュウリョクマチ")
SINGLE_SKU = "normal-inventory"
CVS_NAMES = {1: "ファミリーマート", 50: "ローソン", 60: "郵便局"}
DELIVERY_CLASSES = {1: "普通", 2: "冷蔵", 3: "冷凍", 4: "その他1", 5: "その他2", 6: "その他3",
                    7: "その他4", 8: "その他5"}  # fmt: skip
# What the buyer was promised about the speed.
SPEEDS = {
    "asurakuFlag": "あす楽", "oneDayOperationFlag": "当日出荷", "deliveryCertPrgFlag": "最強配送",
}  # fmt: skip

# JIS order = ISO 3166-2:JP, so the position is the code.
PREFECTURES = {
    name: f"JP-{number:02d}"
    for number, name in enumerate(
        "北海道 青森県 岩手県 宮城県 秋田県 山形県 福島県 茨城県 栃木県 群馬県 "
        "埼玉県 千葉県 東京都 神奈川県 新潟県 富山県 石川県 福井県 山梨県 長野県 "
        "岐阜県 静岡県 愛知県 三重県 滋賀県 京都府 大阪府 兵庫県 奈良県 和歌山県 "
        "鳥取県 島根県 岡山県 広島県 山口県 徳島県 香川県 愛媛県 高知県 福岡県 "
        "佐賀県 長崎県 熊本県 大分県 宮崎県 鹿児島県 沖縄県".split(),
        start=1,
    )
}
ABROAD = "国外"

# --- 2.7 ---------------------------------------------------------------------------------------

SETTLEMENTS = {
    1: "クレジットカード",
    2: "代金引換",
    4: "ショッピングクレジット",
    5: "オートローン",
    6: "リース",
    7: "請求書払い",
    8: "ポイント",
    9: "銀行振込",
    12: "Apple Pay",
    13: "セブンイレブン（前払）",
    14: "コンビニ（前払）",
    16: "Alipay",
    17: "PayPal",
    21: "後払い",
    27: "Alipay（支付宝）",
}
# Roles of the core (``ec.mapping.payment_method_role``); codes not listed wait for a person.
SETTLEMENT_ROLES = {
    1: "card",
    2: "cod",
    4: "other",
    5: "other",
    6: "other",
    7: "deferred",
    8: "points",
    9: "bank",
    12: "card",
    13: "konbini",
    14: "konbini",
    16: "other",
    17: "other",
    21: "deferred",
    27: "other",
}
COD = 2
POINTS_ONLY = 8
PREPAID = (9, 13, 14)  # 2.2: wait at 200 for the money
OWN_CREDIT = (4, 5, 6)  # the shop itself settles with the finance company

PICKUP_DELIVERIES = ("コンビニ受取", "ロッカー受取", "店頭受取", "郵便局受取")
ABROAD_DELIVERY = "国際配送"

COMPANIES = {
    "1000": "その他",
    "1001": "ヤマト運輸",
    "1002": "佐川急便",
    "1003": "日本郵便",
    "1004": "西濃運輸",
    "1005": "セイノースーパーエクスプレス",
    "1006": "福山通運",
    "1007": "名鉄運輸",
    "1008": "トナミ運輸",
    "1009": "第一貨物",
    "1010": "新潟運輸",
    "1011": "中越運送",
    "1012": "岡山県貨物運送",
    "1013": "久留米運送",
    "1014": "山陽自動車運送",
    "1015": "NXトランスポート",
    "1016": "エコ配",
    "1017": "EMS",
    "1018": "DHL",
    "1019": "FedEx",
    "1020": "UPS",
    "1021": "日本通運",
    "1022": "TNT",
    "1023": "OCS",
    "1024": "USPS",
    "1025": "SFエクスプレス",
    "1026": "Aramex",
    "1027": "SGHグローバル・ジャパン",
    "1028": "Rakuten EXPRESS",
    "1029": "日本郵便 楽天倉庫出荷",
    "1030": "ヤマト運輸 クロネコゆうパケット",
    "1031": "名鉄NX運輸",
}
# The core's carrier keys; an unknown key is reported as その他, a known code goes through as it is.
CARRIER_COMPANIES = {
    "yamato": "1001",
    "yamato_yupacket": "1030",
    "sagawa": "1002",
    "japanpost": "1003",
    "jppost": "1003",
    "japan_post": "1003",
    "clickpost": "1003",
    "seino": "1004",
    "seino_super": "1005",
    "fukuyama": "1006",
    "meitetsu": "1007",
    "tonami": "1008",
    "daiichi": "1009",
    "niigata": "1010",
    "ecohai": "1016",
    "ems": "1017",
    "dhl": "1018",
    "fedex": "1019",
    "ups": "1020",
    "nittsu": "1021",
}
OTHER_COMPANY = "1000"

# --- 2.9 ---------------------------------------------------------------------------------------

MEMO_LIMIT = 1000
RESTOCK = {False: 2, True: 1}  # inventoryRestoreType coded like restoreInventoryFlag (?)

# --- 3, 4.3 codes ------------------------------------------------------------------------------

ERR_AUTH = "GE0011"
ERR_MEDIA_TYPE = "GE0012"
ERR_NOT_FOUND = "GE0014"
ERR_READ_ONLY = "GE0017"
ERR_CONFLICT = "CE0001"
ERR_SERVER = ("GE0019", "X0000")

# --- 1.2 functions the connector needs, as (operation, name shown in RMS) -----------------------

FUNCTIONS = {
    "license": "license.expiryDate.get",
    "searchOrder": "rpay.order.searchOrder",
    "getOrder": "rpay.order.getOrder",
    "confirmOrder": "rpay.order.confirmOrder",
    "updateOrderShipping": "rpay.order.updateOrderShipping",
    "updateOrderShippingAsync": "rpay.order.updateOrderShippingAsync",
    "getResultUpdateOrderShippingAsync": "rpay.order.getResultUpdateOrderShippingAsync",
    "cancelOrder": "rpay.order.cancelOrder",
    "cancelOrderAfterShipping": "rpay.order.cancelOrderAfterShipping",
    "updateOrderMemo": "rpay.order.updateOrderMemo",
    "updateOrderSender": "rpay.order.updateOrderSender",
    "updateOrderSubStatus": "rpay.order.updateOrderSubStatus",
    "getSubStatusList": "rpay.order.getSubStatusList",
    "items.search": "itemapi_2.0.items.search",
    "inventory.bulk-get": "InventoryAPI 2.0 inventories.bulk-get",
    "inventory.bulk-upsert": "InventoryAPI 2.0 inventories.bulk-upsert",
    "inventory21.bulk-get": "InventoryAPI 2.1 inventories.bulk-get",
    "inventory21.bulk-upsert": "InventoryAPI 2.1 inventories.bulk-upsert",
}
