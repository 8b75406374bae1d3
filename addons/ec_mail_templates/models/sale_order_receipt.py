"""What the receipt shows beside the order's own fields."""

from odoo import models

from odoo.addons.base.models.ir_actions_report import _wkhtml

#: Two lines that only keep the mall's own discount out of the tax.
_NOT_SHOWN = ("mall_discount", "mall_paid")
#: wkhtmltopdf with unpatched Qt prints everything smaller by this factor.
_UNPATCHED_ZOOM = 1.28


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _ec_receipt_lines(self):
        """Goods, fees and the shop's own discounts."""
        return self.order_line.filtered(
            lambda line: (
                not line.display_type and line.price_total and line.ec_line_kind not in _NOT_SHOWN
            )
        )

    def _ec_receipt_logo(self):
        """The shop's logo for its papers, else the company's; never Odoo's sample."""
        channel = self.ec_channel_id
        logo = channel.ec_note_logo if "ec_note_logo" in channel._fields else False
        company = self.company_id
        return logo or (not company.uses_default_logo and company.logo)

    def _ec_receipt_zoom(self):
        """Make the paper look the same whichever wkhtmltopdf prints it."""
        return 1 if _wkhtml().is_patched_qt else _UNPATCHED_ZOOM
