"""Tracking numbers: kept per parcel, owed to the mall, corrected without being told twice."""

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..lib import tracking


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _ec_set_parcels(
        self, numbers, *, replace=False, shipped_on=None, source=None, carrier_code=None
    ):
        """Give one delivery its tracking numbers.

        :param list numbers: normalized
        :param bool replace: what the delivery had before is voided
        :param carrier_code: who has the parcel, where it is not the delivery's carrier
        :return: whether anything changed
        """
        self.ensure_one()
        carrier = carrier_code or self.carrier_id.ec_carrier_code or "other"
        known = {parcel.number: parcel for parcel in self.ec_parcel_ids}
        changed = False
        for number in numbers:
            parcel = known.get(number)
            if not parcel:
                self.env["ec.parcel"].sudo().create(
                    {
                        "picking_id": self.id,
                        "carrier_code": carrier,
                        "number": number,
                        "shipped_on": shipped_on,
                        "source": source,
                    }
                )
                changed = True
            elif parcel.state == "void":
                parcel.sudo().state = "active"
                changed = True
        if replace:
            gone = self.ec_parcel_ids.filtered(
                lambda p: p.state == "active" and p.number not in numbers
            )
            gone.sudo().state = "void"
            changed = changed or bool(gone)
        return changed

    def _ec_takes_number(self, number):
        """Whether a number found by name may be this delivery's: its own, or one it lacks."""
        numbers = self.ec_parcel_ids.filtered(lambda p: p.state == "active").mapped("number")
        return number in numbers or len(numbers) < max(self.ec_parcel_count, 1)

    def _ec_void_parcels(self, numbers):
        """These slips were cancelled at the carrier."""
        parcels = self.ec_parcel_ids.filtered(lambda p: p.state == "active" and p.number in numbers)
        parcels.sudo().state = "void"
        return bool(parcels)

    def _ec_parcels_changed(self):
        """Bring the standard field in line, and tell the mall what changed.

        Deliveries that share the parcel have the same numbers; each mall is told its own order's.
        """
        everyone = self | self._ec_share_parcels()
        for picking in everyone:
            active = picking.ec_parcel_ids.filtered(lambda p: p.state == "active")
            text = ",".join(active.mapped("number")) or False
            if picking.carrier_tracking_ref != text:
                picking.with_context(ec_parcels=True).carrier_tracking_ref = text
        everyone.sale_id._ec_owe_shipments()

    def _ec_share_parcels(self):
        """Give the numbers of these deliveries to those that leave in the same parcel.

        :return: the deliveries whose numbers changed by that
        """
        changed = self.browse()
        for picking in self:
            active = picking.ec_parcel_ids.filtered(lambda p: p.state == "active")
            for mate in picking.sudo()._ec_mates() - self:
                if mate._ec_set_parcels(
                    active.mapped("number"), replace=True, shipped_on=active[:1].shipped_on,
                    source=active[:1].source, carrier_code=active[:1].carrier_code,
                ):  # fmt: skip
                    changed |= mate
        return changed.with_env(self.env)

    def _ec_parcels_from_ref(self):
        """A person typed tracking numbers into the standard field."""
        changed = self.browse()
        for picking in self:
            numbers = tracking.split_numbers(picking.carrier_tracking_ref)
            if picking._ec_set_parcels(numbers, replace=True):
                changed |= picking
        if changed:
            changed._ec_parcels_changed()

    @api.onchange("carrier_tracking_ref")
    def _onchange_carrier_tracking_ref(self):
        """Say at once that a typed number cannot be right; the clerk decides."""
        carrier = self.carrier_id.ec_carrier_code or "other"
        texts = self.env["ec.tracking.import.line"]._problem_texts()
        found = []
        for number in tracking.split_numbers(self.carrier_tracking_ref):
            _verdict, reason = tracking.check(carrier, number)
            if reason:
                found.append(f"{number}: {texts[reason]}")
        if not found or not self.ec_channel_id:
            return None
        title = self.env._("Tracking number")
        return {"warning": {"title": title, "message": "\n".join(found)}}

    def _action_done(self):
        result = super()._action_done()
        done = self.filtered(
            lambda p: p.ec_channel_id and p.picking_type_code == "outgoing" and p.state == "done"
        )
        if done:
            today = self.env["ec.shipping.calendar"]._local_today(self.env.company)
            done.with_context(ec_deciding=True).write({"ec_shipped_on": today})
            done._ec_tick("shipped")
            parcels = done.ec_parcel_ids.filtered(lambda p: not p.shipped_on)
            parcels.sudo().shipped_on = today
            done.sale_id._ec_owe_shipments()
        return result

    @api.model
    def _ec_validate_ready(self, pickings):
        """Validate deliveries that are whole; the others stay and say why.

        All at once; one by one only where the batch fails.

        :return: {delivery: reason} of those that stay
        """
        stay = {}
        ready = self.browse()
        for picking in pickings:
            if picking.state == "done":
                continue
            if picking.state != "assigned" or not picking._ec_is_whole():
                stay[picking] = self.env._("The goods are not reserved.")
            elif picking.sale_id.ec_open_check_count:
                stay[picking] = self.env._("The order has an open check.")
            else:
                ready |= picking
        stay.update(ready._ec_try_validate())
        return stay

    def _ec_is_whole(self):
        return all(
            move.product_uom.compare(move.quantity, move.product_uom_qty) >= 0
            for move in self.move_ids
            if move.state not in ("done", "cancel")
        )

    def _ec_try_validate(self):
        """Validate these; on failure each by itself. Returns {delivery: reason}."""
        if not self:
            return {}
        try:
            with self.env.cr.savepoint():
                self.move_ids.filtered(lambda m: m.state not in ("done", "cancel")).picked = True
                self._action_done()
                return {}
        except (UserError, ValidationError) as error:
            self.env.invalidate_all()
            if len(self) == 1:
                return {self: str(error)}
        failed = {}
        for picking in self:
            failed.update(picking._ec_try_validate())
        return failed

    # === WHAT THE MALL IS TOLD === #

    def _ec_parcel_payloads(self, lines, destination):
        """The valid parcels of a delivery that has left, and the numbers that were withdrawn.

        A carrier that gives no numbers leaves one parcel of which only the day is known.

        :return: (list of dict, list of numbers)
        """
        self.ensure_one()
        valid = self.ec_parcel_ids.filtered(lambda p: p.state == "active")
        rows = [parcel._payload(lines, destination) for parcel in valid]
        if not rows and self.carrier_id.ec_no_number:
            code = self.carrier_id.ec_carrier_code or "other"
            rows = [
                self._ec_parcel_payload(
                    self.ec_key, "", code, self.ec_shipped_on, lines=lines, destination=destination
                )
            ]
        return rows, (self.ec_parcel_ids - valid).mapped("number")

    def _ec_parcel_payload(
        self, ref, number, carrier_code, day, *, lines=(), destination=None, url=None
    ):
        """One parcel as ``ec.exchange`` keeps it."""
        self.ensure_one()
        return {
            "ref": ref,
            "destination_ref": destination,
            "tracking_number": number,
            "carrier_code": carrier_code,
            "shipped_on": fields.Date.to_string(day or self.company_id._ec_today()),
            "tracking_url": url or None,
            "lines": [list(line) for line in lines],
            "delivery_ref": self.ec_key,
        }

    def _ec_shipped_lines(self):
        """[(the mall's line key, quantity)] of a delivery that is not the whole order."""
        totals = {}
        done = self.move_ids.filtered(lambda m: m.state == "done")
        for move in done:
            line = move.sale_line_id
            if line.ec_line_ref and move.product_id == line.product_id:
                quantity = move.product_uom._compute_quantity(
                    move.quantity, line.product_uom_id, rounding_method="HALF-UP"
                )
                totals[line.ec_line_ref] = totals.get(line.ec_line_ref, 0) + quantity
        for line in done.sale_line_id.filtered("ec_line_ref"):
            if line.ec_line_ref not in totals and (kits := self._ec_shipped_kits(line)) > 0:
                totals[line.ec_line_ref] = kits
        return [(ref, f"{quantity:g}") for ref, quantity in sorted(totals.items())]

    def _ec_shipped_kits(self, line):
        """Whole kits of a line in this delivery: what its scarcest part allows.

        The delivery that brings the last part counts the kits that came in pieces.
        """
        moves = line.move_ids.filtered(
            lambda m: m.state != "cancel" and m.picking_id.picking_type_code == "outgoing"
        )
        needed = {
            product: sum(parts.mapped("product_qty")) / line.product_uom_qty
            for product, parts in moves.grouped("product_id").items()
        }

        def kits(picking):
            here = moves.filtered(lambda m: m.picking_id == picking and m.state == "done")
            gone = here.grouped("product_id")
            return min(
                sum(gone.get(product, here.browse()).mapped("quantity")) // each
                for product, each in needed.items()
            )

        deliveries = moves.picking_id.sorted("id")
        if self == deliveries[-1:] and set(moves.mapped("state")) == {"done"}:
            return line.product_uom_qty - sum(kits(one) for one in deliveries - self)
        return kits(self)
