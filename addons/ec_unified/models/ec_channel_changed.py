"""Quantities a person changed at the mall: noticed, and never overwritten without a line."""

from datetime import timedelta

from odoo import api, fields, models

from ..lib.stock_math import Told

#: How far the clocks of two Odoo nodes may be apart.
_CLOCKS = timedelta(seconds=2)
#: How long a write took at most whose beginning was not noted.
_LONGEST_WRITE = timedelta(minutes=5)


class EcChannel(models.Model):
    """Two moments tell: a mall that shows another number right before we write, and a mall that
    says so itself (``_stock_look_again``). A sale changes the number as well, so the orders are
    read before anybody is said to have changed something: what the orders received since the last
    confirmed number explain, nobody did by hand."""

    _inherit = "ec.channel"

    # === WHAT THE MALL SHOULD SHOW === #

    def _stock_told(self, skus, parsed=None):
        """What the mall should show of ``skus`` by all we know; those never sent are absent.

        :param dict parsed: cache of ``_stock_waiting``
        :return: {sku id: lib.stock_math.Told}
        :rtype: dict
        """
        since = {
            sku.id: sku.qty_sent_from - _CLOCKS
            if sku.qty_sent_from
            else sku.qty_sent_at - _LONGEST_WRITE
            for sku in skus
            if sku.qty_sent_at
        }
        wanted = [(sku_id, sku_id, moment) for sku_id, moment in since.items()]
        changes = self._stock_sales_since(wanted, parsed)
        return {
            sku.id: Told(
                sent=sku.qty_sent,
                tried=tuple(sku.qty_tried or ()),
                since=since[sku.id],
                changes=tuple(changes.get(sku.id, ())),
            )
            for sku in skus
            if sku.id in since
        }

    def _stock_sales_since(self, wanted, parsed=None):
        """What sales and their cancellations at this mall may have changed there.

        What counts is when an order was *received*: one that was known before a number was written
        cannot lower that number afterwards, however long its booking took.

        :param list wanted: (key, sku id, since)
        :return: {key: [units, negative for a sale]}
        :rtype: dict
        """
        if not wanted:
            return {}
        self.env.flush_all()
        keys, sku_ids, moments = map(list, zip(*wanted, strict=True))
        self.env.cr.execute(
            """
            SELECT since.key, line.product_uom_qty, o.state = 'cancel'
                   AND GREATEST(o.write_date, document.received_at) >= since.moment AS cancelled,
                   COALESCE(document.create_date, o.create_date) >= since.moment AS sold
              FROM unnest(%s::int[], %s::int[], %s::timestamp[]) AS since(key, sku_id, moment)
              JOIN ec_listing_sku sku ON sku.id = since.sku_id
              JOIN sale_order_line line ON line.product_id = sku.product_id
                   -- An order is booked after it was received: spares looking at all of history.
                   AND (line.create_date >= since.moment - interval '1 day'
                        OR line.state = 'cancel')
              JOIN sale_order o ON o.id = line.order_id AND o.ec_channel_id = sku.channel_id
              LEFT JOIN ec_exchange document ON document.id = o.ec_exchange_id
            """,
            (keys, sku_ids, moments),
        )
        found = {}
        for key, units, cancelled, sold in self.env.cr.fetchall():
            units = round(units or 0)
            found.setdefault(key, []).extend([-units] * sold + [units] * cancelled)
        for key, units in self._stock_waiting_since(wanted, parsed):
            found.setdefault(key, []).append(-units)
        return found

    def _stock_waiting_since(self, wanted, parsed=None):
        """Sales of this mall that are received and not booked: (key, units) each.

        :param list wanted: (key, sku id, since)
        """
        waiting = self._stock_waiting([("channel_id", "=", self.id)], parsed)
        if not waiting:
            return
        asking, skus = {}, self.env["ec.listing.sku"]
        for key, sku_id, since in wanted:
            asking.setdefault(skus.browse(sku_id).product_id.id, []).append((key, since))
        for document, sold in waiting:
            for product_id, units in sold:
                for key, since in asking.get(product_id, ()):
                    if document.create_date >= since:
                        yield key, round(units)

    # === OVERWRITTEN BY A PUSH === #

    def _stock_note(self, run, seen, keys, targets, results):
        """A number that is none of ours stays in the log until the orders explain it."""
        skus = self.env["ec.listing.sku"].browse(run.told)
        # Read now: noting replaces what was told before.
        places = {sku.id: sku.places_sent for sku in skus} if run.places else {}
        noted = super()._stock_note(run, seen, keys, targets, results)
        ids = {(key.item_ref, key.ref): sku_id for sku_id, key in keys.items()}
        found = []
        for result in results:
            sku_id = ids.get((result.key.item_ref, result.key.ref))
            told = run.told.get(sku_id)
            if not result.ok or result.before is None or told is None:
                continue
            detail = self._stock_changed_places(
                result.before_places, places.get(sku_id), run.places.get(sku_id)
            )
            if detail or result.before not in (told.sent, *told.tried, targets[sku_id]):
                found.append((sku_id, result.before, targets[sku_id], told, detail))
        if found:
            self.env["ec.stock.difference"]._look_into(self, found)
        return noted

    def _stock_changed_places(self, before, told, target):
        """The places that showed neither what they were told nor what they should show now.

        :return: {name of the place: [at the mall, last sent, should be]}
        """
        if not (before and told and target):
            return {}
        moved = {
            place: units
            for place, units in before.items()
            if units not in (told.get(place, 0), target.get(place, 0))
        }
        if not moved:
            return {}
        wrong = {**target, **moved}
        return self._stock_place_detail(wrong, told, target)

    def _stock_tell_changed(self, run):
        """Tell what was changed at the mall by hand from what sales explain.

        As long as the mall's orders cannot be read the lines wait; the next push looks again.
        """
        rows = self.env["ec.stock.difference"]
        domain = [("channel_id", "=", self.id), ("state", "=", "checking")]
        if not rows.search_count(domain, limit=1):
            return
        self._stock_orders_first(run, force=True)
        self._commit()
        if run.zero_only:
            return
        rows = rows.search(domain)
        changes = self._stock_sales_since([(row.id, row.sku_id.id, row.told_at) for row in rows])
        sold = rows.filtered(lambda row: row._is_explained(changes.get(row.id, ())))
        sold.unlink()
        (rows - sold)._overwritten()

    # === TOLD BY THE MALL === #

    @api.model
    def _operations(self):
        operations = super()._operations()
        operations["verify_some"] = {
            "method": "action_verify_some",
            "states": operations["verify_stock"]["states"],
            "interval": (1, "hours"),
        }
        return operations

    @api.model
    def _operation_labels(self):
        return {
            **super()._operation_labels(),
            "verify_some": self.env._("Look at quantities changed at the mall"),
        }

    def action_verify_some(self):
        """Compare the quantities the malls spoke of now."""
        for channel in self._runnable("verify_some"):
            with channel._guard("verify_some") as go:
                if go:
                    channel._verify_some()
        return True

    def _verify_some(self):
        domain = [("channel_id", "=", self.id), ("look_again", "=", True)]
        skus = self.env["ec.listing.sku"].search(domain, order="id", limit=2000)
        if not skus:
            return
        told = skus._stock_told_to_look()
        adapter = self._adapter()
        if not self._verify_skus(adapter, adapter._limits(self), skus):
            self._trigger_op("verify_some", at=fields.Datetime.now() + timedelta(minutes=5))
            return
        # After the comparison: a run that is killed looks again.
        if skus.exists()._stock_looked(told):
            self._trigger_op("verify_some")
        if self._commit(processed=len(skus)) and len(skus) == 2000:
            self._trigger_op("verify_some")


