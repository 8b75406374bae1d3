"""Notes old and new of what the mall changed while somebody was working on the order."""

from odoo import api, models

from ..const import SHIPPABLE_PAYMENT_STATES

CODE = "changed_upstream"
#: What a label is made by.
_PAYMENT = ("ec_payment_role", "ec_payment_state", "ec_buyer_total", "ec_received")


class EcOrderImport(models.AbstractModel):
    _inherit = "ec.order.import"

    @api.model
    def _sync_checks(self, batch):
        result = super()._sync_checks(batch)
        self._ask_to_read_again(batch)
        changed = {item.order: item.changes for item in batch.items if item.changes}
        if changed:
            orders = self.env["sale.order"].union(*changed)
            checks = self.env["ec.order.check"].search(
                [("order_id", "in", orders.ids), ("code", "=", CODE)]
            )
            for check in checks:
                self.env["ec.order.change"]._sync(check, changed[check.order_id])
        return result

    @api.model
    def _ask_to_read_again(self, batch):
        """Open checks again whose text changed after a person had read it."""
        for item in batch.items:
            if codes := item.unread & item.reasons.keys():
                for check in item.order.ec_check_ids:
                    if check.code in codes and check.state == "cleared" and not check.rule_id:
                        check._reopen(check.detail)

    @api.model
    def _update_order(self, batch, item):
        item.changes += self._compare_payment(item)
        if item.changes:
            item.add_reason("changed_upstream", self.env._("payment"))
        return super()._update_order(batch, item)

    @api.model
    def _compare_payment(self, item):
        """Return what the mall says anew of the payment of an order whose label may be printed: by
        cash on delivery or not, how much, and whether the goods may leave at all."""
        order = item.order
        if item.data.cancelled or order.state == "cancel":
            return []
        if not self._has_open_delivery(order) or not self._is_in_work(order):
            return []
        facts = {name: order[name] for name in _PAYMENT}
        now = {**facts, **self._prepare_facts(item)}
        labels = {
            name: dict(order._fields[name]._description_selection(self.env))
            for name in ("ec_payment_role", "ec_payment_state")
        }
        changes = []
        on_delivery = [values["ec_payment_role"] == "cod" for values in (facts, now)]
        held = [values["ec_payment_state"] not in SHIPPABLE_PAYMENT_STATES
                for values in (facts, now)]  # fmt: skip
        differs = on_delivery[0] != on_delivery[1]
        name = "ec_payment_role" if differs else "ec_payment_state"
        if differs or held == [False, True]:
            old, new = labels[name].get(facts[name], ""), labels[name].get(now[name], "")
            changes.append({"field": "payment", "old": old, "new": new})
        old, new = (v["ec_buyer_total"] - v["ec_received"] for v in (facts, now))
        if any(on_delivery) and old != new:
            changes.append({"field": "collect", "old": f"{old:,.0f}", "new": f"{new:,.0f}"})
        return changes

    @api.model
    def _has_open_delivery(self, order):
        return any(
            picking.state not in ("done", "cancel") and picking.picking_type_code == "outgoing"
            for picking in order.picking_ids
        )

    @api.model
    def _apply_wishes(self, item):
        order, marks = item.order, self._wishes_digests(item)
        known = order.ec_wishes_digests or {}
        if self._is_in_work(order):
            news = {
                name: value
                for name, value in self._prepare_wishes(item).items()
                if marks[name] != known.get(name) and name != "ec_place_facts"
            }
            for name, value in self._changed_values(order, news).items() if news else ():
                label = order._fields[name]._description_string(self.env)
                item.changes.append(
                    {"field": "wish", "name": label, "old": str(order[name] or ""),
                     "new": str(value or "")}
                )  # fmt: skip
        return super()._apply_wishes(item)

    @api.model
    def _apply_lines(self, batch, item):
        if self._is_in_work(item.order):
            item.changes += self._compare_lines(item)
        return super()._apply_lines(batch, item)

    @api.model
    def _compare_lines(self, item):
        """Return what differs between the order's lines and the mall's."""
        order, changes = item.order, []
        current = {line.ec_line_ref: line for line in order.order_line if line.ec_line_ref}
        for line in item.booking.lines:
            record = current.pop(line.ref, None)
            name = line.name or (record and record.name) or line.ref
            if record is None:
                new = f"{line.quantity:f} × {line.price_unit:,f}"
                changes.append({"field": "line", "name": name, "old": "", "new": new})
                continue
            pairs = (
                ("quantity", record.product_uom_qty, float(line.quantity)),
                ("price", record.price_unit, float(line.price_unit)),
            )
            changes += [
                {"field": field, "name": name, "old": f"{old:,g}", "new": f"{new:,g}"}
                for field, old, new in pairs
                if old != new
            ]
        for record in current.values():
            if record.product_uom_qty:
                old = f"{record.product_uom_qty:g} × {record.price_unit:,g}"
                changes.append({"field": "line", "name": record.name, "old": old, "new": ""})
        if order.amount_total != float(item.booking.total):
            changes.append(
                {"field": "total", "old": f"{order.amount_total:,.0f}",
                 "new": f"{item.booking.total:,.0f}"}
            )  # fmt: skip
        return changes
