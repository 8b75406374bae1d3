"""Known orders whose document changed at the mall.

What harms nobody is applied; what a person is already working on, or what is gone, becomes a check.
"""

from odoo import api, models
from odoo.fields import Command

from ..lib.data import PAY_REFUNDED, PRODUCT

#: Texts a person has to read, and the check that asks for it.
_TO_READ = {
    "ec_remarks": "remarks",
    "ec_noshi": "gift",
    "ec_gift_message": "gift",
    "ec_wrapping_text": "gift",
}


class EcOrderImport(models.AbstractModel):
    _inherit = "ec.order.import"

    @api.model
    def _update_orders(self, batch):
        for item in batch.items:
            self._update_order(batch, item)

    @api.model
    def _update_order(self, batch, item):
        order, data = item.order, item.data
        facts = self._prepare_facts(item)
        same_lines = order.ec_lines_digest == facts.pop("ec_lines_digest")
        order.write(self._changed_values(order, facts))
        if data.cancelled:
            self._apply_cancellation(item)
            return
        if order.state == "cancel":
            if not data.cancelling and not order._ec_owes("cancel"):
                item.add_reason("changed_upstream", self.env._("active again at the mall"))
            return
        if data.payment_state == PAY_REFUNDED and not self._is_own_refund(item):
            item.add_reason("refund_upstream")
        self._apply_wishes(item)
        self._apply_buyer(item)
        self._apply_destination(item)
        if not same_lines or self._finds_unknown_goods(batch, item):
            self._apply_lines(batch, item)

    @api.model
    def _changed_values(self, record, values):
        """Return those of ``values`` that differ, so that nothing is recomputed for nothing."""
        current = record._convert_to_write(record.read(list(values), load=None)[0])
        return {name: value for name, value in values.items() if current.get(name) != value}

    # === CANCELLATION === #

    @api.model
    def _apply_cancellation(self, item):
        """Cancel what has not left yet; a parcel on its way needs a person, and so does one that
        may stand packed and labelled beside the door."""
        order = item.order
        if order.state == "cancel":
            return
        if self._has_shipped(order) or self._has_posted_invoice(order):
            item.add_reason("cancel_requested", item.data.cancel_reason or "")
            return
        begun = self._is_being_prepared(order)
        if order.locked:
            order.action_unlock()
        order._action_cancel()
        asked = order.ec_open_check_ids.filtered(lambda check: check.code == "cancel_requested")
        asked._clear(auto=True)
        if begun:
            text = self.env._("somebody had begun with the parcel")
            self.env["ec.order.check"]._open(order, "cancel_requested", text)

    @api.model
    def _has_shipped(self, order):
        return any(move.state == "done" for move in order.order_line.move_ids)

    @api.model
    def _has_posted_invoice(self, order):
        return any(move.state == "posted" for move in order.invoice_ids)

    @api.model
    def _is_in_work(self, order):
        """Say whether somebody holds the goods or the papers of this order already."""
        return (
            order.locked
            or self._has_shipped(order)
            or any(move.state != "cancel" for move in order.invoice_ids)
            or self._is_being_prepared(order)
        )

    @api.model
    def _is_being_prepared(self, order):
        """Say whether somebody has begun with a parcel of this order. Modules that know more steps
        say so too."""
        pickings = order.picking_ids.filtered(lambda picking: picking.state != "cancel")
        return any(picking.printed or picking.batch_id for picking in pickings) or any(
            move.picked for move in pickings.move_ids
        )

    # === WISHES === #

    @api.model
    def _apply_wishes(self, item):
        """Write those wishes about which the mall says something new."""
        order, marks = item.order, self._wishes_digests(item)
        known = order.ec_wishes_digests or {}
        changed = {
            name: value
            for name, value in self._prepare_wishes(item).items()
            if marks[name] != known.get(name)
        }
        if not changed:
            return
        if self._is_in_work(order) and self._changed_values(order, changed):
            item.add_reason("changed_upstream", self.env._("wishes of the buyer"))
        else:
            item.unread |= {code for name, code in _TO_READ.items() if changed.get(name)}
        order.write({**changed, "ec_wishes_digests": marks})

    # === LINES === #

    @api.model
    def _apply_lines(self, batch, item):
        """Bring lines to what the mall says now: goods, quantities, prices, fees."""
        order = item.order
        if self._is_in_work(order):
            text = self.env._("lines or amounts: now %s", f"{item.booking.total:,f}")
            item.add_reason("changed_upstream", text)
            return
        current = {line.ec_line_ref: line for line in order.order_line if line.ec_line_ref}
        commands, resolved = [], self.env["sale.order.line"]
        for sequence, line in enumerate(item.booking.lines, start=1):
            values = self._prepare_line(batch, item, line, sequence)
            record = current.pop(line.ref, None)
            if record is None:
                commands.append(Command.create(values))
                continue
            if record.product_id.id == values["product_id"]:
                changed = self._changed_line_values(record, values)
            elif record.move_ids.filtered(lambda move: move.state != "cancel"):
                self._note_other_goods(item, record, line, values)
                continue
            else:
                changed, resolved = values, resolved + record
            if changed:
                commands.append(Command.update(record.id, changed))
        commands += [Command.update(line.id, {"product_uom_qty": 0}) for line in current.values()]
        order.write({"order_line": commands, "ec_lines_digest": self._lines_digest(item)})
        resolved._action_launch_stock_rule()

    @api.model
    def _note_other_goods(self, item, record, line, values):
        """Show a line of whose goods mall and order think differently; a substitute chosen here
        for what the mall still says is nothing new."""
        same = ("ec_sku_code", "product_uom_qty", "price_unit")
        if all(record[name] == values[name] for name in same):
            return
        item.add_reason("changed_upstream", self.env._("other goods on a line"))
        item.changes.append(
            {
                "field": "line",
                "name": record.name,
                "old": f"{record.product_uom_qty:g} × {record.price_unit:,g}",
                "new": f"{line.name} {line.quantity:f} × {line.price_unit:,f}",
            }
        )

    @api.model
    def _finds_unknown_goods(self, batch, item):
        """Say whether goods that could not be matched before are known now."""
        waiting = item.order.order_line.filtered(lambda line: line.ec_line_kind == "unknown")
        refs = set(waiting.mapped("ec_line_ref"))
        return any(
            line.ref in refs and batch.products.get(self._sku_key(line.source))
            for line in item.booking.lines
            if line.kind == PRODUCT
        )

    @api.model
    def _changed_line_values(self, record, values):
        """Return what differs; price and tax only together, since they hold each other."""
        simple = {
            name: value
            for name, value in values.items()
            if name in ("product_uom_qty", "name", "ec_options", "ec_destination_id")
        }
        changed = self._changed_values(record, simple)
        same_price = (
            record.price_unit == values["price_unit"]
            and record.tax_ids.ids == values["tax_ids"][0][2]
            and (record.extra_tax_data or False) == values["extra_tax_data"]
        )
        if not same_price or "product_uom_qty" in changed:
            changed |= {
                name: values[name]
                for name in (
                    "price_unit", "technical_price_unit", "discount", "tax_ids", "extra_tax_data",
                )
            }  # fmt: skip
        return changed
