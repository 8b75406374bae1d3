"""One thing that changed at the mall while somebody was working on the order: old beside new."""

from odoo import api, fields, models

#: What changed, in the clerk's words.
FIELDS = [
    ("buyer", "Buyer"),
    ("address", "Delivery address"),
    ("wish", "Wish"),
    ("line", "Line"),
    ("quantity", "Quantity"),
    ("price", "Unit price"),
    ("total", "Total"),
    ("payment", "Payment"),
    ("collect", "Paid on delivery"),
    ("delivery", "Delivery method"),
]


class EcOrderChange(models.Model):
    _name = "ec.order.change"
    _description = "Change at the mall"
    _order = "id"
    _rec_name = "field"

    check_id = fields.Many2one("ec.order.check", required=True, index=True, ondelete="cascade")
    order_id = fields.Many2one(related="check_id.order_id")
    company_id = fields.Many2one(related="check_id.company_id", store=True)
    field = fields.Selection(FIELDS, string="What", required=True)
    name = fields.Char(string="Of", help="The line or wish it is about.")
    old = fields.Char(string="Here")
    new = fields.Char(string="At the mall")
    partner_id = fields.Many2one("res.partner", ondelete="set null")
    line_ids = fields.Many2many("sale.order.line", string="Lines")
    state = fields.Selection(
        [("open", "Different"), ("applied", "Taken over")], required=True, default="open"
    )

    @api.model
    def _sync(self, check, changes):
        """Replace what the check shows; other changes than before open it again.

        :param list[dict] changes: values of this model
        """
        keys = ("field", "name", "old", "new")
        before = [tuple(row[key] or "" for key in keys) for row in check.change_ids]
        after = [tuple(row.get(key) or "" for key in keys) for row in changes]
        if before == after:
            return
        check.change_ids.unlink()
        self.create([{**row, "check_id": check.id} for row in changes])
        if check.state != "open":
            check._reopen(check.detail)

    def action_apply(self):
        """Take the mall's address over, although somebody has begun with the parcel."""
        for change in self.filtered(lambda row: row.state == "open" and row.partner_id):
            order = change.order_id
            order.check_access("write")
            change._redirect(order.with_context(ec_from_mall=True))
            change.sudo().state = "applied"
        return True

    def _redirect(self, order):
        """Send the lines of this change to the mall's address; the order itself, if all of it goes
        there."""
        place, lines = self.partner_id, self.line_ids
        others = order.order_line.filtered("ec_line_ref") - lines
        if not lines or not others.filtered("ec_destination_id"):
            order.partner_shipping_id = place
        elif order.partner_shipping_id in lines.ec_destination_id:
            if order.partner_shipping_id not in others.ec_destination_id:
                order.partner_shipping_id = place
        if others.filtered("ec_destination_id") or lines.ec_destination_id:
            lines.ec_destination_id = place
        order._ec_redirect_deliveries()


class EcOrderCheck(models.Model):
    _inherit = "ec.order.check"

    change_ids = fields.One2many("ec.order.change", "check_id", string="Old and new")
