"""The day board's cards of mails."""

from odoo import api, models
from odoo.fields import Domain


class EcDashboard(models.AbstractModel):
    _inherit = "ec.dashboard"

    @api.model
    def _card_specs(self):
        """Mails that should have gone out, and mails a person has to release."""
        specs = super()._card_specs()
        shared = {
            "model": "ec.mail.entry",
            "date": "due_at",
            "action": "ec_mail_templates.action_ec_mail_entry",
        }
        held = Domain("state", "=", "held")
        return {
            **specs,
            "mail_overdue": {
                **shared,
                "label": self.env._("Mails not gone out"),
                "domain": Domain("is_overdue", "=", True) & ~held,
                "level": "danger",
            },
            "mail_held": {
                **shared,
                "label": self.env._("Mails to release"),
                "domain": held,
                "level": "info",
            },
        }
