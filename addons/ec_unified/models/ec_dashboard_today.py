"""The day board's clock: what still has to leave today, and until when."""

from odoo import api, models


class EcDashboard(models.AbstractModel):
    _inherit = "ec.dashboard"

    @api.model
    def get_dashboard_data(self):
        data = super().get_dashboard_data()
        # It has a place of its own.
        attention = [card for card in data["attention"] if card["key"] != "ship_today"]
        return {**data, "attention": attention, "today": self._ship_today()}

    @api.model
    def _ship_today(self):
        """What still has to leave today.

        ``rows``: ``key`` opens the deliveries, ``label``, ``count``, ``late`` (should have left
        before today), ``held`` (wait for money, goods or a check), ``until`` (when they are
        fetched, as stored, or False) and ``hour`` (the same as a text on the company's clock).
        ``cutoffs``: ``label``, ``until`` and ``hour`` (orders until then leave today), or
        ``closed`` for shops that do not ship today. Modules that know carriers fill in more.

        :rtype: dict
        """
        spec = self._spec("ship_today")
        if not self.env[spec["model"]].has_access("read"):
            return {"rows": [], "cutoffs": []}
        count = self.env[spec["model"]].search_count(spec["domain"])
        row = {"key": "ship_today", "label": spec["label"], "count": count}
        rows = [{**row, "late": 0, "held": 0, "until": False, "hour": ""}]
        return {"rows": rows, "cutoffs": []}
