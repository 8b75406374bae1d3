"""Builds the fictional shop in an Odoo database: company, staff, shelves, goods, channels.

Runs inside an Odoo shell (``env`` is passed in). Every step may be repeated: what exists is kept.
"""

from . import catalog, pictures

COMPANY = "さくらのき商店株式会社"

#: login → (name, groups by xml id)
STAFF = {
    "juchu": ("受注担当 春野ひかり", ["ec_unified.group_ec_clerk"]),
    "shukka": ("出荷担当 夏木つばさ", ["ec_unified.group_ec_clerk", "stock.group_stock_user"]),
    "kanri": (
        "管理者 秋山しおり",
        [
            "ec_unified.group_ec_manager",
            "stock.group_stock_manager",
            "sales_team.group_sale_manager",
            "account.group_account_manager",
            "base.group_system",
        ],
    ),
}
#: Only ever used on the demo's own machine and printed by ``make demo``.
PASSWORDS = {"juchu": "juchu-demo", "shukka": "shukka-demo", "kanri": "kanri-demo"}


def build_company(env):
    """Name, address and language of the company; Japanese accounts and yen."""
    env["res.lang"]._activate_lang("ja_JP")
    company = env.company
    company.write(
        {
            "name": COMPANY,
            "street": "架空町1-2-3",
            "city": "千代田区",
            "zip": "100-0000",
            "state_id": env.ref("base.state_jp_jp-13").id,
            "country_id": env.ref("base.jp").id,
            "phone": "03-0000-0000",
            "email": "shop@sakuranoki.example",
        }
    )
    env.ref("base.user_admin").write({"lang": "ja_JP", "tz": "Asia/Tokyo"})
    company.partner_id.lang = "ja_JP"
    return company


def build_staff(env):
    """The three people of the demo, each with the rights of the job. :rtype: dict[str, record]"""
    users = {}
    for login, (name, groups) in STAFF.items():
        user = env["res.users"].with_context(active_test=False).search([("login", "=", login)])
        if not user:
            user = (
                env["res.users"]
                .with_context(no_reset_password=True)
                .create(
                    {
                        "name": name,
                        "login": login,
                        "password": PASSWORDS[login],
                        "email": f"{login}@sakuranoki.example",
                        "lang": "ja_JP",
                        "tz": "Asia/Tokyo",
                        "group_ids": [(4, env.ref(group).id) for group in groups],
                    }
                )
            )
        users[login] = user
    return users


def build_shelves(env):
    """One location per shelf of the catalogue. :rtype: dict[str, record]"""
    env["res.config.settings"].create({"group_stock_multi_locations": True}).execute()
    warehouse = env["stock.warehouse"].search([("company_id", "=", env.company.id)], limit=1)
    warehouse.name = "本社倉庫"
    stock = warehouse.lot_stock_id
    shelves = {}
    for name in sorted({item.shelf for item in catalog.ITEMS}):
        shelf = env["stock.location"].search(
            [("name", "=", name), ("location_id", "=", stock.id)], limit=1
        )
        shelves[name] = shelf or env["stock.location"].create(
            {"name": name, "location_id": stock.id, "usage": "internal"}
        )
    return shelves


def build_products(env, *, with_pictures=True):
    """Every item as a product, options as real variants. :rtype: dict[str, product.product]"""
    categories = _categories(env)
    found = {
        product.default_code: product
        for product in env["product.product"].search([("default_code", "!=", False)])
    }
    by_item = {}
    for sku in catalog.skus():
        by_item.setdefault(sku.item.code, []).append(sku)
    for skus in by_item.values():
        if skus[0].code not in found:
            found.update(_create_item(env, skus, categories, with_pictures))
    return found


def _categories(env):
    names = {item.category for item in catalog.ITEMS}
    existing = {c.name: c for c in env["product.category"].search([("name", "in", list(names))])}
    for name in sorted(names - existing.keys()):
        existing[name] = env["product.category"].create({"name": name})
    return existing


def _create_item(env, skus, categories, with_pictures):
    item = skus[0].item
    taxes = env.company._ec_get_sale_tax(item.tax_rate)
    template = env["product.template"].create(
        {
            "name": item.name,
            "type": "consu",
            "is_storable": True,
            "list_price": item.price,
            "categ_id": categories[item.category].id,
            "taxes_id": [(6, 0, taxes.ids)],
            "image_1920": pictures.draw_base64(item) if with_pictures else False,
            "description_sale": "要冷凍（-18℃以下）"
            if item.temperature == catalog.FROZEN
            else False,
            "attribute_line_ids": [
                (0, 0, _attribute_line(env, name, values)) for name, values in item.options.items()
            ],
        }
    )
    found = {}
    for sku in skus:
        product = template.product_variant_ids.filtered(
            lambda variant, sku=sku: (
                set(sku.option.values())
                == set(variant.product_template_attribute_value_ids.mapped("name"))
            )
        )
        product.write({"default_code": sku.code, "barcode": sku.barcode})
        extra = sku.price - item.price
        if extra:
            product.product_template_attribute_value_ids.price_extra = extra
        found[sku.code] = product
    return found


def _attribute_line(env, name, values):
    Attribute = env["product.attribute"]
    attribute = Attribute.search([("name", "=", name)], limit=1) or Attribute.create({"name": name})
    have = {value.name: value for value in attribute.value_ids}
    for value in values:
        if value not in have:
            have[value] = env["product.attribute.value"].create(
                {"name": value, "attribute_id": attribute.id}
            )
    return {
        "attribute_id": attribute.id,
        "value_ids": [(6, 0, [have[value].id for value in values])],
    }


def fill_shelves(env, products, shelves, quantities=None):
    """Put the goods on their shelves.

    :param dict quantities: pieces by SKU code; default is the catalogue's stock
    """
    Quant = env["stock.quant"].with_context(inventory_mode=True)
    quants = Quant.browse()
    for sku in catalog.skus():
        quantity = sku.stock if quantities is None else quantities[sku.code]
        quants |= Quant.create(
            {
                "product_id": products[sku.code].id,
                "location_id": shelves[sku.item.shelf].id,
                "inventory_quantity": quantity,
            }
        )
    quants.action_apply_inventory()


def connect_channels(env, malls):
    """Create one active channel per simulated mall.

    :param dict malls: provider → ``ec.channel`` values (name, api_url, credentials)
    :rtype: dict[str, record]
    """
    warehouse = env["stock.warehouse"].search([("company_id", "=", env.company.id)], limit=1)
    channels = {}
    for provider, values in malls.items():
        channel = env["ec.channel"].search([("provider", "=", provider)], limit=1)
        channels[provider] = channel or env["ec.channel"].create(
            {
                "provider": provider,
                "warehouse_ids": [(6, 0, warehouse.ids)],
                "auto_confirm": True,
                **values,
            }
        )
    return channels
