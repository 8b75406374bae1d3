"""A shop in the middle of its day: something in every work list, and a few things that went wrong.

Everything is done the way it happens: buyers buy at the simulated malls, somebody changes a figure
in a mall's own screens, and people work in Odoo. Nothing is written into tables to look real.
"""

from datetime import datetime, timedelta

from . import catalog

#: Sold by a shop, unknown to Odoo; and known to Odoo under another code.
STRANGERS = (
    ("rakuten", "FUKU2027", "福袋 2027 食卓セット", 5500, None),
    ("shopify", "gift-card-box", "ギフトボックス（小）", 330, None),
    ("rakuten", "r-inc01-set", "お香 白檀 限定パッケージ", 1540, "INC01"),
)
#: One household that orders at both malls on one day.
NEIGHBOUR = {
    "rakuten": {
        "family": "冬木", "given": "みのり", "family_kana": "フユキ", "given_kana": "ミノリ",
        "zip1": "154", "zip2": "0000", "prefecture": "東京都", "city": "世田谷区",
        "street": "太子堂9-9-9", "building": "", "phone": ["0000", "55", "0101"],
    },
    "shopify": {
        "last_name": "冬木", "first_name": "みのり", "zip": "154-0000", "province": "Tōkyō",
        "province_code": "JP-13", "city": "世田谷区", "address1": "太子堂9-9-9",
        "address2": None, "phone": "0000-55-0101",
    },
}  # fmt: skip
#: Sold out at the shelf after it was bought.
SHORT = "POT02"
#: Fictional numbers of the shop's contracts, by carrier; a label file cannot be made without them.
CONTRACTS = {
    "yamato": {"ec_account": "0300000000", "ec_freight_no": "01"},
    "sagawa": {"ec_account": "000000000000"},
    "japanpost": {"ec_label_form": "1100780"},
}
_SHIPPED_DAYS = 4


def sell_strangers(post, malls):
    """Items the malls offer that Odoo does not know by their code."""
    for provider, sku, name, price, _like in STRANGERS:
        item = {"sku": sku, "name": name, "price": price, "tax_rate": 0.1, "stock": 15}
        item |= {"tax_included": True, "item_code": sku.lower(), "item_name": name, "option": None}
        post(malls[provider]["url"], "items", [item])


def buy_before(post, malls):
    """Orders with a story, placed before Odoo looks for the first time.

    :return: {what it is for: the mall's order number}
    """
    rakuten, shopify = malls["rakuten"]["url"], malls["shopify"]["url"]

    def buy(url, **order):
        return post(url, "buy", order)["order_ref"]

    neighbour = NEIGHBOUR["rakuten"]
    return {
        "together 1": buy(rakuten, sku="SWT03", quantity=2, payment=1, buyer=neighbour),
        "together 2": buy(
            shopify, sku="CHP02", quantity=1, payment="card", buyer=NEIGHBOUR["shopify"]
        ),
        "stranger": buy(rakuten, sku=STRANGERS[0][1], quantity=1, payment=1),
        "short": buy(shopify, sku=SHORT, quantity=1, payment="card"),
        "patient": buy(rakuten, sku=SHORT, quantity=1, payment=1),
        "refused": buy(rakuten, sku="STN01", quantity=2, payment=1),
        "cod": buy(rakuten, sku="BAG02", quantity=1, payment=2),
    }


def tidy_history(post, get, malls, now):
    """What was paid late long ago left long ago, too."""
    limit = now - timedelta(days=_SHIPPED_DAYS)
    url = malls["rakuten"]["url"]
    for row in get(url, "orders"):
        if row["state"] == 300 and row["created"] < limit.isoformat():
            for event in ("ship", "report_shipped"):
                post(url, f"orders/{row['ref']}/{event}", {})