class EcListingSku(models.Model):
    _inherit = "ec.listing.sku"

    #: When the write began that the mall confirmed last.
    qty_sent_from = fields.Datetime(readonly=True, copy=False, export_string_translation=False)
    #: Numbers sent since then without an answer.
    qty_tried = fields.Json(readonly=True, copy=False, export_string_translation=False)
    look_again = fields.Boolean(
        readonly=True, copy=False, help="The mall said that the quantity changed."
    )
    look_again_at = fields.Datetime(readonly=True, copy=False, export_string_translation=False)
    _look_again_index = models.Index("(channel_id) WHERE look_again IS TRUE")

    def _stock_look_again(self):
        """The mall says these changed: have them compared in the background."""
        if not self:
            return
        self.env.cr.execute(
            """
            UPDATE ec_listing_sku
               SET look_again = TRUE, look_again_at = clock_timestamp() AT TIME ZONE 'UTC'
             WHERE id = ANY(%s)
            """,
            (self.ids,),
        )
        self.invalidate_recordset(["look_again", "look_again_at"])
        self.channel_id._trigger_op("verify_some")

    def _stock_told_to_look(self):
        """When the mall spoke of these last, to the microsecond: ``{sku id: text or None}``."""
        self.env.cr.execute(
            "SELECT id, look_again_at::text FROM ec_listing_sku WHERE id = ANY(%s)", (self.ids,)
        )
        return dict(self.env.cr.fetchall())

    def _stock_looked(self, told):
        """These were compared; not over are those the mall spoke of again meanwhile.

        :param dict told: what ``_stock_told_to_look`` said before the comparison
        :return: how many have to be looked at once more
        :rtype: int
        """
        self.env.cr.execute(
            """
            UPDATE ec_listing_sku sku SET look_again = FALSE
              FROM unnest(%s::int[], %s::timestamp[]) AS told(id, moment)
             WHERE sku.id = told.id
               AND (sku.look_again_at IS NULL OR sku.look_again_at <= told.moment)
            """,
            (list(told), list(told.values())),
        )
        done = self.env.cr.rowcount
        self.invalidate_recordset(["look_again"])
        return len(self) - done


