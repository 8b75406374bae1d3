"""Facts of Admin GraphQL 2026-10 that are tables, not logic."""

from __future__ import annotations

from datetime import timedelta

API_VERSION = "2026-10"

#: Re-read this much before the newest change seen: the search index lags (section 6).
OVERLAP = timedelta(minutes=5)

#: Orders older than this are invisible without ``read_all_orders`` (section 7).
ORDER_WINDOW = timedelta(days=60)

#: Arrays of more items are refused (sections 5 and 12).
MAX_ARRAY = 250

#: Seconds by which a search may lag behind what is already true elsewhere (section 6).
SEARCH_LAG = 5

#: (scope, whether the connection is useless without it), in the order shown to the merchant.
SCOPES: tuple[tuple[str, bool], ...] = (
    ("read_orders", True),
    ("write_orders", True),
    ("read_customers", True),
    ("read_products", True),
    ("read_inventory", True),
    ("write_inventory", True),
    ("read_locations", True),
    ("read_merchant_managed_fulfillment_orders", True),
    ("write_merchant_managed_fulfillment_orders", True),
    ("read_third_party_fulfillment_orders", False),
    ("read_fulfillments", False),
    ("read_returns", False),
    ("read_all_orders", False),
)

#: Japanese words of the merchant's own admin for ``displayFinancialStatus``.
FINANCIAL_LABELS = {
    "AUTHORIZED": "オーソリ済み",
    "EXPIRED": "期限切れ",
    "PAID": "支払い済み",
    "PARTIALLY_PAID": "一部支払い済み",
    "PARTIALLY_REFUNDED": "一部返金済み",
    "PENDING": "支払い待ち",
    "REFUNDED": "返金済み",
    "VOIDED": "無効",
}

#: The same for ``displayFulfillmentStatus``.
FULFILLMENT_LABELS = {
    "FULFILLED": "発送済み",
    "FULFILLMENT_NOT_REQUIRED": "発送不要",
    "IN_PROGRESS": "発送作業中",
    "ON_HOLD": "保留中",
    "OPEN": "未発送",
    "PARTIALLY_FULFILLED": "一部発送済み",
    "PENDING_FULFILLMENT": "発送待ち",
    "REQUEST_DECLINED": "発送依頼拒否",
    "RESTOCKED": "在庫戻し済み",
    "SCHEDULED": "予約済み",
    "UNFULFILLED": "未発送",
}
CANCELLED_LABEL = "キャンセル済み"

#: Transactions that say how the buyer pays; the others correct or undo them (section 8).
PAYING_KINDS = ("SALE", "AUTHORIZATION", "CAPTURE")
#: Gateways that redeem value paid earlier, not money of this order.
PREPAID_GATEWAYS = ("gift_card", "shopify_store_credit")
#: What "mark as paid" books; says nothing about the buyer's choice (section 8).
MARK_PAID_GATEWAY = "manual"

#: Parts of gateway names that mean cash on delivery (section 16).
COD_WORDS = ("cash on delivery", "代金引換", "代引", "cod)")

#: Keys under which common delivery apps and themes keep the buyer's wishes (section 16).
WISH_DATE_KEYS = (
    "配送希望日", "お届け希望日", "配達希望日", "お届け日", "配送日", "配達日", "到着希望日",
    "希望日", "delivery_date", "delivery-date", "shipping_date", "deliverydate",
)  # fmt: skip
WISH_TIME_KEYS = (
    "配送希望時間帯", "配送希望時間", "お届け希望時間帯", "お届け希望時間", "配達希望時間帯",
    "配達希望時間", "配送時間帯", "配送時間", "時間指定", "時間帯指定", "希望時間帯", "希望時間",
    "delivery_time", "delivery-time", "deliverytime", "time_slot",
)  # fmt: skip
NOSHI_KEYS = (
    "のし", "熨斗", "のし種類", "のしの種類", "熨斗種類", "のし表書き", "のし名入れ", "名入れ",
    "noshi",
)  # fmt: skip
GIFT_KEYS = ("ギフト", "ギフト設定", "ギフト包装", "プレゼント", "gift", "is_gift")
MESSAGE_KEYS = (
    "メッセージカード", "ギフトメッセージ", "メッセージ", "gift_message", "gift message", "message",
)  # fmt: skip
WRAPPING_KEYS = ("ラッピング", "包装", "包装紙", "wrapping", "gift_wrap", "gift wrap")
KANA_KEYS = ("フリガナ", "ふりがな", "お名前カナ", "氏名カナ", "kana", "furigana")
DROP_OFF_KEYS = ("置き配", "置き配指定", "置き配場所", "drop_off")

#: What a buyer chooses to say "no" or "as soon as possible".
EMPTY_WISHES = (
    "", "-", "なし", "無し", "無", "指定なし", "指定しない", "希望なし", "不要", "いいえ", "最短",
    "最短でお届け", "no", "none", "false", "0",
)  # fmt: skip

#: Titles of lines that are no goods.
COD_FEE_WORDS = ("代引手数料", "代引き手数料", "代金引換手数料", "cod fee", "cash on delivery fee")
WRAPPING_WORDS = ("ラッピング", "ギフト包装", "gift wrap")
#: A tip is a line without product, called this and nothing else.
TIP_TITLES = ("tip", "チップ")
#: A title with one of these does not name a fee of its own ("postage incl. COD fee").
INCLUDED_WORDS = ("込", "無料")
PICKUP_WORDS = ("店舗受取", "店舗受け取り", "店頭受取", "店頭受け取り", "local pickup", "pickup")

#: The core's carrier key -> name that makes the mall show a tracking link (section 10).
CARRIERS = {
    "other": "Other",
    "yamato": "Yamato (JA)",
    "sagawa": "Sagawa (JA)",
    "japanpost": "Japan Post (JA)",
    "japan_post": "Japan Post (JA)",
    "jp_post": "Japan Post (JA)",
    "ecohai": "エコ配",
    "seino": "西濃運輸",
    "fukuyama": "福山通運",
    "nittsu": "日本通運",
    "meitetsu": "名鉄運輸",
    "daiichi": "第一貨物",
    "fedex": "FedEx",
    "dhl": "DHL Express",
    "ups": "UPS",
    "sf": "SF Express",
}

#: ``OrderCancelReason`` (section 9).
CANCEL_REASONS = ("CUSTOMER", "INVENTORY", "FRAUD", "DECLINED", "STAFF", "OTHER")

#: What the connector subscribes to (section 14): each only says "look again".
WEBHOOK_TOPICS = (
    "ORDERS_CREATE",
    "ORDERS_UPDATED",
    "ORDERS_PAID",
    "ORDERS_CANCELLED",
    "ORDERS_EDITED",
    "ORDERS_DELETE",
    "REFUNDS_CREATE",
    "FULFILLMENTS_CREATE",
    "FULFILLMENTS_UPDATE",
    "PRODUCTS_CREATE",
    "PRODUCTS_UPDATE",
    "PRODUCTS_DELETE",
    "INVENTORY_LEVELS_UPDATE",
    "APP_UNINSTALLED",
)