def set_up_shipping(env):
    """Carriers by rule, frozen goods, letter-box goods; the malls' delivery methods assigned."""
    by_code = {p.default_code: p.product_tmpl_id for p in env["product.product"].search([])}
    for sku in catalog.skus():
        product = by_code[sku.code]
        product.ec_cool = "frozen" if sku.item.temperature == catalog.FROZEN else "none"
        product.ec_fits_mail = sku.item.category == "文具"
    for carrier in env["delivery.carrier"].search([("ec_carrier_code", "in", list(CONTRACTS))]):
        carrier.write(CONTRACTS[carrier.ec_carrier_code])
    carriers = {
        key: env.ref(f"ec_shipping_jp.carrier_{key}")
        for key in ("yamato", "yamato_mail", "sagawa", "japanpost")
    }
    env["ec.carrier.rule"].create(
        [
            {"name": "文具はネコポス", "sequence": 10, "mail_only": True, "cod": "no",
             "has_wish_date": "no", "carrier_id": carriers["yamato_mail"].id},
            {"name": "沖縄県はゆうパック", "sequence": 20, "cool": "none",
             "state_ids": [(6, 0, env.ref("base.state_jp_jp-47").ids)],
             "carrier_id": carriers["japanpost"].id},
            {"name": "5点以上は飛脚宅配便", "sequence": 30, "max_amount": 0, "min_quantity": 5,
             "cool": "none", "carrier_id": carriers["sagawa"].id},
            {"name": "そのほかは宅急便", "sequence": 90, "carrier_id": carriers["yamato"].id},
        ]
    )  # fmt: skip
    return carriers


def set_up_days(env):
    """The shop ships on every day, so that a visitor of a weekend sees work, too."""
    calendars = env["ec.shipping.calendar"]
    values = dict.fromkeys(("saturday", "sunday", "open_on_holidays"), True)
    values |= {"name": "年中無休", "cutoff": 24.0}
    first = calendars.search([("company_id", "=", env.company.id)], limit=1)
    first.write(values) if first else calendars.create(values)


def assign_deliveries(env, carriers):
    """The manager has assigned the malls' delivery methods, except the newest one."""
    words = {"ゆうパック": "japanpost", "国際": None}
    for mapping in env["ec.mapping"].search([("kind", "=", "delivery"), ("state", "=", "open")]):
        label = mapping.mall_label or mapping.mall_value
        key = next((key for word, key in words.items() if word in label), "yamato")
        if key:
            mapping.carrier_id = carriers[key]


def set_up_stock(env, channels):
    """Two stock rules, so that the preview has something to explain; parcels may be shared."""
    for channel in channels.values():
        channel.merge_policy = "all"
    env["ec.stock.rule"].create(
        [
            {"channel_id": channels["rakuten"].id, "buffer": 2,
             "categ_id": env["product.category"].search([("name", "=", "うつわ")], limit=1).id},
            {"channel_id": channels["shopify"].id, "cap": 20,
             "categ_id": env["product.category"].search([("name", "=", "文具")], limit=1).id},
        ]
    )  # fmt: skip


def set_up_mails(env, channels):
    """Senders of the shops. The mails are only decided, not sent: a demo writes to nobody."""
    server = env["ir.mail_server"].create(
        {"name": "デモ用（実在しないサーバー）", "smtp_host": "127.0.0.1", "smtp_port": 2525}
    )
    for provider, channel in channels.items():
        channel.write(
            {
                "ec_mail_server_id": server.id,
                "ec_mail_from": f"{provider}@sakuranoki.example",
                "ec_mail_sender": channel.name,
                "ec_mail_signature": "さくらのき商店 受注担当\n平日 10:00～17:00",
                "ec_mail_bank_account": "例示銀行 架空支店 普通 0000000 サクラノキショウテン",
            }
        )


