from odoo import api, models


class ReportEcCountSheet(models.AbstractModel):
    """One page per shelf: what should lie there, and a field for what does."""

    _name = "report.ec_unified.report_count_sheet"
    _description = "Count sheet by shelf"

    @api.model
    def _get_report_values(self, docids, data=None):
        locations = self.env["stock.location"].browse(docids)
        quants = self.env["stock.quant"].search(
            [
                ("location_id", "child_of", locations.ids),
                ("location_id.usage", "=", "internal"),
                ("quantity", "!=", 0),
            ]
        )
        shelves = quants.grouped("location_id")
        # A shelf asked for by name gets its page also when nothing should lie there.
        for place in locations.filtered(lambda place: place.usage == "internal"):
            if not any(shelf.parent_path.startswith(place.parent_path) for shelf in shelves):
                shelves[place] = quants.browse()
        return {
            "doc_ids": docids,
            "doc_model": "stock.location",
            "shelves": [
                (shelf, shelves[shelf].sorted(lambda q: (q.product_id.default_code or "", q.id)))
                for shelf in sorted(shelves, key=lambda s: s.complete_name)
            ],
        }
