"""How the kinds of rules find their orders. A fixed number of queries whatever the number."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ..lib import address_check


class EcCheckRule(models.Model):
    _inherit = "ec.check.rule"

    def _match(self, orders):
        """Return {order: detail} of those of ``orders`` that the rule catches."""
        self.ensure_one()
        domain = self._get_order_domain()
        if self.target == "order":
            orders = orders.filtered_domain(domain)
        else:
            orders = orders.search(Domain("id", "in", orders.ids) & domain)
        return getattr(self, f"_find_{self.kind}")(orders) if orders else {}

    def _find_plain(self, orders):
        return dict.fromkeys(orders, "")

    def _find_fact(self, orders):
        checks = self.env["ec.order.check"].search(
            [("order_id", "in", orders.ids), ("code", "=", self.fact_code)]
        )
        return {check.order_id: check.detail or "" for check in checks}

    def _find_first_order(self, orders):
        """Orders of customers who have none before; buyers without data are nobody's first."""
        partners = orders.partner_id - orders.ec_channel_id.anonymous_partner_id
        first = dict(
            self.env["sale.order"]._read_group(
                [("partner_id", "in", partners.ids), ("state", "!=", "cancel")],
                ["partner_id"],
                ["id:min"],
            )
        )
        return {order: "" for order in orders if first.get(order.partner_id) == order.id}

    def _find_duplicate(self, orders):
        """Same customer, same goods and quantities, within days; the later one is suspected."""
        anonymous = orders.ec_channel_id.anonymous_partner_id
        days = timedelta(days=max(self.days, 1))
        moments = [moment for moment in orders.mapped("ec_ordered_at") if moment]
        if not moments:
            return {}
        around = self.env["sale.order"].search(
            [
                ("partner_id", "in", (orders.partner_id - anonymous).ids),
                ("state", "!=", "cancel"),
                ("ec_ordered_at", ">=", min(moments) - days),
                ("ec_ordered_at", "<=", max(moments)),
            ]
        )
        alike = around.grouped(lambda order: (order.partner_id, self._get_goods(order)))
        found = {}
        for order in orders:
            goods = self._get_goods(order)
            for other in alike.get((order.partner_id, goods), ()) if goods else ():
                before = (other.ec_ordered_at, other.id) < (order.ec_ordered_at, order.id)
                if before and order.ec_ordered_at - other.ec_ordered_at <= days:
                    found[order] = other.ec_order_number or other.name
        return found

    @api.model
    def _get_goods(self, order):
        """Return what makes two orders look alike; empty where nothing does.

        Goods that are not matched yet all stand on one product: their code at the mall tells them
        apart.
        """
        goods = {}
        for line in order.order_line:
            unknown = line.ec_line_kind == "unknown"
            if unknown or line.product_id.type == "consu":
                key = (line.ec_sku_code or line.name) if unknown else line.product_id.id
                goods[key] = goods.get(key, 0) + line.product_uom_qty
        return frozenset(goods.items())

    def _find_wish(self, orders):
        found = {}
        for order in orders.filtered("ec_wish_date"):
            earliest = self._get_earliest_arrival(order)
            if order.ec_wish_date < earliest:
                found[order] = fields.Date.to_string(order.ec_wish_date).replace("-", "/")
        return found

    def _get_earliest_arrival(self, order):
        """Return the first day on which a parcel sent now can arrive. Carriers' modules know
        better."""
        return order.company_id._ec_today() + timedelta(days=self.days)

    # === ADDRESS === #

    def _find_address(self, orders):
        found = {}
        for order in orders:
            text = self._describe_address(order.partner_shipping_id)
            if text and not order.ec_check_ids.filtered(
                lambda check: (
                    check.state == "open"
                    and check.code in ("gift_address_missing", "personal_data_missing")
                )
            ):
                found[order] = text
        return found

    @api.model
    def _describe_address(self, partner):
        """Return what looks wrong in an address, '' for nothing; no personal data."""
        if partner.country_id.code not in (False, "JP") or not (partner.zip or partner.street):
            return ""
        state = partner.state_id.with_context(lang="ja_JP").name or ""
        texts = self._get_finding_texts()
        findings = address_check.check_address(
            partner.zip, state, partner.city, partner.street, partner.street2
        )
        return ", ".join(f"{texts[finding.code]} {finding.value}".strip() for finding in findings)

    @api.model
    def _get_finding_texts(self):
        return {
            address_check.ZIP_UNKNOWN: self.env._("unknown postcode"),
            address_check.MISMATCH: self.env._("postcode and address differ, postcode means"),
            address_check.NO_NUMBER: self.env._("house number missing"),
            address_check.NO_ROOM: self.env._("room number missing"),
            address_check.UNPRINTABLE: self.env._("cannot be printed:"),
        }
