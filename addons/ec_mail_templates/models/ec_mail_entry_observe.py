"""From facts of orders to mails that are wanted."""

import json
import logging
from datetime import timedelta

import psycopg2

from odoo import api, fields, models

from ..const import PREPAID_ROLES, UNPAID_STATES

_logger = logging.getLogger(__name__)
#: The nightly comparison looks back this far.
SWEEP_DAYS = 60
BATCH = 500


class EcMailEntry(models.Model):
    _inherit = "ec.mail.entry"

    @api.model
    def _cron_mails(self):
        """Body of the scheduled action: look, decide, write, send. One run at a time."""
        with self._alone() as alone:
            if not alone:
                return
            self._give_up_interrupted()
            steps = (self._read_signals, self._decide_due, self._write_due, self._draft_held)
            if all(step() for step in steps):
                self._send_due()
            else:
                self._wake()  # the time of this run is used up

    @api.model
    def _read_signals(self):
        """Look at the orders something happened to.

        :return: whether all have been read
        """
        signals = self.env["ec.mail.signal"].sudo()
        while rows := signals.search([], order="id", limit=BATCH):
            self._observe_safely(rows.order_id)
            ids = tuple(rows.ids)
            self.env.cr.execute("DELETE FROM ec_mail_signal WHERE id IN %s", (ids,))
            left = self.env["ir.cron"]._commit_progress(len(ids))
            self.env.invalidate_all()
            if left <= 0:
                return False
        return True

    @api.model
    def _observe_safely(self, orders):
        """Look at these orders; one that cannot be read keeps no other one waiting."""
        try:
            with self.env.cr.savepoint():
                return self._observe(orders)
        except psycopg2.OperationalError:
            raise  # the whole run is repeated
        except Exception as error:  # noqa: BLE001 - sorted out below, one by one
            self.env.invalidate_all(flush=False)
            if len(orders) == 1:
                _logger.error("mails: order %s cannot be read: %s", orders.id, type(error).__name__)
                return self.browse()
        found = self.browse()
        for order in orders:
            found |= self._observe_safely(order)
        return found

    @api.model
    def _cron_sweep(self):
        """Every night: compare the facts of all recent orders with the ledger."""
        since = fields.Datetime.now() - timedelta(days=SWEEP_DAYS)
        ids = (
            self.env["sale.order"]
            .search([("ec_channel_id", "!=", False), ("date_order", ">=", since)])
            .ids
        )
        for start in range(0, len(ids), BATCH):
            self._observe_safely(self.env["sale.order"].browse(ids[start : start + BATCH]))
            self.env["ir.cron"]._commit_progress(0)
            self.env.invalidate_all()
        self._wake()

    @api.model
    def _observe(self, orders):
        """Enter what the facts of ``orders`` call for, decide on it and on what waits.

        :return: new entries
        """
        orders = orders.sudo().filtered("ec_channel_id")
        if not orders:
            return self.browse()
        new = self.browse(self._enter(self._facts(orders)))
        open_ones = self.search(
            [("order_id", "in", orders.ids), ("state", "in", ("wanted", "waiting", "missing"))]
        )
        (new | open_ones)._decide()
        return new

    def _for_readers(self):
        """The entry in the language of the shop's people: a scheduled action has none."""
        if self.env.context.get("lang"):
            return self
        return self.with_context(lang=self.channel_id._working().env.lang)

    @api.model
    def _facts(self, orders):
        """Events of orders: rows (order, event, key, moment, picking)."""
        rows = []
        for order in orders:
            rows += [(order, *fact) for fact in self._order_facts(order)]
            rows += [(order, *fact) for fact in self._delivery_facts(order)]
        return rows

    @api.model
    def _order_facts(self, order):
        none = self.env["stock.picking"]
        placed = order.ec_ordered_at or order.date_order or order.create_date
        now = fields.Datetime.now()
        prepaid = order.ec_payment_role in PREPAID_ROLES
        if order.state == "cancel":
            yield "cancelled", "-", now, none
        else:
            yield "received", "-", placed, none
            if prepaid and order.ec_payment_state in UNPAID_STATES:
                yield "payment_due", "-", placed, none
            if order.ec_stage == "stock":
                yield "waiting_stock", "-", now, none
            promised = self._promised_day(order)
            if promised and self._is_late(order, promised):
                yield "late", "-", now, none
        if prepaid and order.ec_payment_state == "paid":
            yield "paid", "-", order.ec_paid_at or now, none
        if order.ec_payment_state == "refunded":
            yield "refunded", "-", now, none
        elif order.ec_refunded > 0:  # each further part is an event of its own
            yield "refunded", f"part:{order.ec_refunded:.15g}", now, none

    @api.model
    def _promised_day(self, order):
        """The day the buyer counts on, on the shop's clock: of what has not left yet."""
        if order.commitment_date:
            return order.company_id._ec_local(order.commitment_date).date()
        open_ones = order.picking_ids.filtered(
            lambda p: p.state not in ("done", "cancel") and p.picking_type_code == "outgoing"
        )
        days = [day for day in open_ones.mapped("ec_wish_date") if day]
        return min(days) if days else order.ec_wish_date

    @api.model
    def _is_late(self, order, promised):
        today = order.company_id._ec_today()
        return (
            order.state == "sale"
            and order.ec_stage not in ("shipped", "done")
            and (promised < today)
        )

    @api.model
    def _delivery_facts(self, order):
        gone = order.picking_ids.filtered(
            lambda picking: picking.state == "done" and picking.picking_type_code == "outgoing"
        )
        for picking in gone:
            yield "shipped", f"picking:{picking.id}", picking.date_done, picking
        if gone and order.ec_stage in ("shipped", "done"):
            yield "completed", "-", max(gone.mapped("date_done")), self.env["stock.picking"]

    @api.model
    def _enter(self, facts):
        """Insert the missing rows of the ledger, in one statement.

        :return: ids of the new ones
        """
        by_event = {}
        for kind in self.env["ec.mail.kind"].sudo().search([("event", "!=", "manual")]):
            by_event.setdefault(kind.event, []).append(kind)
        rows = [
            {
                "order_id": order.id,
                "channel_id": order.ec_channel_id.id,
                "company_id": order.ec_channel_id.company_id.id,
                "kind_id": kind.id,
                "role": kind.role,
                "event_key": key,
                "event_at": str(moment),
                "picking_id": picking.id or None,
            }
            for order, event, key, moment, picking in facts
            for kind in by_event.get(event, ())
        ]
        if not rows:
            return []
        self.env.cr.execute(
            """
            INSERT INTO ec_mail_entry (
                order_id, channel_id, company_id, kind_id, role, event_key, event_at, picking_id,
                state, attempts, create_uid, write_uid, create_date, write_date)
            SELECT r.*, 'wanted', 0, %s, %s, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
              FROM jsonb_to_recordset(%s::jsonb) AS r(
                order_id int, channel_id int, company_id int, kind_id int, role text,
                event_key text, event_at timestamp, picking_id int)
            ON CONFLICT (order_id, kind_id, event_key) DO NOTHING
            RETURNING id
            """,
            (self.env.uid, self.env.uid, json.dumps(rows)),
        )
        ids = [row[0] for row in self.env.cr.fetchall()]
        self.env["sale.order"].invalidate_model(["ec_mail_entry_ids"])
        return ids
