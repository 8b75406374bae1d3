"""Stock out: what a shop should show, computed when it is sent, in the mall's largest batch.

The promise: whatever crashes, is lost or comes twice, every shop ends up showing what the rules
say.
It rests on three durable marks.

1. A *signal* (``ec.stock.signal``) says that a product may have changed. ``_stock_collect`` turns
   the waiting signals into dirty SKUs in one transaction: a signal disappears only together with
   the commit that remembers its SKUs, or that found the number unchanged.
2. ``dirty`` stays on an SKU until the mall confirmed a number that was computed after the mark.
3. ``uncertain`` is committed *before* the mall is called. Were it not, a process killed between the
   mall's write and our note of it would leave ``qty_sent`` behind the truth, and a later return to
   the old number would be skipped as unchanged.

Quantities are absolute and computed from a fresh snapshot for every batch, after the last commit
and right before the call; no transaction is open while the mall works. One push per channel runs at
a time (the lock of ``_guard``), so an older number never overtakes a newer one.
"""

from odoo import api, fields, models

from ..lib.data import SkuKey
from ..lib.stock_math import Holder, decide
from .ec_listing_sku import MATCHED_STATES

#: A sale imported this long before the last send may have been open in its transaction then.
_OVERLAP = "5 minutes"


class EcChannel(models.Model):
    _inherit = "ec.channel"

    sku_ids = fields.One2many("ec.listing.sku", "channel_id", string="Listed SKUs")
    stock_max_order_age = fields.Integer(
        string="Orders at most this old (s)",
        default=30,
        help="Before stock is sent, the shop's orders are fetched if that was longer ago. A short "
        "time protects better against selling twice.",
    )
    stock_keep_open_sales = fields.Boolean(
        string="Keep back unreserved sales",
        help="Units sold but not reserved yet are not shown either.",
    )
    stock_auto_repair = fields.Boolean(
        string="Correct differences by itself",
        help="Quantities changed at the mall by hand are overwritten and listed as a difference. "
        "Off: they are only listed.",
    )

    # === SETTINGS THAT CHANGE QUANTITIES === #

    def _stock_settings(self):
        """Fields of a shop that change what it shows. Extensible."""
        return {"warehouse_ids", "stock_keep_open_sales", "state", "active"}

    def write(self, vals):
        result = super().write(vals)
        if self._stock_settings() & vals.keys():
            self.env["ec.stock.signal"]._insert_channels(self.ids)
        return result

    # === WHAT A SHOP SHOWS === #

    def _stock_warehouses(self):
        """The warehouses whose stock is offered: the chosen ones, else the company's."""
        self.ensure_one()
        return self.warehouse_ids or self.env["stock.warehouse"].sudo().search(
            [("company_id", "=", self.company_id.id)]
        )

    def _stock_location_domain(self):
        """Locations whose stock is offered. Extend it to leave some out."""
        views = self._stock_warehouses().view_location_id
        return [("id", "child_of", views.ids)]

    def _stock_targets(self, skus, parsed=None):
        """What each of ``skus`` (of this channel, sendable) should show, as of this snapshot.

        :param dict parsed: cache of ``_stock_unimported`` for repeated calls of one run
        :return: {sku id: quantity}; SKUs that a rule keeps from being sent are absent
        :rtype: dict
        """
        return {
            sku_id: decision.quantity
            for sku_id, decision in self._stock_decide(skus, parsed).items()
            if decision.quantity is not None
        }

    def _stock_decide(self, skus, parsed=None):
        """The number of each of ``skus`` with the step that decided it.

        A constant number of queries, whatever the number of SKUs.

        :return: {sku id: lib.stock_math.Decision}
        :rtype: dict
        """
        self.ensure_one()
        # The guard asks for what lies on the shelves: for kits, the parts.
        products = skus.product_id | skus.product_id._ec_stock_sources()
        free = self._stock_free(products, parsed)
        policies = self._stock_policies(skus)
        holders = self._stock_last_holders(skus, free, policies, parsed)
        closed = self._stock_closed(skus, free, policies)
        policies = self._stock_less_owed(skus, free, policies)
        nobody = Holder(shop=self.id)
        return {
            sku.id: decide(
                free[sku.product_id.id],
                policies[sku.id],
                holds_last=holders.get(sku.id, nobody).shop == self.id,
                twin=holders.get(sku.id, nobody).sku not in (None, sku.id),
                closed=sku.id in closed,
            )
            for sku in skus
        }

    def _stock_policies(self, skus):
        """Hook: {sku id: lib.stock_math.Policy}."""
        return self.env["ec.stock.rule"].sudo()._policies(self, skus)

    def _stock_less_owed(self, skus, free, policies):
        """Hook: ``policies`` with what is left of the units promised before they are there."""
        return policies

    def _stock_last_holders(self, skus, free, policies, parsed=None):
        """Hook of the last-unit guard: {sku id: lib.stock_math.Holder}."""
        return {}

    def _stock_closed(self, skus, free, policies):
        """Hook: ids of SKUs that must not promise anything now."""
        return set()

    def _stock_free(self, products, parsed=None):
        """Free quantity per product id: on hand, minus reserved, minus sold but not here yet."""
        products = products.sudo()
        taken = dict(products._ec_spread_taken(self._stock_unimported(parsed)))
        for product_id, quantity in self._stock_open_sales(products._ec_stock_sources()).items():
            taken[product_id] = taken.get(product_id, 0.0) + quantity
        return products._ec_free_quantities(self._stock_location_domain(), taken)

    def _stock_open_sales(self, products):
        """Sold units that no reservation holds yet, per product id (setting of the shop)."""
        return self._stock_unreserved_sales(products) if self.stock_keep_open_sales else {}

    def _stock_unreserved_sales(self, products):
        """Units of ``products`` that are sold and not reserved, by product id."""
        moves = (
            self.env["stock.move"]
            .sudo()
            ._read_group(
                [
                    ("product_id", "in", products.ids),
                    ("state", "in", ("confirmed", "partially_available")),
                    ("procure_method", "=", "make_to_stock"),
                    ("sale_line_id", "!=", False),
                    ("location_id", "any", self._stock_location_domain()),
                    ("location_dest_id", "not any", self._stock_location_domain()),
                ],
                ["product_id"],
                ["product_qty:sum", "id:recordset"],
            )
        )
        return {
            product.id: max(wanted - sum(lines.move_line_ids.mapped("quantity_product_uom")), 0.0)
            for product, wanted, lines in moves
        }

    def _stock_unimported(self, parsed=None):
        """Units sold at any shop of the company whose order is received but not booked yet.

        The mall has taken them off its own number already; a document that waits in the error inbox
        must not put them back on sale.

        :param dict parsed: {(exchange id, hash): [(product id, quantity)]}, filled and reused
        :return: {product id: quantity}
        """
        taken = {}
        company = [("channel_id.company_id", "=", self.company_id.id)]
        for _document, sold in self._stock_waiting(company, parsed):
            for product_id, quantity in sold:
                taken[product_id] = taken.get(product_id, 0.0) + quantity
        return taken

    @api.model
    def _stock_waiting(self, domain, parsed=None):
        """Orders that are received and not booked, with what is sold in them.

        :param domain: which shops' documents
        :return: [(exchange, [(product id, quantity)])]
        """
        parsed = {} if parsed is None else parsed
        exchanges = (
            self.env["ec.exchange"]
            .sudo()
            .search(
                [
                    *domain,
                    ("direction", "=", "in"),
                    ("kind", "=", "order"),
                    ("state", "in", ("pending", "failed")),
                    ("res_id", "=", False),
                ]
            )
        )
        for channel, documents in exchanges.grouped("channel_id").items():
            fresh = documents.filtered(lambda doc: (doc.id, doc.payload_hash) not in parsed)
            for document_id, sold in channel._stock_sold_in(fresh).items():
                parsed[document_id, fresh.browse(document_id).payload_hash] = sold
        return [(document, parsed[document.id, document.payload_hash]) for document in exchanges]

    def _stock_sold_in(self, exchanges):
        """Products and quantities of order documents: {exchange id: [(product id, quantity)]}.

        A document that cannot be understood counts nothing: what is in it, nobody knows.
        """
        lines = {exchange.id: [] for exchange in exchanges}
        adapter = self._adapter_or_none()
        for exchange in exchanges if adapter is not None else ():
            try:
                order = adapter._parse_order(self, exchange.payload)
            except Exception:  # noqa: BLE001 - the inbox shows the same error with its reason
                continue
            if not (order.cancelled or order.is_test or self._stock_too_old(order)):
                lines[exchange.id] = [line for line in order.lines if line.kind == "product"]
        refs = {line.sku_ref for found in lines.values() for line in found if line.sku_ref}
        codes = {line.sku_code for found in lines.values() for line in found if line.sku_code}
        known = {}
        for sku in self.env["ec.listing.sku"].search_fetch(
            [
                ("channel_id", "=", self.id),
                ("product_id", "!=", False),
                "|", ("ref", "in", list(refs)), ("sku_code", "in", list(codes)),
            ],
            ["ref", "sku_code", "product_id"],
        ):  # fmt: skip
            known.setdefault(("code", sku.sku_code), sku.product_id.id)
            known["ref", sku.ref] = sku.product_id.id
        return {
            exchange_id: [
                (product_id, float(line.quantity))
                for line in found
                if (
                    product_id := known.get(("ref", line.sku_ref))
                    or known.get(("code", line.sku_code))
                )
            ]
            for exchange_id, found in lines.items()
        }

    def _stock_too_old(self, order):
        """Whether the order was placed before this shop is handled here."""
        if not self.import_from or not order.ordered_at:
            return False
        placed = order.ordered_at
        if placed.tzinfo:
            placed = (placed - placed.utcoffset()).replace(tzinfo=None)
        return placed < self.import_from

    # === WHAT HAS TO BE SENT === #

    def _stock_collect(self, parsed):
        """Turn the waiting signals into dirty SKUs; drop what turns out unchanged.

        SKUs that were dirty before are computed when they are sent, not here: a rewrite of all of a
        big shop takes many runs, and each would compute all the rest again.

        :return: ids of the SKUs to send: those that fall first, sold out before all
        :rtype: list[int]
        """
        signals = self.env["ec.stock.signal"]._take(self)
        since = self._stock_spread(signals)
        matched = [("channel_id", "=", self.id), ("match_state", "in", MATCHED_STATES)]
        skus = self.env["ec.listing.sku"]
        waiting = skus.search([*matched, ("dirty", "=", True)], order="id").ids
        skus = skus.search([*matched, ("product_id", "in", list(since))], order="id")
        skus = skus._stock_sendable()
        targets = self._stock_targets(skus, parsed)
        places = self._stock_places_of(skus, targets)
        sold_here = skus._stock_sold_at_mall()
        send, same = [], []
        for sku in skus:
            if sku.id not in targets:
                same.append(sku.id)
            elif sku._stock_differs(targets[sku.id], sold_here, places.get(sku.id)):
                send.append(sku)
            else:
                same.append(sku.id)
        skus._stock_mark_dirty([sku.id for sku in send], same, since, sold_here)
        send.sort(key=lambda sku: (targets[sku.id] > 0, targets[sku.id] > sku.qty_sent, sku.id))
        ids = [sku.id for sku in send]
        done = {*ids, *same}
        return ids + [sku_id for sku_id in waiting if sku_id not in done]

    def _stock_spread(self, signals):
        """First moment per affected product: kits follow their parts.

        :param dict signals: {product id: moment}
        """
        products = self.env["product.product"]
        since = dict(signals)
        extra = products._ec_stock_dependents(list(signals)) - since.keys()
        if extra and signals:
            # Which part moved which kit is not asked: the earliest moment is a safe measure.
            first = min(signals.values())
            since.update(dict.fromkeys(extra, first))
        return since


