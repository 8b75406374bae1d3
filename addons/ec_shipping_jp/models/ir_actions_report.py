from odoo import models

from ..lib.barcode import code128_data_uri


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    def _get_rendering_context(self, report, docids, data):
        """Let our papers draw barcodes by themselves: no graphics library, no HTTP per image."""
        values = super()._get_rendering_context(report, docids, data)
        if (report.report_name or "").startswith("ec_shipping_jp."):
            values["ec_barcode"] = code128_data_uri
        return values
