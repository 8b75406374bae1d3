"""Completeness: the orders of a time, counted here and at the mall."""

from datetime import timedelta

from odoo import api, fields, models

#: A minute old order may still be on its way: it is counted the next time.
SETTLE = timedelta(minutes=5)
#: Orders not fetched for so long, for whatever reason, are counted once they are.
GAP = timedelta(minutes=30)
KEEP_DAYS = 90


class EcOrderCount(models.Model):
    """One count. Orders the mall has and we had not are fetched at once and named here."""

    _name = "ec.order.count"
    _description = "Count of orders"
    _order = "end_at desc, id desc"

    channel_id = fields.Many2one(
        "ec.channel", string="Shop", required=True, ondelete="cascade", index=True, readonly=True
    )
    company_id = fields.Many2one(
        related="channel_id.company_id", store=True, index=True, precompute=True
    )
    channel_color = fields.Integer(related="channel_id.color")
    start_at = fields.Datetime(string="From", required=True, readonly=True)
    end_at = fields.Datetime(string="Until", required=True, readonly=True)
    mall_count = fields.Integer(string="At the mall", readonly=True)
    own_count = fields.Integer(string="Here", readonly=True)
    missing_count = fields.Integer(string="Were missing", readonly=True)
    fetched_count = fields.Integer(string="Fetched now", readonly=True)
    missing_refs = fields.Text(string="Mall's numbers", readonly=True)
    complete = fields.Boolean(readonly=True)

    @api.autovacuum
    def _gc_old(self):
        limit = fields.Datetime.subtract(fields.Datetime.now(), days=KEEP_DAYS)
        self.search([("end_at", "<", limit)]).unlink()


class EcChannel(models.Model):
    _inherit = "ec.channel"

    order_count_ids = fields.One2many("ec.order.count", "channel_id")

    @api.model
    def _operations(self):
        spec = super()._operations()
        spec["count_orders"] = {
            "method": "action_count_orders",
            "states": spec["pull_orders"]["states"],
            "interval": (1, "days"),
            "hour": 19,
            "on_request": True,
        }
        return spec

    @api.model
    def _operation_labels(self):
        return {**super()._operation_labels(), "count_orders": self.env._("Count orders")}

    def action_count_orders(self):
        """Count the orders of the last two days, or since a longer gap, on both sides now."""
        for channel in self._runnable("count_orders"):
            with channel._guard("count_orders") as go:
                if go:
                    channel._count_orders()
        return True

    def _note_success(self, op, **vals):
        """After a failure of fetching, a pause or a key that had ended nobody should have to wonder
        whether orders are missing."""
        gap = op == "pull_orders" and self._had_gap(self._operation(op))
        result = super()._note_success(op, **vals)
        if gap:
            self._trigger_op("count_orders")
        return result

    def _had_gap(self, row):
        """Whether the run before this one failed, or was longer ago than usual."""
        usual = max(GAP, 2 * timedelta(seconds=self.pull_seconds))
        last = row.succeeded_at
        return bool(row.failure_count or (last and last < fields.Datetime.now() - usual))

    def _count_from(self, end):
        """When the counted time begins: two days ago, or before the last complete count."""
        last = self.env["ec.order.count"].search(
            [("channel_id", "=", self.id), ("complete", "=", True)], limit=1
        )
        start = end - timedelta(days=2)
        if last:
            start = max(min(start, last.end_at - timedelta(hours=1)), end - timedelta(days=30))
        return max(start, self.import_from) if self.import_from else start

    def _count_orders(self):
        end = fields.Datetime.now() - SETTLE
        start = self._count_from(end)
        if start >= end:
            return
        adapter = self._adapter()
        self._commit()  # nothing is open while the mall works
        refs = adapter._list_order_refs(self, start, end)
        if refs is None:
            return
        refs = set(refs)
        known = self._known_order_refs(refs)
        missing = sorted(refs - known)
        documents = adapter._fetch_orders(self, missing) if missing else []
        exchanges = self.env["ec.exchange"]
        if documents:
            exchanges = exchanges._store_documents(self, "order", documents)
            self._trigger_op("process_exchanges")
        self.env["ec.order.count"].create(
            {
                "channel_id": self.id,
                "start_at": start,
                "end_at": end,
                "mall_count": len(refs),
                "own_count": len(known),
                "missing_count": len(missing),
                "fetched_count": len(exchanges),
                "missing_refs": "\n".join(missing[:200]),
                "complete": len(documents) == len(missing),
            }
        )
        self._commit(processed=len(refs))

    def _known_order_refs(self, refs):
        """Those of ``refs`` whose document is here, whatever became of it."""
        rows = (
            self.env["ec.exchange"]
            .sudo()
            ._read_group(
                [
                    ("channel_id", "=", self.id),
                    ("direction", "=", "in"),
                    ("kind", "=", "order"),
                    ("external_ref", "in", list(refs)),
                ],
                ["external_ref"],
            )
        )
        return {row[0] for row in rows}
