"""New orders: all their values first, then one ``create`` and one confirmation."""

import hashlib

from odoo import api, models
from odoo.fields import Command

from ..lib.data import PAY_ON_DELIVERY, PAY_PAID, PAY_PARTIAL, PAY_UNPAID, PRODUCT
from ..lib.order_math import DIFFERENCE, MALL_PAID
from .ec_order_import import naive_utc


class EcOrderImport(models.AbstractModel):
    _inherit = "ec.order.import"

    @api.model
    def _create_orders(self, batch):
        self._pick_sources(batch)
        names = self._get_order_names(batch)
        vals_list = [self._prepare_order(batch, item, names) for item in batch.items]
        orders = self.env["sale.order"].create(vals_list)
        for item, order in zip(batch.items, orders, strict=True):
            item.order = order
        live = orders.filtered(lambda order: order.state == "draft")
        self._confirm(live)

    @api.model
    def _get_order_names(self, batch):
        """Return {ref: name}: prefix and mall number where no other order is called that."""
        prefix = batch.channel.order_prefix or ""
        names = {item.data.ref: f"{prefix}{item.data.number}" for item in batch.items}
        rows = self.env["sale.order"].search_fetch([("name", "in", list(names.values()))], ["name"])
        taken = set(rows.mapped("name"))
        result = {}
        for ref, name in names.items():
            if name and name not in taken:
                taken.add(name)
                result[ref] = name
        return result

    # === ORDER === #

    @api.model
    def _prepare_order(self, batch, item, names):
        data, channel = item.data, batch.channel
        places = [place for place in item.destinations if place]
        values = {
            "company_id": batch.company.id,
            "partner_id": item.buyer.id,
            "partner_invoice_id": item.buyer.id,
            "partner_shipping_id": (places[0] if places else item.buyer).id,
            "client_order_ref": data.number,
            "date_order": naive_utc(data.ordered_at),
            "pricelist_id": False,
            "currency_id": self._get_currency(batch, data).id,
            "fiscal_position_id": False,
            "payment_term_id": False,
            "warehouse_id": item.warehouse.id,
            "team_id": channel.team_id.id,
            "user_id": False,
            "require_signature": False,
            "require_payment": False,
            "origin": channel.name,
            "ec_channel_id": channel.id,
            "ec_order_ref": data.ref,
            "ec_order_number": data.number,
            "ec_ordered_at": naive_utc(data.ordered_at),
            "order_line": [
                Command.create(self._prepare_line(batch, item, line, sequence))
                for sequence, line in enumerate(item.booking.lines, start=1)
            ],
            **self._prepare_facts(item),
            **self._prepare_wishes(item),
            "ec_shipped_before": data.shipped,
            "ec_wishes_digests": self._wishes_digests(item),
            "ec_destination_digest": self._destination_digest(item),
            "ec_buyer_digest": self._buyer_digest(item),
        }
        if channel.pricelist_id.currency_id.id == values["currency_id"]:
            values["pricelist_id"] = channel.pricelist_id.id
        if item.carrier:
            values["carrier_id"] = item.carrier.id
        if data.ref in names:
            values["name"] = names[data.ref]
        if data.cancelled:
            values["state"] = "cancel"
        return values

    @api.model
    def _get_currency(self, batch, data):
        currency = batch.company.currency_id
        if data.currency == currency.name:
            return currency
        return self.env["res.currency"].search([("name", "=", data.currency)], limit=1) or currency

    @api.model
    def _payment_state(self, item):
        """Return how the money stands. What a shop's own name for cash on delivery means is known
        by the assignment only: then nothing is waited for, the carrier collects; the rest only, if
        a known part is there already. Nor is anything waited for where there is nothing to pay."""
        data, state = item.data, item.data.payment_state
        if state not in (PAY_UNPAID, PAY_PARTIAL):
            return state
        if not data.undecided and data.buyer_total <= 0:
            return PAY_PAID
        known = state == PAY_UNPAID or data.received
        return PAY_ON_DELIVERY if item.payment_role == "cod" and known else state

    @api.model
    def _prepare_facts(self, item):
        """Return what the mall may change at any time without a person having to judge it."""
        data = item.data
        values = {
            "ec_exchange_id": item.exchange.id,
            "ec_source_digest": item.exchange.payload_hash,
            "ec_source_updated_at": naive_utc(data.updated_at),
            "ec_lines_digest": self._lines_digest(item),
            "ec_mall_status": data.mall_status,
            "ec_mall_status_label": data.mall_status_label or data.mall_status,
            "ec_payment_state": self._payment_state(item),
            "ec_payment_role": item.payment_role,
            "ec_payment_label": data.payment_label or data.payment_code or False,
            "ec_payment_due_on": data.payment_due_on or False,
            "ec_paid_at": naive_utc(data.paid_at),
            "ec_may_ship": data.may_ship,
            "ec_undecided": data.undecided,
            "ec_delivery_label": data.delivery_label or False,
        }
        if not data.undecided:
            values |= {
                "ec_buyer_total": float(data.buyer_total),
                "ec_received": float(data.received) if data.payment_state == PAY_PARTIAL else 0.0,
                "ec_points": float(data.points),
                "ec_mall_coupon": float(data.mall_coupon),
                "ec_shop_coupon": float(data.shop_coupon),
                "ec_tax_summary": self._prepare_tax_summary(data),
            }
        return values

    @api.model
    def _prepare_tax_summary(self, data):
        return [
            {"rate": str(row.rate), "total": float(row.total), "tax": float(row.tax)}
            for row in sorted(data.tax_summary, key=lambda row: -row.rate)
        ]

    @api.model
    def _prepare_wishes(self, item):
        """Return what the buyer wishes; clerks may correct it, so it is only written when new."""
        data = item.data
        first = data.destinations[0] if data.destinations else None
        return {
            "ec_wish_date": data.wish_date or (first and first.wish_date) or False,
            "ec_wish_time_from": data.wish_time_from or (first and first.wish_time_from) or 0,
            "ec_wish_time_to": data.wish_time_to or (first and first.wish_time_to) or 0,
            "ec_wish_text": data.wish_text or False,
            "ec_remarks": data.remarks or False,
            "ec_is_gift": data.is_gift,
            "ec_noshi": (first and first.noshi) or False,
            "ec_gift_message": (first and first.message) or False,
            "ec_drop_off": (first and (first.drop_off or first.pickup_point)) or False,
            "ec_wrapping_text": data.wrapping_text or False,
            "ec_buyer_email": data.buyer.email or False,
        }

    # === MARKS === #

    @api.model
    def _digest(self, value):
        return hashlib.sha256(repr(value).encode()).hexdigest()[:32]

    @api.model
    def _wishes_digests(self, item):
        """Return a mark per wish that changes when the mall says something else."""
        return {name: self._digest(value) for name, value in self._prepare_wishes(item).items()}

    @api.model
    def _lines_digest(self, item):
        """Return a mark that changes when goods or money of the order change at the mall."""
        rows = [
            (x.ref, x.kind, x.quantity, x.price_unit, x.amount, x.rate, x.tax)
            for x in item.booking.lines
        ]
        return self._digest([tuple(str(part) for part in row) for row in rows])

    # === LINES === #

    @api.model
    def _prepare_line(self, batch, item, line, sequence):
        product, kind = self._get_line_product(batch, line)
        source = line.source
        return {
            "sequence": sequence,
            "product_id": product.id,
            "product_uom_id": product.uom_id.id,
            "product_uom_qty": float(line.quantity),
            "name": self._get_line_name(product, line),
            "customer_lead": product.sale_delay,
            "ec_line_ref": line.ref,
            "ec_line_kind": kind,
            "ec_sku_code": (source and (source.sku_code or source.sku_ref)) or False,
            "ec_options": (source and source.options) or False,
            "ec_destination_id": self._get_line_destination(item, line),
            **self._prepare_line_money(batch, item, line),
        }

    @api.model
    def _prepare_line_money(self, batch, item, line):
        """Return price, tax and the mall's own tax amount of a line.

        ``technical_price_unit`` differs from the price: only so does Odoo take the price as given
        by hand and keep it when the quantity changes.
        """
        tax = batch.tax(line.rate)
        price = float(line.price_unit)
        values = {
            "price_unit": price,
            "technical_price_unit": 0.0 if price else -1.0,
            "discount": 0.0,
            "tax_ids": [Command.set(tax.ids)],
            "extra_tax_data": False,
        }
        if tax and line.tax is not None:
            values["extra_tax_data"] = self.env["sale.order.line"]._ec_tax_data(
                self._get_currency(batch, item.data),
                tax,
                line.price_unit,
                line.quantity,
                line.amount,
                line.tax,
            )
        return values

    @api.model
    def _get_line_product(self, batch, line):
        """Return (product, kind) a line is booked on; unknown goods on a placeholder."""
        if line.kind != PRODUCT:
            return self._get_fee_product(batch, line.kind), line.kind
        product = batch.products.get(self._sku_key(line.source))
        if product:
            return product, PRODUCT
        return self._get_fee_product(batch, "unknown"), "unknown"

    @api.model
    def _get_line_name(self, product, line):
        name = line.name
        if line.kind in (DIFFERENCE, MALL_PAID) or not name:
            name = product.name
        options = line.source.options if line.source else None
        return f"{name}\n{options}" if options else name

    @api.model
    def _get_line_destination(self, item, line):
        if len(item.destinations) < 2 or not line.source:
            return False
        index = line.source.destination
        place = item.destinations[index] if index < len(item.destinations) else None
        return place.id if place else False
