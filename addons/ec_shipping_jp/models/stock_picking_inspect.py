"""Inspection with a hand scanner: what the screen asks and says."""

from odoo import api, fields, models
from odoo.exceptions import UserError


class StockPicking(models.Model):
    _inherit = "stock.picking"

    @api.model
    def ec_inspect_open(self, code):
        """The delivery whose slip was scanned, with everything the screen needs to go on alone.

        :param str code: our key, the delivery's number, the mall's order number or a tracking
            number
        :rtype: dict
        """
        picking = self._ec_find_by_slip((code or "").strip())
        if not picking:
            return {"error": self.env._("No delivery has this number: %s", code)}
        if stop := picking._ec_why_not_inspect():
            return {"error": stop}
        return picking._ec_inspection_data()

    def _ec_why_not_inspect(self):
        """Why nobody should pack this delivery, else an empty text."""
        self.ensure_one()
        order = self.sale_id
        if order.ec_open_check_count:
            return self.env._("Stop: the order has an open check.")
        if self.state == "cancel" or order.state == "cancel":
            return self.env._("Stop: the order is cancelled.")
        if self.state == "done":
            return self.env._("This delivery has already left.")
        if self._ec_is_unpaid():
            return self.env._("Stop: the payment has not arrived yet.")
        if self.state != "assigned":
            return self.env._("The goods are not reserved yet.")
        return ""

    @api.model
    def _ec_find_by_slip(self, code):
        if not code:
            return self.browse()
        outgoing = [("picking_type_code", "=", "outgoing"), ("ec_channel_id", "!=", False)]
        found = self._ec_by_keys([code]).get(code, self.browse())
        if found:
            return found
        for domain in (
            [("sale_id.ec_order_number", "=", code)],
            [("ec_parcel_ids", "any", [("number", "=", code.replace("-", ""))])],
        ):
            found = self.search(
                [*outgoing, *domain, ("state", "not in", ("done", "cancel"))], limit=2
            ) or self.search([*outgoing, *domain], limit=2)
            if len(found) == 1:
                return found
        return self.browse()

    def _ec_inspection_data(self):
        """Lines with every code that counts for them."""
        self.ensure_one()
        order = self.sale_id
        lines = [self._ec_inspection_line(move) for move in self._ec_label_moves()]
        return {
            "id": self.id,
            "name": self.name,
            "key": self.ec_key,
            "order": order.ec_order_number or order.name,
            "shop": self.ec_channel_id.name,
            "partner": self.partner_id.name or "",
            "carrier": self.carrier_id.name or "",
            "cool": dict(self._fields["ec_cool"]._description_selection(self.env)).get(
                self.ec_cool, ""
            ),
            "gift": order.ec_is_gift,
            "noshi": self.ec_noshi or "",
            "message": self.ec_gift_message or "",
            "remarks": order.ec_remarks or "",
            "inserts": [
                {"name": rule.product_id.display_name, "quantity": rule.quantity}
                for rule in self.ec_insert_ids
            ],
            "parcels": self.ec_parcel_count or 1,
            "weight": self.ec_parcel_weight or 0,
            "lines": lines,
        }

    def _ec_inspection_line(self, move):
        product = move.product_id
        codes = [product.barcode, product.default_code]
        codes += self.env["product.uom"].search([("product_id", "=", product.id)]).mapped("barcode")
        lots = move.move_line_ids.lot_id.mapped("name") if product.tracking != "none" else []
        return {
            "move_id": move.id,
            "product": product.display_name,
            "image": f"/web/image/product.product/{product.id}/image_128",
            "codes": [code for code in codes if code],
            "tracking": product.tracking,
            "lots": lots,
            "expected": move.quantity,
            "shelf": min(move.move_line_ids.location_id.mapped("complete_name"), default=""),
        }

    def ec_inspect_finish(self, result):
        """Write down an inspection; the counts are checked here again.

        :param dict result: ``counts`` {move id: quantity}, ``parcels``, ``weight``, ``refused``,
            ``scans``, ``seconds``
        """
        self.ensure_one()
        if stop := self._ec_why_not_inspect():  # something may have come in while he scanned
            raise UserError(stop)
        counts = {int(move): quantity for move, quantity in (result.get("counts") or {}).items()}
        for move in self._ec_label_moves():
            if move.product_uom.compare(counts.get(move.id, 0), move.quantity) != 0:
                raise UserError(
                    self.env._("%s: the count is not right.", move.product_id.display_name)
                )
        if set(counts) - set(self._ec_label_moves().ids):
            raise UserError(self.env._("Something was scanned that does not belong here."))
        parcels = min(max(int(result.get("parcels") or 1), 1), 99)
        weight = max(float(result.get("weight") or 0), 0)
        self.env["ec.inspection"].sudo().create(self._ec_inspection_vals(result, parcels, weight))
        self.write({"ec_parcel_count": parcels, "ec_parcel_weight": weight})
        self.move_ids.filtered(lambda m: m.state not in ("done", "cancel")).picked = True
        self._ec_tick("picked")
        self._ec_tick("inspected")
        self._ec_tick("packed")
        return {"ok": True, "left": self._ec_left_to_inspect()}

    def _ec_inspection_vals(self, result, parcels, weight):
        now = fields.Datetime.now()
        seconds = min(max(int(result.get("seconds") or 0), 0), 86400)
        refused = [
            {"code": str(row.get("code", ""))[:64], "reason": str(row.get("reason", ""))[:200]}
            for row in (result.get("refused") or [])[:100]
        ]
        return {
            "picking_id": self.id,
            "user_id": self.env.uid,
            "started_at": fields.Datetime.subtract(now, seconds=seconds),
            "finished_at": now,
            "seconds": seconds,
            "scan_count": max(int(result.get("scans") or 0), 0),
            "refused_count": len(refused),
            "refused": refused,
            "parcel_count": parcels,
            "weight": weight,
        }

    @api.model
    def _ec_left_to_inspect(self):
        """Deliveries that have to leave today and wait for inspection."""
        domain = self.env["delivery.carrier"]._ec_today_domain()
        return self.search_count(
            [*domain, ("ec_tick_ids", "not any", [("step", "=", "inspected")])]
        )
