"""A Shopify shop: its address, its app, its locations, and how its orders are read."""

import secrets
from datetime import timedelta
from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..lib import const
from ..lib.domain import SHOP_HOST, clean_domain, is_domain
from ..lib.order_parse import ParseSettings
from ..lib.wishes import WishKeys, split_words

#: After a change of the secret the old one may sign notifications for an hour (section 14).
OLD_SECRET_LIFE = timedelta(hours=2)
CREDENTIALS = (
    "shopify_domain", "shopify_client_id", "shopify_client_secret", "shopify_access_token",
    "api_url",
)  # fmt: skip


class EcChannel(models.Model):
    _inherit = "ec.channel"

    provider = fields.Selection(
        selection_add=[("shopify", "Shopify")],
        ondelete={"shopify": lambda channels: channels._on_provider_removed()},
    )
    shopify_domain = fields.Char(
        string="Shopify domain",
        compute="_compute_shopify_domain",
        store=True,
        readonly=False,
        precompute=True,
        help="The shop's name at Shopify, such as my-shop.myshopify.com; not the shop's own "
        "domain.",
    )
    shopify_client_id = fields.Char(
        string="Client ID",
        groups="ec_unified.group_ec_manager",
        copy=False,
        help="Of the app in Shopify's Dev Dashboard, under Settings.",
    )
    shopify_client_secret = fields.Char(
        string="Client secret",
        groups="ec_unified.group_ec_manager",
        copy=False,
        ec_secret=True,
        help="Shown beside the client ID. Also proves that notifications come from Shopify.",
    )
    shopify_access_token = fields.Char(
        string="Access token",
        groups="ec_unified.group_ec_manager",
        copy=False,
        ec_secret=True,
        help="Only for an app created in the shop's own admin before 2026 (shpat_…). It is used "
        "instead of client ID and secret.",
    )
    shopify_old_secret = fields.Char(
        groups="ec_unified.group_ec_manager", copy=False, readonly=True, ec_secret=True
    )
    shopify_old_secret_until = fields.Datetime(
        groups="ec_unified.group_ec_manager", copy=False, readonly=True
    )
    shopify_webhook_token = fields.Char(
        groups="ec_unified.group_ec_manager",
        copy=False,
        readonly=True,
        ec_secret=True,
        index="btree_not_null",
        default=lambda self: secrets.token_urlsafe(24),
    )
    shopify_location_ids = fields.One2many(
        "ec.shopify.location", "channel_id", string="Locations", copy=False
    )
    shopify_wish_date_keys = fields.Char(
        string="Delivery date attributes",
        help="Names of order attributes that hold the wished delivery date, separated by commas; "
        "the common ones are known.",
    )
    shopify_wish_time_keys = fields.Char(string="Delivery time attributes")
    shopify_noshi_keys = fields.Char(string="Noshi attributes")
    shopify_message_keys = fields.Char(string="Gift message attributes")
    shopify_wrapping_keys = fields.Char(string="Wrapping attributes")
    shopify_skip_sources = fields.Char(
        string="Leave out order sources",
        help="Names of sales channels whose orders are not received because they reach Odoo in "
        "another way, separated by commas.",
    )

    # === COMPUTES AND CRUD === #

    @api.depends("api_url")
    def _compute_shopify_domain(self):
        """A shop given by its address alone is known by that; a proxy's address says nothing."""
        for channel in self:
            host = urlsplit(channel.api_url or "").hostname or ""
            if not channel.shopify_domain and host.endswith(SHOP_HOST):
                channel.shopify_domain = host

    @api.depends("shopify_domain")
    def _compute_api_url(self):
        shopify = self.filtered(lambda channel: channel.provider == "shopify")
        result = super(EcChannel, self - shopify)._compute_api_url()
        for channel in shopify:
            given = channel.api_url
            if given and not given.endswith(SHOP_HOST):
                channel.api_url = given  # a proxy or simulator, chosen on purpose
            else:
                domain = channel.shopify_domain
                channel.api_url = f"https://{domain}" if domain else False
        return result

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._shopify_clean(vals) for vals in vals_list])

    def write(self, vals):
        vals = self._shopify_clean(vals)
        if "shopify_client_secret" in vals:
            self._shopify_keep_old_secret(vals["shopify_client_secret"])
        result = super().write(vals)
        if set(CREDENTIALS) & vals.keys():
            self.env["ec.shopify.token"]._forget(self)
        return result

    @api.constrains("shopify_domain")
    def _check_shopify_domain(self):
        for channel in self:
            if channel.shopify_domain and not is_domain(channel.shopify_domain):
                raise ValidationError(
                    self.env._(
                        "“%s” is no Shopify domain. It looks like my-shop.myshopify.com.",
                        channel.shopify_domain,
                    )
                )

    @api.model
    def _shopify_clean(self, vals):
        """What people paste: an address, a bare shop name, blanks around a key."""
        cleaned = dict(vals)
        for name in CREDENTIALS:
            if isinstance(cleaned.get(name), str):
                cleaned[name] = cleaned[name].strip()
        if cleaned.get("shopify_domain"):
            cleaned["shopify_domain"] = clean_domain(cleaned["shopify_domain"])
        return cleaned

    def _shopify_keep_old_secret(self, new):
        for channel in self.sudo():
            old = channel.shopify_client_secret
            if old and old != new:
                channel.write(
                    {
                        "shopify_old_secret": old,
                        "shopify_old_secret_until": fields.Datetime.now() + OLD_SECRET_LIFE,
                    }
                )

    def _missing_for_provider(self):
        missing = super()._missing_for_provider()
        channel = self.sudo()
        if channel.provider != "shopify":
            return missing
        if not channel.api_url:
            missing.append(self._fields["shopify_domain"]._description_string(self.env))
        if channel.shopify_access_token:
            return missing
        for name in ("shopify_client_id", "shopify_client_secret"):
            if not channel[name]:
                missing.append(self._fields[name]._description_string(self.env))
        return missing

    def _secrets(self):
        """The fetched token is as secret as what fetched it."""
        found = super()._secrets()
        if self.provider != "shopify":
            return found
        self.env.cr.execute(
            "SELECT access_token FROM ec_shopify_token WHERE channel_id = %s", (self.id,)
        )
        return (*found, *(row[0] for row in self.env.cr.fetchall() if row[0]))

    # === LOCATIONS === #

    def _keep_report(self, report):
        result = super()._keep_report(report)
        if self.provider == "shopify" and report.places:
            self._shopify_sync_locations(report.places)
        return result

    def _shopify_sync_locations(self, places, choose=False):
        """Make the list of locations what the shop says; warehouses chosen by a person stay.

        :param choose: take the first location also where several warehouses are possible: its
            number is the sum of all of them anyway
        """
        self.ensure_one()
        known = {row.gid: row for row in self.with_context(active_test=False).shopify_location_ids}
        for sequence, (gid, name) in enumerate(places, start=1):
            vals = {"name": name, "active": True}
            if gid in known:
                row = known.pop(gid)
                if row.name != name or not row.active:
                    row.write(vals)
            else:
                self.env["ec.shopify.location"].create(
                    {**vals, "channel_id": self.id, "gid": gid, "sequence": sequence}
                )
        for row in known.values():
            row.active = False
        rows = self.shopify_location_ids
        warehouses = self._stock_warehouses() if choose else self.warehouse_ids
        if rows and not rows.warehouse_id and (choose or len(warehouses) == 1):
            rows.sorted("sequence")[:1].warehouse_id = warehouses[:1]

    def _shopify_stock_locations(self):
        """The locations that stand for this channel's warehouses, the first one shows the stock.

        :return: ``ec.shopify.location``, empty when none is chosen
        """
        self.ensure_one()
        rows = self.sudo().shopify_location_ids.sorted("sequence")
        return rows.filtered(lambda row: row.warehouse_id in self._stock_warehouses())

    def _shopify_own_places(self):
        """Ids of the locations that stand for a warehouse here; other places send by themselves."""
        return self.sudo().shopify_location_ids.filtered("warehouse_id").mapped("gid")

    def _shopify_has_other_places(self):
        """Whether the shop may have goods sent by a place that is none of ours."""
        rows = self.sudo().shopify_location_ids
        return bool(rows.warehouse_id) and not all(row.warehouse_id for row in rows)

    # === READING ORDERS === #

    def _shopify_parse_settings(self):
        """How this shop's orders are read: the usual attribute names and the shop's own."""
        return ParseSettings(
            wish_keys=WishKeys(
                date=(*const.WISH_DATE_KEYS, *split_words(self.shopify_wish_date_keys)),
                time=(*const.WISH_TIME_KEYS, *split_words(self.shopify_wish_time_keys)),
                noshi=(*const.NOSHI_KEYS, *split_words(self.shopify_noshi_keys)),
                message=(*const.MESSAGE_KEYS, *split_words(self.shopify_message_keys)),
                wrapping=(*const.WRAPPING_KEYS, *split_words(self.shopify_wrapping_keys)),
            )
        )
