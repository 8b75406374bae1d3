"""The mall's tax to the yen, on the order and on each of its invoices."""

from decimal import Decimal

from odoo import api, models

from ..lib.order_math import partial_share


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    @api.model
    def _ec_tax_data(self, currency, tax, price_unit, quantity, amount, tax_amount):
        """Return the tax engine's JSON that fixes base and tax of a line.

        The engine ignores it as soon as price or quantity of the line are changed.

        :param amount: what the line costs, tax included
        :param tax_amount: the tax in it
        :rtype: dict
        """
        base, tax_amount = float(amount - tax_amount), float(tax_amount)
        return {
            "currency_id": currency.id,
            "price_unit": float(price_unit),
            "discount": 0.0,
            "quantity": float(quantity),
            "rate": 1.0,
            "manual_total_excluded_currency": base,
            "manual_total_excluded": base,
            "manual_tax_amounts": {
                str(tax.id): {
                    "tax_amount_currency": tax_amount,
                    "tax_amount": tax_amount,
                    "base_amount_currency": base,
                    "base_amount": base,
                }
            },
        }

    def _prepare_invoice_line(self, **optional_values):
        """Give each partial invoice its share of the mall's tax; the last one gets the rest.

        Goods that came back (a quantity below zero) take theirs with them the same way.
        """
        values = super()._prepare_invoice_line(**optional_values)
        data = values.get("extra_tax_data")
        if (
            not self.order_id.ec_channel_id
            or not data
            or not data.get("manual_tax_amounts")
            or not values.get("quantity")
            or (values["quantity"] == data.get("quantity") and not self.qty_invoiced)
            or len(self.tax_ids) != 1
        ):
            return values
        values["extra_tax_data"] = self._ec_partial_tax_data(data, values["quantity"])
        return values

    def _ec_partial_tax_data(self, data, quantity):
        """Return the tax data of an invoice of ``quantity`` pieces after the earlier ones.

        Cumulated: what the pieces invoiced so far should carry, minus what their invoices carry.
        """
        self.ensure_one()
        ordered = Decimal(str(data["quantity"]))
        done = Decimal(str(self.qty_invoiced)) + Decimal(str(quantity))
        base = Decimal(str(data["manual_total_excluded_currency"]))
        tax = Decimal(str(data["manual_tax_amounts"][str(self.tax_ids.id)]["tax_amount_currency"]))
        carried_total, carried_base = self._ec_get_invoiced_amounts()
        total_now = partial_share(base + tax, ordered, done) - carried_total
        tax_now = partial_share(tax, ordered, done) - (carried_total - carried_base)
        return self._ec_tax_data(
            self.currency_id,
            self.tax_ids,
            data["price_unit"],
            quantity,
            total_now,
            tax_now,
        )

    def _ec_get_invoiced_amounts(self):
        """Return (amount incl. tax, without tax) that invoices and refunds of this line carry."""
        total = base = Decimal(0)
        for line in self.invoice_lines:
            move = line.move_id
            if move.state == "cancel" or move.payment_state == "invoicing_legacy":
                continue
            sign = -1 if move.move_type == "out_refund" else 1
            total += sign * Decimal(str(line.price_total))
            base += sign * Decimal(str(line.price_subtotal))
        return total, base