def work(env, channels, refs):
    """What the people of the shop have done by now."""
    orders = env["sale.order"].search([("ec_channel_id", "!=", False)])
    by_ref = {order.ec_order_ref: order for order in orders}
    story = env["sale.order"].union(*(by_ref[ref] for ref in refs.values() if ref in by_ref))
    env["stock.picking"].search([("state", "in", ("assigned", "confirmed"))])._ec_decide()
    ready = orders.filtered(lambda o: o.ec_stage == "ready").sorted("ec_ordered_at")
    ready -= story
    _ship(env, ready[:4] | by_ref[refs["cod"]] | by_ref[refs["refused"]])
    _ship(env, ready[4:6], numbers=False)
    _prepare(env, ready[6:11])
    checks = orders.ec_open_check_ids.filtered(lambda check: check.code == "remarks")
    checks[:2].with_user(env.ref("base.user_admin"))._clear(note="メールで返信済み")
    patient = by_ref[refs["patient"]]
    if patient.ec_open_check_ids.filtered(lambda check: check.code == "stock_short"):
        env["ec.order.short"].create({"order_id": patient.id, "choice": "wait"}).action_apply()
    env["ec.merge"].action_suggest()


def _ship(env, orders, numbers=True):
    """Label printed, goods gone; without numbers the mall cannot be told yet."""
    pickings = orders.picking_ids.filtered(lambda p: p.state == "assigned")
    for at, picking in enumerate(pickings):
        if numbers:
            picking._ec_set_parcels([_slip(4000_0000_000 + 37 * picking.id + at)])
            picking._ec_parcels_changed()
    pickings._ec_tick("picked")
    pickings._ec_tick("packed")
    pickings._ec_validate_ready(pickings)


def _slip(number):
    """A slip number of the usual form: eleven digits and their remainder by seven."""
    return f"{number:011d}{number % 7}"


def _prepare(env, orders):
    """A batch is on its way through the shelves; some of it is picked already."""
    pickings = orders.picking_ids.filtered(lambda p: p.state == "assigned")
    wizard = env["ec.batch.build"].create(
        {
            "picking_ids": [(6, 0, pickings.ids)],
            "by_carrier": False,
            "by_cool": False,
            "by_single": False,
            "user_id": env["res.users"].search([("login", "=", "shukka")]).id,
        }
    )
    wizard.action_build()
    pickings[:3]._ec_tick("picked")


def break_shelf(env):
    """The last pots are broken: what was bought of them waits."""
    product = env["product.product"].search([("default_code", "=", SHORT)])
    quants = env["stock.quant"].search(
        [("product_id", "=", product.id), ("location_id.usage", "=", "internal")]
    )
    quants.with_context(inventory_mode=True).write({"inventory_quantity": 0})
    quants.action_apply_inventory()


def meddle(post, malls, channels, refs):
    """Somebody works in the malls' own screens: an order is cancelled, a figure of stock changed.

    Our report of that order's parcel is refused; the figure shows as a difference.
    """
    post(malls["rakuten"]["url"], f"orders/{refs['refused']}/rakuten_cancel", {})
    for provider, channel in channels.items():
        channel.action_push_shipments()
        channel.action_push_stock()
        items = {item["sku"]: item for item in catalog.mall_items()}
        for sku in _untouched(channel, items):
            item = {k: v for k, v in items[sku.sku_code].items() if k != "image_png_base64"}
            post(malls[provider]["url"], "items", [item | {"stock": 3}])
        channel.action_verify_stock()


def _untouched(channel, items):
    """A listed SKU nobody has ordered these days, so that its difference is no sale."""
    skus = channel.env["ec.listing.sku"].search(
        [("channel_id", "=", channel.id), ("product_id", "!=", False)]
    )
    lately = datetime.now() - timedelta(days=7)
    sold = channel.env["sale.order.line"].search(
        [("order_id.ec_channel_id", "=", channel.id), ("order_id.ec_ordered_at", ">", lately)]
    )
    skus = skus.filtered(lambda sku: sku.product_id not in sold.product_id)
    return skus.filtered(lambda sku: sku.qty_sent > 3 and sku.sku_code in items)[:1]
