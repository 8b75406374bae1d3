"""A delivery as the file engine needs it."""

import re
from collections import defaultdict
from decimal import Decimal

from odoo import fields, models

from ..lib.sources import COD_SERVICES, LabelData, LabelLine, Place


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _ec_label_rows(self, profile):
        """(delivery, row data) pairs for a file of ``profile`` (a ``lib.profile.Profile``).

        :rtype: list[tuple[stock.picking, LabelData]]
        """
        rows = []
        for picking in self:
            values = picking._ec_label_values()
            if profile.row_per == "line":
                rows += [
                    (picking, LabelData(**values, line=line)) for line in picking._ec_label_lines()
                ]
            elif profile.row_per == "parcel":  # a tool that knows single parcels only
                rows += [(picking, LabelData(**{**values, "parcels": 1}))] * values["parcels"]
            else:
                rows.append((picking, LabelData(**values)))
        return rows

    def _ec_label_problems(self):
        """Reasons why a delivery must not get a label, as {delivery: text}."""
        problems = {}
        for picking in self:
            order = picking.sale_id
            if picking.state == "cancel":
                problems[picking] = self.env._("The delivery is cancelled.")
            elif order.ec_open_check_count:
                problems[picking] = self.env._("The order has an open check.")
            elif picking.state not in ("assigned", "done"):
                problems[picking] = self.env._("The goods are not reserved.")
            elif picking._ec_is_unpaid():
                problems[picking] = self.env._("The payment has not arrived yet.")
            elif picking.ec_service in COD_SERVICES and picking._ec_cod_is_unclear():
                problems[picking] = self.env._(
                    "Cash on delivery in several deliveries: enter the amount to collect on each."
                )
            elif picking._ec_cod_is_forgotten():
                problems[picking] = self.env._(
                    "Cash on delivery, but the service collects no money: choose another service."
                )
        return problems

    def _ec_is_unpaid(self):
        """The goods of a shop's order that has to be paid first are still here."""
        order = self.sale_id
        return order.ec_channel_id and self.state != "done" and not order._ec_is_payment_secured()

    def _ec_label_values(self):
        self.ensure_one()
        order, carrier, channel = self.sale_id, self.carrier_id, self.ec_channel_id
        amount, tax = self._ec_cod()
        items, codes = self._ec_label_items()
        moves = self._ec_label_moves()
        return {
            "key": self.ec_key,
            "to": self._ec_place(self.partner_id),
            "sender": self._ec_sender_place(),
            "ship_date": self._ec_label_day(),
            "wish_date": self.ec_wish_date or None,
            "window": self.ec_window or "",
            "service": self.ec_service or "standard",
            "cool": self.ec_cool or "none",
            "order_number": order.ec_order_number or order.name or "",
            "shop_name": channel.name or "",
            "items": items,
            "item_codes": codes,
            "handling": tuple(filter(None, re.split(r"[,、]\s*", carrier.ec_handling or ""))),
            "note": self.ec_label_note or order.ec_order_number or "",
            "cod_amount": amount,
            "cod_tax": tax,
            "parcels": self.ec_parcel_count or 1,
            "quantity": Decimal(str(sum(moves.mapped("product_uom_qty")))),
            "size": self.ec_size,
            "weight_g": int(round((self.ec_parcel_weight or self.weight) * 1000)),
            "account": carrier.ec_account or "",
            "account_class": carrier.ec_account_class or "",
            "freight_no": carrier.ec_freight_no or "",
            "label_form": carrier.ec_label_form or "",
            "gift": order.ec_is_gift,
            "noshi": self.ec_noshi or "",
            "message": self.ec_gift_message or "",
            "remarks": order.ec_remarks or "",
            "inserts": tuple(self.ec_insert_ids.product_id.mapped("display_name")),
        }

    def _ec_label_day(self):
        """The day on the label: never one that is past."""
        today = self.env["ec.shipping.calendar"]._local_today(self.company_id)
        return max(self.ec_ship_on or today, today)

    def _ec_label_moves(self):
        return self.move_ids.filtered(lambda move: move.state != "cancel")

    def _ec_label_items(self):
        """Names and codes of the contents; what has no room is counted, not passed over."""
        if self.ec_channel_id.ec_label_item:
            return (self.ec_channel_id.ec_label_item,), ()
        products = self._ec_label_moves().product_id
        names = [product.ec_label_name or product.name for product in products]
        codes = tuple(product.default_code or "" for product in products[:2])
        if len(names) > 2:
            names = [names[0], self.env._("and %s more", len(names) - 1)]
        return tuple(names), codes

    def _ec_label_lines(self):
        """One entry per product and lot, inserts at the end."""
        quantities = defaultdict(Decimal)
        for move in self._ec_label_moves():
            for line in move.move_line_ids:
                quantities[move.product_id, line.lot_id.name or line.lot_name or ""] += Decimal(
                    str(line.quantity)
                )
            if not move.move_line_ids:
                quantities[move.product_id, ""] += Decimal(str(move.product_uom_qty))
        rows = [(product, lot, qty, False) for (product, lot), qty in quantities.items()]
        rows += [(rule.product_id, "", Decimal(rule.quantity), True) for rule in self.ec_insert_ids]
        return [
            LabelLine(
                number=number,
                code=product.default_code or product.barcode or str(product.id),
                barcode=product.barcode or "",
                name=product.name,
                quantity=quantity,
                lot=lot,
                is_insert=is_insert,
            )
            for number, (product, lot, quantity, is_insert) in enumerate(rows, 1)
        ]

    # === PLACES === #

    def _ec_sender_place(self):
        channel = self.ec_channel_id
        if self.sale_id.ec_is_gift and channel.ec_buyer_sends_gifts:
            return self._ec_place(self.sale_id.partner_id)
        return self._ec_place(channel.ec_sender_id or self.company_id.partner_id)

    def _ec_place(self, partner):
        company = partner.company_name or (
            partner.parent_id.name if partner.parent_id.is_company else ""
        )
        return Place(
            name=partner.name or partner.parent_id.name or "",
            company=company or "",
            kana=partner.ec_name_kana or "",
            zip=partner.zip or "",
            state=partner.state_id.name or "",
            city=partner.city or "",
            street=partner.street or "",
            building=partner.street2 or "",
            phone=partner.phone or partner.parent_id.phone or "",
            email="",
        )

    # === CASH ON DELIVERY === #

    def _ec_deliveries_of_order(self):
        return self.sale_id.picking_ids.filtered(
            lambda p: p.picking_type_code == "outgoing" and p.state != "cancel"
        )

    def _ec_cod_is_unclear(self):
        return not self.ec_cod_amount and len(self._ec_deliveries_of_order()) > 1

    def _ec_cod_is_forgotten(self):
        """The buyer pays at the door, and no delivery of the order takes the money."""
        order = self.sale_id
        return (
            order.ec_payment_role == "cod"
            and order._ec_left_to_pay() > 0
            and not any(p.ec_service in COD_SERVICES for p in self._ec_deliveries_of_order())
        )

    def _ec_cod(self):
        """(amount to collect, tax in it): what is left for the buyer after points and coupons."""
        if self.ec_service not in COD_SERVICES:
            return Decimal(0), Decimal(0)
        order = self.sale_id
        amount = Decimal(str(self.ec_cod_amount or order._ec_left_to_pay()))
        total, tax = Decimal(str(order.amount_total)), Decimal(str(order.amount_tax))
        if total and amount != total:
            tax = (tax * amount / total).to_integral_value()
        return amount, min(tax, amount)

    def action_ec_labels(self):
        """Make the label files for these deliveries."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Label files"),
            "res_model": "ec.label.export",
            "view_mode": "form",
            "target": "new",
            "context": {"default_picking_ids": [fields.Command.set(self.ids)]},
        }
