"""What the mall has to hear of an order: what is owed, and changes made here only."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from .ec_exchange_told import CODE, TOLD_KINDS


class SaleOrder(models.Model):
    _inherit = "sale.order"

    ec_needs_confirm = fields.Boolean(string="Mall awaits confirmation", copy=False, readonly=True)
    ec_confirm_by = fields.Datetime(
        string="Confirm by",
        copy=False,
        readonly=True,
        help="Not confirmed until then: the mall cancels the order by itself.",
    )
    ec_mall_sub_status = fields.Char(string="Shop's status at the mall", copy=False, readonly=True)
    ec_status_told = fields.Char(copy=False, readonly=True)
    ec_refunded = fields.Monetary(string="Refunded from here", copy=False, readonly=True)
    ec_untold = fields.Char(compute="_compute_ec_untold", string="Mall not told yet")

    _ec_confirm_idx = models.Index("(ec_confirm_by) WHERE ec_confirm_by IS NOT NULL")

    # === WHAT IS OWED === #

    def _ec_owed(self, kind=None):
        """Return what the malls still have to hear of these orders."""
        return (
            self.env["ec.exchange"]
            .sudo()
            .search(
                [
                    ("res_model", "=", "sale.order"),
                    ("res_id", "in", self.ids),
                    ("direction", "=", "out"),
                    ("kind", "in", [kind] if kind else TOLD_KINDS),
                    ("state", "in", ("pending", "failed")),
                ]
            )
        )

    def _ec_mall_tells(self, event):
        """Whether the mall shall write to the buyer by itself of this event (``shipped``,
        ``cancelled``, ``refunded``); mails of ours say otherwise by their rules."""
        self.ensure_one()
        return False

    def _ec_owes(self, kind):
        return bool(self._ec_owed(kind))

    def _compute_ec_untold(self):
        owed = self._ec_owed().grouped("res_id") if self.ids else {}
        kinds = dict(self.env["ec.exchange"]._fields["kind"]._description_selection(self.env))
        for order in self:
            rows = owed.get(order.id or order._origin.id, ())
            order.ec_untold = ", ".join(dict.fromkeys(kinds[row.kind] for row in rows)) or False

    def action_ec_open_owed(self):
        """Show what the mall has not taken yet, with the reason and the button to try again."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Mall not told yet"),
            "res_model": "ec.exchange",
            "view_mode": "list,form",
            # Lists: the export of terms takes texts of tuples for terms.
            "domain": [
                ["res_model", "=", "sale.order"],
                ["res_id", "=", self.id],
                ["direction", "=", "out"],
                ["kind", "in", list(TOLD_KINDS)],
                ["state", "!=", "done"],
            ],
        }

    def _ec_get_stage(self):
        """A cancelled order on which mall and Odoo do not agree, or whose parcel has to be stopped,
        is no finished one."""
        stage = super()._ec_get_stage()
        if stage == "cancel" and self.ec_open_check_count:
            codes = set(self.ec_check_ids.filtered(lambda c: c.state == "open").mapped("code"))
            if codes & {CODE, "changed_upstream", "cancel_requested"}:
                return "check"
        return stage

    # === CHANGED HERE ONLY === #

    def _ec_note_change(self, what):
        """Say on these orders that the mall does not know of ``what`` that was changed here."""
        for order in self:
            self.env["ec.order.check"].sudo()._open(
                order, CODE, self.env._("%s: changed here only", what)
            )

    @api.onchange("partner_shipping_id")
    def _onchange_ec_destination(self):
        """Say on the spot that the mall does not hear of it this way."""
        if self.ec_order_ref and self._origin.partner_shipping_id != self.partner_shipping_id:
            return {"warning": self._ec_only_here_warning()}
        return None

    def _ec_only_here_warning(self):
        return {
            "title": self.env._("The mall does not hear of this"),
            "message": self.env._(
                "What is changed here stays here. To tell the mall as well, use “Change, also at "
                "the mall” under Actions."
            ),
        }

    def write(self, vals):
        news = self.browse()
        if "partner_shipping_id" in vals and not self.env.context.get("ec_from_mall"):
            news = self.filtered(
                lambda order: (
                    order.ec_order_ref
                    and order.state == "sale"
                    and order.partner_shipping_id.id != vals["partner_shipping_id"]
                )
            )
        result = super().write(vals)
        if news:
            news._ec_note_change(self.env._("Delivery address"))
        return result

    # === CHANGED HERE AND AT THE MALL === #

    def action_ec_edit(self):
        """Ask for a new address or new quantities."""
        self.ensure_one()
        return self.env["ec.order.edit"]._open_for(self)

    def action_ec_refund(self):
        """Ask what is paid back to the buyer."""
        self.ensure_one()
        return self.env["ec.order.refund"]._open_for(self)

    def _ec_check_of_mall(self):
        """:raise UserError: the order came from no mall"""
        if not self.ec_order_ref:
            raise UserError(self.env._("This order was written here; no mall knows it."))

    def _ec_manual_steps(self, what):
        """Return how a person does ``what`` in the mall's own screens, or None."""
        adapter = self.ec_channel_id._adapter_or_none()
        return adapter._manual_steps(self.ec_channel_id, what) if adapter is not None else None

    # === CONFIRMING AT THE MALL === #

    def action_ec_confirm_at_mall(self):
        """Tell the malls that these orders are accepted."""
        self.check_access("write")
        orders = self.filtered(lambda order: order.ec_needs_confirm and order.state == "sale")
        for channel, group in orders.grouped("ec_channel_id").items():
            rows = [(order.ec_order_ref, {"ref": order.ec_order_ref}, order) for order in group]
            self.env["ec.exchange"].sudo()._owe_batch(channel.sudo(), "confirm", rows)
        orders._ec_owed("confirm").filtered("error_kind")._requeue()
        left = len(self - orders)
        message = self.env._("%s orders are being confirmed at the mall.", len(orders))
        if left:
            message += " " + self.env._("%s do not wait for a confirmation.", left)
        kind = "success" if orders else "warning"
        return self.env["ec.exchange"]._notify_client(message, kind=kind)
