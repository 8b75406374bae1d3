"""What our papers need to be printed: barcodes, and the zoom of this wkhtmltopdf."""

from odoo import models

from odoo.addons.base.models.ir_actions_report import _wkhtml

from ..lib.barcode import code128_data_uri

#: wkhtmltopdf with unpatched Qt prints everything smaller by this factor.
_UNPATCHED_ZOOM = 1.28


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    def _get_rendering_context(self, report, docids, data):
        """Let our papers draw barcodes by themselves: no graphics library, no HTTP per image."""
        values = super()._get_rendering_context(report, docids, data)
        if (report.report_name or "").startswith("ec_shipping_jp."):
            values["ec_barcode"] = code128_data_uri
            values["ec_zoom"] = 1 if _wkhtml().is_patched_qt else _UNPATCHED_ZOOM
        return values
