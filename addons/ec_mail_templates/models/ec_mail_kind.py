from odoo import fields, models

from ..const import EVENTS, ROLES


class EcMailKind(models.Model):
    """A kind of mail a buyer may get for an order, and the event it belongs to."""

    _name = "ec.mail.kind"
    _description = "Kind of mail"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="Short name used by programs. Do not change.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    event = fields.Selection(EVENTS, required=True, default="manual")
    role = fields.Selection(
        ROLES,
        required=True,
        default="transaction",
        help="Follow-ups and advertising only go to buyers whose consent is recorded.",
    )
    needs_tracking = fields.Boolean(
        help="Wait until the delivery has a tracking number, unless a person sends it before."
    )
    only_unpaid = fields.Boolean(
        string="Only while unpaid", help="Not sent any more once the money has arrived."
    )
    only_repeat = fields.Boolean(
        string="Only to returning buyers", help="Not sent to buyers with one order."
    )
    note = fields.Text(translate=True)

    _code_unique = models.Constraint("UNIQUE (code)", "There is a kind of mail with this code.")

    def _default_rule(self):
        """The rule of this kind that would send something."""
        self.ensure_one()
        rules = self.env["ec.mail.rule"].sudo()
        return rules.search([("kind_id", "=", self.id), ("template_id", "!=", False)], limit=1)

    def _default_template(self):
        """The template of this kind where no rule names one."""
        return self._default_rule().template_id

    def button_preview(self):
        """See this mail with a real order."""
        wizard = self.env["ec.mail.preview"].create({"kind_id": self.id})
        return wizard.button_preview() if wizard.order_id else wizard._reopen()
