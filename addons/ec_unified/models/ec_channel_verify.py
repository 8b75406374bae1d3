"""Comparing what a shop shows with what it should show."""

from odoo import fields, models

from ..lib.stock_math import classify_difference
from .ec_channel_push import StockRun, _in

#: SKUs whose snapshot is compared together; bounds how long ago the mall was read.
CHUNK = 2000


class EcChannel(models.Model):
    _inherit = "ec.channel"

    difference_ids = fields.One2many("ec.stock.difference", "channel_id")
    stock_difference_count = fields.Integer(
        compute="_compute_stock_difference_count", string="Stock differences"
    )

    def _compute_stock_difference_count(self):
        counts = dict(
            self.env["ec.stock.difference"]._read_group(
                [("channel_id", "in", self.ids), ("state", "in", ("open", "repairing"))],
                ["channel_id"],
                ["__count"],
            )
        )
        for channel in self:
            channel.stock_difference_count = counts.get(channel, 0)

    def action_verify_stock(self):
        """Compare every quantity of these shops with the mall's now, and list the differences."""
        for channel in self._runnable("verify_stock"):
            with channel._guard("verify_stock") as go:
                if go:
                    channel._verify_stock()
        return True

    def button_verify_stock(self):
        """Ask for the comparison, in the background."""
        self.check_access("read")
        self.sudo()._trigger_op("verify_stock")
        return self.env["ec.exchange"]._notify_client(
            self.env._("The stock is being compared. Differences appear in the list.")
        )

    def action_open_differences(self):
        """Open the differences of these shops."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ec_unified.action_ec_stock_difference"
        )
        action["domain"] = [("channel_id", "in", self.ids)]
        return action

    def _verify_stock(self):
        """Read the mall in bulk and compare; what is on its way is told apart from what is wrong.

        The mall is read first, then its orders, and our side is looked at afterwards, in one
        snapshot: a sale or a push in between shows as an order, a waiting signal or a newer send,
        never as somebody's change.
        """
        adapter = self._adapter()
        limits = adapter._limits(self)
        after = (self._get_cursor("verify_stock") or {}).get("after", 0)
        domain = [("channel_id", "=", self.id), ("id", ">", after)]
        ids = self.env["ec.listing.sku"].search(domain, order="id").ids
        for start in range(0, len(ids), CHUNK):
            part = ids[start : start + CHUNK]
            if not self._verify_skus(adapter, limits, self.env["ec.listing.sku"].browse(part)):
                self._trigger_op("verify_stock", at=_in(minutes=10))
                return
            self._set_cursor("verify_stock", {"after": part[-1]})
            if not self._commit(processed=len(part)):
                self._trigger_op("verify_stock")
                return
        self._drop_differences()
        self._set_cursor("verify_stock", {})

    def _drop_differences(self):
        """What is not sent any more (gone from the mall, taken out of our hands by a person or a
        rule) waits for no correction: nobody could ever tick it off."""
        rows = self.env["ec.stock.difference"].search(
            [("channel_id", "=", self.id), ("state", "in", ("open", "repairing"))]
        )
        sent = self._stock_targets(rows.sku_id._stock_sendable()) if rows else {}
        rows.filtered(lambda row: row.sku_id.id not in sent)._leave()

    def _verify_skus(self, adapter, limits, skus):
        """Read these from the mall, fetch the orders placed until then, and compare.

        :return: whether they could be compared
        """
        skus = skus.exists()._stock_sendable()
        if not skus:
            return True
        keys = [sku._stock_key() for sku in skus]
        read_at = fields.Datetime.now()
        self._commit()
        have, places = self._stock_read_shown(adapter, limits, keys)
        run = StockRun(adapter=adapter, limits=limits)
        self._stock_orders_first(run, force=True)
        self._commit()
        if run.zero_only:  # without its orders a sale would pass for somebody's change
            return False
        self._compare_stock(skus.exists()._stock_sendable(), have, read_at, places)
        return True

    def _compare_stock(self, skus, have, read_at, places=None):
        """List the differences of ``skus``; correct by itself what no person caused.

        :param dict have: quantity at the mall by ``SkuKey.ref``
        :param datetime read_at: when reading began
        :param dict places: the same by the mall's places, where it has some: then each place has to
            be right, not their sum alone
        """
        targets = self._stock_targets(skus)
        skus = skus.filtered(lambda sku: sku.id in targets)
        moving = self._stock_moving(skus, read_at)
        told = self._stock_told(skus.filtered(lambda sku: have.get(sku.ref) is not None))
        shares = self._stock_places_of(skus, targets) if places else {}
        findings = {}
        for sku in skus:
            numbers, detail = (have.get(sku.ref), sku.qty_sent, targets[sku.id]), {}
            if sku.id in shares and sku.ref in places:
                numbers = [*map(_filled, (places[sku.ref], sku.places_sent, shares[sku.id]))]
                detail = self._stock_place_detail(*numbers)
            sales = told.get(sku.id)
            cause = classify_difference(
                mall=numbers[0],
                sent=numbers[1] if sku.qty_sent_at else None,
                expected=numbers[2],
                tracked_by_signal=sku.id in moving,
                rejected=bool(sku.error_kind),
                sold=sales is not None and sales.explains(have.get(sku.ref), detail),
            )
            if cause:
                findings[sku] = (cause, have.get(sku.ref), targets[sku.id], detail)
        self._stock_note_read(skus, have)
        self._note_differences(skus, findings)

    def _stock_moving(self, skus, read_at):
        """Ids of SKUs whose number is being changed just now: what waits, and what was sent since.

        A waiting signal of a part speaks of its kits as well.
        """
        self.env.cr.execute(
            "SELECT DISTINCT product_id FROM ec_stock_signal WHERE channel_id = %s", (self.id,)
        )
        signalled = [row[0] for row in self.env.cr.fetchall()]
        waiting = self.env["product.product"]._ec_stock_dependents(signalled)
        self.env.cr.execute(
            """
            SELECT sku.id FROM ec_listing_sku sku
             WHERE sku.id = ANY(%s)
               AND (sku.dirty OR sku.qty_sent_at >= %s OR sku.product_id = ANY(%s))
            """,
            (skus.ids, read_at, list(waiting)),
        )
        return {row[0] for row in self.env.cr.fetchall()}

    def _stock_note_read(self, skus, have):
        """Keep what the mall shows; one statement."""
        rows = [(sku.id, have[sku.ref]) for sku in skus if have.get(sku.ref) is not None]
        self.env.cr.execute(
            """
            UPDATE ec_listing_sku sku
               SET qty_mall = r.quantity, qty_mall_at = now() AT TIME ZONE 'UTC'
              FROM unnest(%s::int[], %s::int[]) AS r(id, quantity)
             WHERE sku.id = r.id
            """,
            ([row[0] for row in rows], [row[1] for row in rows]),
        )
        self.env["ec.listing.sku"].invalidate_model(["qty_mall", "qty_mall_at"])

    def _note_differences(self, skus, findings):
        """Open, renew and close the rows of the difference list.

        :param dict findings: {sku: (cause, quantity at the mall, expected, by place)}
        """
        now = fields.Datetime.now()
        rows = self.env["ec.stock.difference"].search(
            [("sku_id", "in", skus.ids), ("state", "in", ("open", "repairing"))]
        )
        known = {row.sku_id: row for row in rows}
        rows.filtered(lambda row: row.sku_id not in findings).write(
            {"state": "over", "closed_at": now}
        )
        new = []
        for sku, (cause, mall, expected, detail) in findings.items():
            vals = {
                "found_at": now,
                "cause": cause,
                "known_at_mall": mall is not None,
                "qty_mall": mall or 0,
                "qty_sent": sku.qty_sent,
                "qty_expected": expected,
                "places": detail or False,
                "state": "open",
            }
            if sku in known:
                known[sku].write(vals)
            elif cause != "in_flight":
                # What is on its way is only listed when it was a difference before.
                new.append({"channel_id": self.id, "sku_id": sku.id, **vals})
        rows |= self.env["ec.stock.difference"].create(new)
        rows.filtered(lambda row: row.state == "open" and row._repairs_itself())._repair()


def _filled(places):
    """Quantities by place without the empty ones: a place that shows nothing and none are equal."""
    return {place: units for place, units in (places or {}).items() if units}


class EcStockDifference(models.Model):
    _inherit = "ec.stock.difference"

    def _repairs_itself(self):
        """Whether no person has to be asked: it is our own omission, or the shop wants it so."""
        return self.cause in ("missed", "in_flight") or (
            self.cause == "changed_at_mall" and self.channel_id.stock_auto_repair
        )
