"""Quantities a mall refused, in the error inbox: one document per SKU."""

import json

from odoo import api, fields, models

from ..lib.errors import EcError


class EcExchange(models.Model):
    _inherit = "ec.exchange"

    @api.model
    def _stock_errors(self, channel, refused):
        """Put refused SKUs into the inbox, or bring what is there up to date; one statement.

        :param list refused: (sku id, error)
        """
        skus = self.env["ec.listing.sku"].browse([sku_id for sku_id, _error in refused])
        rows = [
            self._stock_error_row(channel, sku, error)
            for sku, (_sku_id, error) in zip(skus, refused, strict=True)
        ]
        self.env.cr.execute(
            """
            INSERT INTO ec_exchange AS e
                   (channel_id, direction, kind, external_ref, idempotency_key, payload, state,
                    priority, attempt_count, received_at, failed_at, res_model, res_id, error_kind,
                    error_reason, error_params, error_detail, error_request_id,
                    create_uid, create_date, write_uid, write_date)
            SELECT %(channel)s, 'out', 'stock', r.ref, r.key, r.payload, 'failed', 20, 1, %(now)s,
                   %(now)s, 'ec.listing.sku', r.id, r.kind, r.reason, r.params, r.detail, r.request,
                   %(uid)s, %(now)s, %(uid)s, %(now)s
              FROM jsonb_to_recordset(%(rows)s::jsonb)
                   AS r(id int, ref text, key text, payload jsonb, kind text, reason text,
                        params jsonb, detail text, request text)
            ON CONFLICT (idempotency_key) DO UPDATE
               SET state = CASE WHEN e.state = 'ignored' AND e.error_reason = excluded.error_reason
                                THEN 'ignored' ELSE 'failed' END,
                   failed_at = excluded.failed_at, attempt_count = coalesce(e.attempt_count, 0) + 1,
                   next_try_at = NULL, payload = excluded.payload, error_kind = excluded.error_kind,
                   error_reason = excluded.error_reason, error_params = excluded.error_params,
                   error_detail = excluded.error_detail,
                   error_request_id = excluded.error_request_id, write_date = excluded.write_date
            """,
            {
                "channel": channel.id,
                "now": fields.Datetime.now(),
                "uid": self.env.uid,
                "rows": json.dumps(rows),
            },
        )
        self.invalidate_model()

    @api.model
    def _stock_error_row(self, channel, sku, error):
        if not isinstance(error, EcError):
            error = EcError(type(error).__name__)
        ref = f"{sku.listing_id.ref}/{sku.ref}"
        return {
            "id": sku.id,
            "ref": sku.sku_code or ref,
            "key": self._idempotency_key(channel, "out", "stock", ref),
            "payload": {"item_ref": sku.listing_id.ref, "ref": sku.ref},
            "kind": error.kind,
            "reason": error.reason,
            "params": channel._safe_params(error) or None,
            "detail": channel._safe_detail(error),
            "request": error.request_id,
        }

    @api.model
    def _stock_errors_over(self, skus):
        """The mall took the quantity of these SKUs at last: nothing is left to do."""
        self.search(
            [
                ("kind", "=", "stock"),
                ("state", "in", ("failed", "pending", "ignored")),
                ("res_model", "=", "ec.listing.sku"),
                ("res_id", "in", skus.ids),
            ]
        )._done()

    def _send_batch_stock(self):
        """Tried again by a person: the push computes and sends the quantity of today.

        Counts as done; a new refusal opens the document again.
        """
        self.env["ec.listing.sku"].browse(self.mapped("res_id")).exists()._force_send()
        return {}
