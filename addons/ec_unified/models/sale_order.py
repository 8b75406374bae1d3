"""An order of a shop: what the mall says about it, beside what Odoo knows."""

import re

from odoo import api, fields, models

from ..const import PAYMENT_STATES
from .ec_mapping import PAYMENT_ROLES

#: A day such as 2026-11-25(水) or 2026/11/25.
_DAY = re.compile(r"\d{4}[-/]\d{1,2}[-/]\d{1,2}\s*(?:[(（].[)）])?")


class SaleOrder(models.Model):
    _inherit = "sale.order"

    ec_channel_id = fields.Many2one(
        "ec.channel", string="Shop", index="btree_not_null", copy=False, ondelete="restrict"
    )
    ec_channel_color = fields.Integer(related="ec_channel_id.color")
    ec_order_ref = fields.Char(string="Mall order key", copy=False, readonly=True)
    ec_order_number = fields.Char(
        string="Mall order number", copy=False, readonly=True, index="trigram"
    )
    ec_ordered_at = fields.Datetime(string="Ordered at", copy=False, readonly=True)
    ec_exchange_id = fields.Many2one(
        "ec.exchange", string="Document", copy=False, readonly=True, index="btree_not_null"
    )
    ec_source_updated_at = fields.Datetime(copy=False, readonly=True)
    ec_source_digest = fields.Char(copy=False, readonly=True)
    # Marks of what the mall said last: what a clerk corrected since is only overwritten by news.
    ec_lines_digest = fields.Char(copy=False, readonly=True)
    ec_destination_digest = fields.Char(copy=False, readonly=True)
    ec_wishes_digests = fields.Json(copy=False, readonly=True)
    ec_mall_status = fields.Char(string="Mall status code", copy=False, readonly=True)
    ec_mall_status_label = fields.Char(string="Mall status", copy=False, readonly=True)

    # --- Payment ---
    ec_payment_state = fields.Selection(PAYMENT_STATES, string="Payment", copy=False, readonly=True)
    ec_payment_role = fields.Selection(
        PAYMENT_ROLES, string="Payment method", copy=False, readonly=True
    )
    ec_payment_label = fields.Char(string="Payment method at the mall", copy=False, readonly=True)
    ec_payment_due_on = fields.Date(string="Pay by", copy=False, readonly=True)
    ec_paid_at = fields.Datetime(string="Paid at", copy=False, readonly=True)
    ec_may_ship = fields.Boolean(string="Mall allows shipping", copy=False, readonly=True)
    ec_shipped_before = fields.Boolean(
        string="Shipped before it came here",
        copy=False,
        readonly=True,
        help="The goods had left when the order was received: history, nothing moves here.",
    )
    ec_mall_told = fields.Boolean(string="Mall told of shipment", copy=False, readonly=True)

    # --- Money, as the mall says ---
    ec_buyer_total = fields.Monetary(string="Buyer pays", copy=False, readonly=True)
    ec_received = fields.Monetary(
        string="Paid so far",
        copy=False,
        readonly=True,
        help="The part that is there already. The rest is still to come, or paid on delivery.",
    )
    ec_points = fields.Monetary(string="Points used", copy=False, readonly=True)
    ec_mall_coupon = fields.Monetary(string="Mall coupon", copy=False, readonly=True)
    ec_shop_coupon = fields.Monetary(string="Shop coupon", copy=False, readonly=True)
    ec_undecided = fields.Boolean(string="Amounts undecided", copy=False, readonly=True)
    ec_tax_summary = fields.Json(string="Tax per rate", copy=False, readonly=True)

    ec_tax_text = fields.Text(string="Tax at the mall", compute="_compute_ec_tax_text")

    # --- Wishes ---
    ec_delivery_label = fields.Char(string="Delivery method at the mall", copy=False, readonly=True)
    ec_wish_date = fields.Date(string="Wished delivery date", copy=False)
    ec_wish_time_from = fields.Integer(string="Wished from (hour)", copy=False)
    ec_wish_time_to = fields.Integer(string="Wished until (hour)", copy=False)
    ec_wish_text = fields.Char(string="Wished delivery", copy=False)
    ec_wish = fields.Char(string="Delivery wish", compute="_compute_ec_wish")
    ec_remarks = fields.Text(string="Remarks", copy=False)
    ec_is_gift = fields.Boolean(string="Gift order", copy=False)
    ec_noshi = fields.Char(string="Noshi", copy=False)
    ec_gift_message = fields.Text(string="Gift message", copy=False)
    ec_wrapping_text = fields.Char(string="Wrapping", copy=False)
    ec_drop_off = fields.Char(string="Drop-off place", copy=False)
    ec_buyer_email = fields.Char(
        string="Buyer's address for this order",
        copy=False,
        help="Often a forwarding address of the mall, valid for this order only.",
    )
    ec_mall_url = fields.Char(compute="_compute_ec_mall_url", compute_sudo=True)

    _ec_order_ref_unique = models.UniqueIndex(
        "(ec_order_ref, ec_channel_id) WHERE ec_order_ref IS NOT NULL",
        "This order of the shop has already been received.",
    )
    # The whole number: also where the database has no trigrams.
    _ec_order_number_idx = models.Index("(ec_order_number) WHERE ec_order_number IS NOT NULL")

    # === COMPUTES === #

    @api.depends("ec_wish_date", "ec_wish_time_from", "ec_wish_time_to", "ec_wish_text")
    def _compute_ec_wish(self):
        for order in self:
            order.ec_wish = order._ec_wish_words(
                order.ec_wish_date, order.ec_wish_time_from, order.ec_wish_time_to,
                order.ec_wish_text,
            )  # fmt: skip

    def _ec_wish_words(self, day, start, end, text=""):
        """Day and hours of a wish as lists show them; the mall's text where no hours are known."""
        hours = text or ""
        if start or end:
            hours = self.env._("%(start)s–%(end)s h", start=start or "", end=end or "")
        elif hours and day:
            # Some malls repeat the day in their text.
            hours = _DAY.sub("", hours).strip()
        day = fields.Date.to_string(day) if day else ""
        return " ".join(part for part in (day.replace("-", "/"), hours) if part)

    @api.depends("ec_tax_summary")
    def _compute_ec_tax_text(self):
        for order in self:
            order.ec_tax_text = "\n".join(
                self.env._(
                    "%(rate)g%%: %(tax)s of %(total)s",
                    rate=float(row["rate"]) * 100,
                    tax=order.currency_id.format(row["tax"]),
                    total=order.currency_id.format(row["total"]),
                )
                for row in order.ec_tax_summary or []
            )

    @api.depends("ec_channel_id", "ec_order_ref")
    def _compute_ec_mall_url(self):
        for order in self:
            adapter = order.ec_channel_id and order.ec_channel_id._adapter_or_none()
            order.ec_mall_url = (
                adapter._order_url(order.ec_channel_id, order.ec_order_ref)
                if adapter is not None and adapter is not False and order.ec_order_ref
                else False
            )

    # === HOOKS OF SALE === #

    def _prepare_confirmation_values(self):
        """Keep the buyer's time of ordering as the order date."""
        values = super()._prepare_confirmation_values()
        if self and all(order.ec_channel_id for order in self):
            values.pop("date_order", None)
        return values

    def _should_be_locked(self):
        # A locked order cannot take the mall's later changes.
        return not self.ec_channel_id and super()._should_be_locked()

    # === BUTTONS === #

    def action_open_at_mall(self):
        """Open the order in the mall's own administration."""
        self.ensure_one()
        return {"type": "ir.actions.act_url", "url": self.ec_mall_url, "target": "new"}
