"""Code tables (reference sections 2.2, 2.3, 2.5, 2.7, 2.9, 2.10)."""

from __future__ import annotations

#: Section 2.2.
PROGRESS = {
    100: "注文確認待ち",
    200: "楽天処理中",
    300: "発送待ち",
    400: "変更確定待ち",
    500: "発送済",
    600: "支払手続き中",
    700: "支払手続き済",
    800: "キャンセル確定待ち",
    900: "キャンセル確定",
}

#: Section 2.7. Names the reference gives in English only are the simulator's wording.
PAYMENTS = {
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
#: Short names for the control API.
PAYMENT_NAMES = {
    "card": 1,
    "cod": 2,
    "invoice": 7,
    "points": 8,
    "bank": 9,
    "apple_pay": 12,
    "seven": 13,
    "convenience": 14,
    "paypal": 17,
    "deferred": 21,
}
#: Methods that wait for the buyer's money before 300 (section 2.2).
PREPAID = {9, 13, 14}
#: Methods with card data in SettlementModel.
CARD = {1}
#: Payment change by updateOrderSender (section 2.9).
PAYMENT_CHANGES = {2, 4, 5, 6, 7, 9, 13, 14, 27}
#: rpaySettlementFlag 0 in the sample bodies (shop's own settlement): COD; taken for 4–7, too (?).
OWN_SETTLEMENT = {2, 4, 5, 6, 7}

DELIVERY_NAMES = (
    "宅配便",
    "小型宅配便",
    "大型宅配便",
    "クール便",
    "メール便",
    "国際配送",
    "コンビニ受取",
    "ロッカー受取",
    "店頭受取",
    "発送を伴わない",
    "郵便局受取",
)

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

DROP_OFF = (
    "宅配ボックス",
    "玄関前",
    "玄関前鍵付容器",
    "ポスト",
    "メーターボックス",
    "物置",
    "車庫",
)

#: changeReasonDetail (section 2.5); also changeReasonDetailApply and reductionReason.
CHANGE_REASONS = {1, 2, 3, 4, 5, 6, 8, 10, 13, 14, 15, 16}

ORDER_TYPES = {1, 4, 5, 6}
DATE_FIELDS = {
    1: "orderDatetime",
    2: "shopOrderCfmDatetime",
    3: "orderFixDatetime",
    5: "shippingCmplRptDatetime",
}
CARRIER_TABLETS = {21, 22, 29}
CARRIER_PHONES = {11, 12, 19}
CARRIER_MOBILES = {1, 2, 3, 5}

PREFECTURES = tuple(
    """
    北海道 青森県 岩手県 宮城県 秋田県 山形県 福島県 茨城県
    栃木県 群馬県 埼玉県 千葉県 東京都 神奈川県 新潟県 富山県
    石川県 福井県 山梨県 長野県 岐阜県 静岡県 愛知県 三重県
    滋賀県 京都府 大阪府 兵庫県 奈良県 和歌山県 鳥取県 島根県
    岡山県 広島県 山口県 徳島県 香川県 愛媛県 高知県 福岡県
    佐賀県 長崎県 熊本県 大分県 宮崎県 鹿児島県 沖縄県
    """.split()
)

#: "Not decided yet" (section 2.5).
UNDECIDED = -9999
#: Placeholder for message codes that the reference does not know; a client must not rely on it.
UNKNOWN_ERROR = "ERROR_900"

#: Order endpoints of section 2.1 with the middle part of their message codes. Parts marked (?)
#: are formed like the known ones.
ORDER_CODES = {
    "searchOrder": "SEARCH_ORDER",
    "getOrder": "GET_ORDER",
    "confirmOrder": "CONFIRM_ORDER",
    "updateOrderShipping": "UPDATE_ORDERSHIPPING",
    "updateOrderShippingAsync": "UPDATE_ORDERSHIPPING_ASYNC",
    "getResultUpdateOrderShippingAsync": "GET_RESULT_UPDATEORDERSHIPPING_ASYNC",
    "updateOrderMemo": "UPDATE_ORDERMEMO",
    "updateOrderRemarks": "UPDATE_ORDERREMARKS",
    "updateOrderDelivery": "UPDATE_ORDERDELIVERY",  # (?)
    "updateOrderOrderer": "UPDATE_ORDERORDERER",  # (?)
    "updateOrderSender": "UPDATE_ORDERSENDER",
    "updateOrderSenderAfterShipping": "UPDATE_ORDERSENDERAFTERSHIPPING",  # (?)
    "cancelOrder": "CANCEL_ORDER",
    "cancelOrderAfterShipping": "CANCEL_ORDERAFTERSHIPPING",  # (?)
    "getSubStatusList": "GET_SUBSTATUSLIST",
    "updateOrderSubStatus": "UPDATE_ORDERSUBSTATUS",  # (?)
    "getPayment": "GET_PAYMENT",
}