class EcStockDifference(models.Model):
    _inherit = "ec.stock.difference"

    #: When the last confirmed write began: earlier sales are in its number.
    told_at = fields.Datetime(readonly=True, export_string_translation=False)
    #: Numbers sent since without an answer.
    told = fields.Json(readonly=True, export_string_translation=False)

    _checking_index = models.Index("(channel_id) WHERE state = 'checking'")

    @api.model
    def _look_into(self, channel, found):
        """Keep numbers that were overwritten until it is known who had changed them.

        :param list found: (sku id, number at the mall, number written, Told, by place)
        """
        now = fields.Datetime.now()
        self.create(
            [
                {
                    "channel_id": channel.id,
                    "sku_id": sku_id,
                    "found_at": now,
                    "cause": "changed_at_mall",
                    "state": "checking",
                    "qty_mall": mall,
                    "qty_sent": told.sent,
                    "qty_expected": expected,
                    "places": detail or False,
                    "told": told.tried,
                    "told_at": told.since,
                }
                for sku_id, mall, expected, told, detail in found
            ]
        )

    def _is_explained(self, changes):
        """Whether sales and cancellations (``changes``) account for what the mall showed."""
        told = Told(
            sent=self.qty_sent, tried=(*(self.told or ()),), since=self.told_at, changes=(*changes,)
        )
        return told.explains(self.qty_mall, self.places)

    def _overwritten(self):
        """These were changed by hand and are overwritten: the log says so once.

        A line that lists the same number already is over with it.
        """
        now = fields.Datetime.now()
        listed = {
            (row.sku_id, row.qty_mall): row
            for row in self.search(
                [("sku_id", "in", self.sku_id.ids), ("state", "in", ("open", "repairing"))]
            )
        }
        again = self.filtered(lambda row: (row.sku_id, row.qty_mall) in listed)
        over = (self - again).union(*(listed[row.sku_id, row.qty_mall] for row in again))
        over.write({"state": "over", "closed_at": now})
        again.unlink()
