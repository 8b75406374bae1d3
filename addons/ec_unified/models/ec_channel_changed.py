"""Quantities a person changed at the mall: noticed, and never overwritten without a line."""

from datetime import timedelta

from odoo import api, fields, models


class EcChannel(models.Model):
    """Two moments tell: a mall that shows another number right before we write, and a mall that
    says so itself (``_stock_look_again``). A sale changes the number as well, so the orders are
    read before anybody is said to have changed something."""

    _inherit = "ec.channel"

    # === OVERWRITTEN BY A PUSH === #

    def _stock_note(self, run, seen, keys, targets, results):
        skus = self.env["ec.listing.sku"].browse(run.known)
        # Read now: noting replaces what was told before.
        told = {sku.id: sku.places_sent for sku in skus} if run.places else {}
        noted = super()._stock_note(run, seen, keys, targets, results)
        ids = {(key.item_ref, key.ref): sku_id for sku_id, key in keys.items()}
        for result in results:
            sku_id = ids.get((result.key.item_ref, result.key.ref))
            known = run.known.get(sku_id)
            if not result.ok or result.before is None or known is None:
                continue
            detail = self._stock_changed_places(
                result.before_places, told.get(sku_id), run.places.get(sku_id)
            )
            if detail or result.before not in (known, targets[sku_id]):
                run.changed[sku_id] = (result.before, known, targets[sku_id], detail)
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
        """Log what was changed at the mall by hand and is overwritten now."""
        if not run.changed:
            return
        self._stock_orders_first(run, force=True)
        self._commit()
        skus = self.env["ec.listing.sku"].browse(run.changed).exists()
        if run.zero_only:  # what was sold is not known: only more than before is surely by hand
            skus = skus.filtered(lambda sku: run.changed[sku.id][0] > run.changed[sku.id][1])
        skus -= skus.browse(self._stock_sold_lately(skus))
        now = fields.Datetime.now()
        self.env["ec.stock.difference"].create(
            [
                {
                    "channel_id": self.id,
                    "sku_id": sku.id,
                    "found_at": now,
                    "closed_at": now,
                    "cause": "changed_at_mall",
                    "state": "over",
                    "qty_mall": run.changed[sku.id][0],
                    "qty_sent": run.changed[sku.id][1],
                    "qty_expected": run.changed[sku.id][2],
                    "places": run.changed[sku.id][3] or False,
                }
                for sku in skus
            ]
        )

    def _stock_sold_lately(self, skus, since=None):
        """Ids of SKUs whose number a sale or its cancellation at the mall may have changed.

        :param datetime since: only lately; what was booked before is in our number already
        """
        waiting = self._stock_unimported()
        return skus._stock_sold_at_mall(since) | {
            sku.id for sku in skus if waiting.get(sku.product_id.id)
        }

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
        adapter = self._adapter()
        if not self._verify_skus(adapter, adapter._limits(self), skus):
            self._trigger_op("verify_some", at=fields.Datetime.now() + timedelta(minutes=5))
            return
        # After the comparison: a run that is killed looks again.
        skus.exists()._stock_looked()
        if self._commit(processed=len(skus)) and len(skus) == 2000:
            self._trigger_op("verify_some")


class EcListingSku(models.Model):
    _inherit = "ec.listing.sku"

    look_again = fields.Boolean(
        readonly=True, copy=False, help="The mall said that the quantity changed."
    )
    _look_again_index = models.Index("(channel_id) WHERE look_again IS TRUE")

    def _stock_last_known(self):
        """What the mall should show by all we know; SKUs of which that is not sure are absent.

        :return: {sku id: quantity}
        """
        sure = self.filtered(lambda sku: sku.qty_sent_at and not sku.uncertain)
        sold = sure.channel_id._stock_sold_lately(sure) if sure else ()
        return {sku.id: sku.qty_sent for sku in sure if sku.id not in sold}

    def _stock_look_again(self):
        """The mall says these changed: have them compared in the background."""
        if not self:
            return
        self.env.cr.execute(
            """
            UPDATE ec_listing_sku SET look_again = TRUE
             WHERE id = ANY(%s) AND look_again IS NOT TRUE
            """,
            (self.ids,),
        )
        self.invalidate_recordset(["look_again"])
        self.channel_id._trigger_op("verify_some")

    def _stock_looked(self):
        self.env.cr.execute(
            "UPDATE ec_listing_sku SET look_again = FALSE WHERE id = ANY(%s)", (self.ids,)
        )
        self.invalidate_recordset(["look_again"])
