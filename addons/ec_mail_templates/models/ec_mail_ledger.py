"""Data of the matrix order × kind."""

from odoo import api, models
from odoo.fields import Domain

_RANK = (
    "failed", "bounced", "uncertain", "missing", "held", "sending", "queued", "wanted", "waiting",
    "sent", "not_wanted",
)  # fmt: skip


class EcMailLedger(models.AbstractModel):
    _name = "ec.mail.ledger"
    _description = "Mail ledger"

    @api.model
    def get_ledger(self, filters=None, offset=0, limit=40):
        """One page of the matrix, by a fixed number of queries.

        :param dict filters: ``channel_id``, ``kind_id``, ``state`` (a state or ``overdue``),
            ``text``
        :return: columns, rows with one cell per kind, number of rows, counts per filter
        """
        self.env["ec.mail.entry"].check_access("read")
        filters = filters or {}
        domain = self._order_domain(filters)
        orders = self.env["sale.order"].search(
            domain, offset=offset, limit=limit, order="ec_ordered_at desc, id desc"
        )
        kinds = self.env["ec.mail.kind"].search([("active", "=", True)])
        return {
            "kinds": [{"id": kind.id, "name": kind.name} for kind in kinds],
            "rows": self._rows(orders),
            "total": self.env["sale.order"].search_count(domain),
            "counts": self._counts(filters),
            "states": dict(
                self.env["ec.mail.entry"]._fields["state"]._description_selection(self.env)
            ),
            "shops": self.env["ec.channel"].search_read([("active", "=", True)], ["name"]),
        }

    @api.model
    def _entry_domain(self, state):
        if not state:
            return Domain.TRUE
        if state == "overdue":
            return Domain("is_overdue", "=", True)
        return Domain("state", "=", state)

    @api.model
    def _order_domain(self, filters):
        domain = Domain("ec_channel_id", "!=", False)
        if filters.get("channel_id"):
            domain &= Domain("ec_channel_id", "=", int(filters["channel_id"]))
        if filters.get("text"):
            text = filters["text"].strip()
            domain &= (
                Domain("ec_order_number", "ilike", text)
                | Domain("name", "ilike", text)
                | Domain("partner_id.name", "ilike", text)
            )
        if filters.get("state") or filters.get("kind_id"):
            domain &= Domain("ec_mail_entry_ids", "any", self._cell_domain(filters))
        return domain

    @api.model
    def _cell_domain(self, filters):
        """The mails that are looked for: in a state, of a kind."""
        domain = self._entry_domain(filters.get("state"))
        if filters.get("kind_id"):
            domain &= Domain("kind_id", "=", int(filters["kind_id"]))
        return domain

    @api.model
    def _rows(self, orders):
        entries = self.env["ec.mail.entry"].search([("order_id", "in", orders.ids)])
        cells = {}
        for entry in entries:
            row = cells.setdefault(entry.order_id.id, {})
            known = row.get(entry.kind_id.id)
            cell = {
                "id": entry.id,
                "state": entry.state,
                "overdue": entry.is_overdue,
                "reason": entry.reason or "",
                "failure": entry.failure or "",
                "at": self._clock(entry.order_id, entry.sent_at or entry.due_at),
                "count": (known["count"] if known else 0) + 1,
            }
            if known and _RANK.index(known["state"]) <= _RANK.index(entry.state):
                known["count"] = cell["count"]
                continue
            row[entry.kind_id.id] = cell
        return [
            {
                "id": order.id,
                "number": order.ec_order_number or order.name,
                "shop": order.ec_channel_id.name,
                "color": order.ec_channel_id.color,
                "buyer": order.partner_id.name or "",
                "ordered_at": self._clock(order, order.ec_ordered_at),
                "cells": cells.get(order.id, {}),
            }
            for order in orders
        ]

    @api.model
    def _clock(self, order, moment):
        """A moment on the clock of the order's company, wherever it is looked at."""
        return order.company_id._ec_local(moment).strftime("%m/%d %H:%M") if moment else ""

    @api.model
    def _counts(self, filters):
        entries = self.env["ec.mail.entry"]
        domain = Domain.TRUE
        if filters.get("channel_id"):
            domain = Domain("channel_id", "=", int(filters["channel_id"]))
        if filters.get("kind_id"):
            domain &= Domain("kind_id", "=", int(filters["kind_id"]))
        rows = entries._read_group(domain, ["state"], ["__count"])
        counts = dict(rows)
        counts["overdue"] = entries.search_count(domain & self._entry_domain("overdue"))
        return counts

    @api.model
    def resend(self, order_ids, state=None):
        """Resend what failed or cannot go out for these orders.

        :return: number of mails
        """
        domain = Domain("order_id", "in", order_ids)
        domain &= Domain("state", "in", ("failed", "missing"))
        entries = self.env["ec.mail.entry"].search(domain)
        entries.check_access("write")
        entries.button_resend()
        return len(entries)
