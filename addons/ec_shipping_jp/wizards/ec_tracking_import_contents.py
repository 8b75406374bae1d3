"""What a warehouse says it put into the parcels, against what the delivery holds."""

from odoo import api, fields, models


class EcTrackingImportLine(models.TransientModel):
    _inherit = "ec.tracking.import.line"

    product_code = fields.Char(string="Item code", readonly=True)
    quantity = fields.Float(digits="Product Unit", readonly=True)

    def _judge(self):
        """Parcels with other contents than the delivery's are a person's decision."""
        result = super()._judge()
        open_ones = self.filtered(
            lambda line: line.action == "add" and line.picking_id.state not in ("done", "cancel")
        )
        for picking, lines in open_ones.grouped("picking_id").items():
            text = lines._describe_difference(picking)
            if text:
                lines.write({"state": "ask", "action": "skip", "message": text})
        return result

    def _shipped(self, picking):
        """What these rows say has left of a delivery.

        :return: ({product: quantity}, codes that are none of its products)
        """
        inserts = picking.ec_insert_ids.product_id
        codes = {
            code: product
            for product in inserts | picking._ec_label_moves().product_id
            for code in (str(product.id), product.barcode, product.default_code)
            if code
        }
        shipped, strange = {}, []
        for line in self.filtered("product_code"):
            product = codes.get(line.product_code)
            if not product:
                strange.append(line.product_code)
            elif product not in inserts or product in picking._ec_label_moves().product_id:
                shipped[product] = shipped.get(product, 0) + line.quantity
        return shipped, strange

    def _describe_difference(self, picking):
        """Words for contents that are not the delivery's; empty where they are, or not told."""
        if not any(self.mapped("product_code")):
            return ""
        shipped, strange = self._shipped(picking)
        if strange:
            return self.env._("Not in this delivery: %s", ", ".join(dict.fromkeys(strange)))
        texts, more = [], False
        for product, moves in picking._ec_label_moves().grouped("product_id").items():
            wanted, left = sum(moves.mapped("product_uom_qty")), shipped.get(product, 0)
            if moves.product_uom[:1].compare(left, wanted):
                more |= left > wanted
                texts.append(
                    self.env._(
                        "%(item)s: %(left)s of %(wanted)s",
                        item=product.default_code or product.name,
                        left=f"{left:g}",
                        wanted=f"{wanted:g}",
                    )
                )
        if not texts:
            return ""
        if more:
            return self.env._("More has left than was ordered (%s).", ", ".join(texts))
        return self.env._(
            "Only a part has left (%s). Add: the rest becomes a delivery of its own.",
            ", ".join(texts),
        )


class EcTrackingImport(models.TransientModel):
    _inherit = "ec.tracking.import"

    def _prepare_line(self, row, found):
        values = super()._prepare_line(row, found)
        if self.profile_id.kind == "result" and row.product_code and row.quantity is not None:
            values |= {"product_code": row.product_code, "quantity": float(row.quantity)}
        return values

    @api.model
    def _validate_lines(self, lines):
        """Deliveries of which a part has left keep the rest; the others leave whole."""
        parts = {}
        for picking, mine in lines.grouped("picking_id").items():
            if picking.state not in ("done", "cancel") and mine._describe_difference(picking):
                parts[picking] = mine._shipped(picking)
        whole = lines.filtered(lambda line: line.picking_id not in parts)
        stay = super()._validate_lines(whole)
        for picking, (shipped, strange) in parts.items():
            reason = strange and self.env._("Not in this delivery: %s", ", ".join(strange))
            if reason := reason or picking._ec_validate_part(shipped):
                stay[picking] = reason
        return stay