class EcListingSku(models.Model):
    _inherit = "ec.listing.sku"

    def _stock_key(self):
        """How the adapter knows this SKU."""
        return SkuKey(item_ref=self.listing_id.ref, ref=self.ref, extra=dict(self.extra or {}))

    def _stock_differs(self, target, sold_here=(), places=None):
        """Whether the mall has to be told ``target``.

        :param dict places: how it is shared out over the mall's places, if it is
        """
        return (
            self.uncertain
            or not self.qty_sent_at
            or self.qty_sent != target
            or self.id in sold_here
        )

    def _stock_sold_at_mall(self, since=None):
        """Ids of SKUs whose number the mall itself changed since it was last sent (or ``since``).

        A sale lowers the mall's number, a cancellation may raise it. If just then other goods bring
        the target back to what was sent last, it is not unchanged for the mall.
        """
        if not self:
            return set()
        self.env["sale.order"].flush_model()
        self.env["sale.order.line"].flush_model()
        self.env.cr.execute(
            """
            SELECT sku.id
              FROM ec_listing_sku sku
             WHERE sku.id = ANY(%s) AND sku.qty_sent_at IS NOT NULL AND EXISTS (
                SELECT 1 FROM sale_order_line line JOIN sale_order o ON o.id = line.order_id
                 WHERE line.product_id = sku.product_id AND o.ec_channel_id = sku.channel_id
                   AND GREATEST(line.create_date,
                                CASE WHEN o.state = 'cancel' THEN o.write_date END)
                       >= GREATEST(sku.qty_sent_at, %s) - %s::interval)
            """,
            (self.ids, since, _OVERLAP),
        )
        return {row[0] for row in self.env.cr.fetchall()}

    def _stock_mark_dirty(self, send, same, since, sold_here):
        """Remember durably what has to be sent, and that the rest is right."""
        moments = [since.get(sku.product_id.id) for sku in self.browse(send)]
        self.env.cr.execute(
            """
            UPDATE ec_listing_sku sku
               SET dirty = TRUE,
                   -- The first number of an SKU was awaited by nobody: it counts for no delay.
                   dirty_since = CASE WHEN sku.qty_sent_at IS NOT NULL
                                      THEN LEAST(sku.dirty_since, todo.since) END,
                   uncertain = sku.uncertain OR sku.id = ANY(%s)
              FROM unnest(%s::int[], %s::timestamp[]) AS todo(id, since)
             WHERE sku.id = todo.id
            """,
            (list(sold_here), send, moments),
        )
        self.env.cr.execute(
            """
            UPDATE ec_listing_sku SET dirty = FALSE, dirty_since = NULL
             WHERE id = ANY(%s) AND dirty
            """,
            (same,),
        )
        self.invalidate_recordset(["dirty", "dirty_since", "uncertain"])
