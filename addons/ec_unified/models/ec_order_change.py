"""One thing that changed at the mall while somebody was working on the order: old beside new."""

from odoo import api, fields, models

#: What changed, in the clerk's words.
FIELDS = [
    ("address", "Delivery address"),
    ("wish", "Wish"),
    ("line", "Line"),
    ("quantity", "Quantity"),
    ("price", "Unit price"),
    ("total", "Total"),
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
            order.with_context(ec_from_mall=True).partner_shipping_id = change.partner_id
            pickings = order.sudo().picking_ids.filtered(
                lambda picking: picking.state not in ("done", "cancel")
            )
            pickings.write({"partner_id": change.partner_id.id})
            change.sudo().state = "applied"
        return True


class EcOrderCheck(models.Model):
    _inherit = "ec.order.check"

    change_ids = fields.One2many("ec.order.change", "check_id", string="Old and new")
