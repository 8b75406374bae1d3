"""One thing done with hundreds of orders: each for itself, what fails is said, the rest is done."""

from odoo import api, models
from odoo.exceptions import AccessError, UserError, ValidationError

#: Orders per call of the screen.
LIMIT = 100


class EcBulk(models.AbstractModel):
    """The screen calls ``run`` chunk after chunk; every chunk is a transaction of its own."""

    _name = "ec.bulk"
    _description = "Bulk actions on orders"

    @api.model
    def _works(self):
        """Return {key: title}; the work itself is ``_do_<key>(order)``. Extended by modules."""
        return {
            "clear_checks": self.env._("Checks looked at"),
            "run_rules": self.env._("Check again by the rules"),
            "paid": self.env._("Money has arrived"),
            "ship": self.env._("Validate deliveries"),
            "invoice": self.env._("Create invoices"),
        }

    @api.model
    def _open(self, work, orders):
        """Return the action that works on ``orders`` with a progress bar."""
        return {
            "type": "ir.actions.client",
            "tag": "ec_unified.bulk",
            "params": {"title": self._works()[work], "work": work, "ids": orders.ids},
        }

    @api.model
    def run(self, work, ids):
        """Do ``work`` with these orders.

        :return: {"done": number, "failures": [{"id", "name", "reason"}]}
        :rtype: dict
        """
        if work not in self._works() or len(ids) > LIMIT:
            raise UserError(self.env._("This cannot be done with these orders."))
        orders = self.env["sale.order"].browse(ids).exists()
        orders.check_access("write")
        method = getattr(self, f"_do_{work}")
        failures = []
        for order in orders:
            try:
                with self.env.cr.savepoint():
                    method(order)
                    self.env.flush_all()
            except (UserError, ValidationError, AccessError) as error:
                failures.append({"id": order.id, "name": order.name, "reason": str(error)})
        return {"done": len(orders) - len(failures), "failures": failures}

    @api.model
    def _do_clear_checks(self, order):
        order.ec_open_check_ids._clear(note=self.env._("Looked at in bulk"))

    @api.model
    def _do_run_rules(self, order):
        order.action_ec_run_rules()

    @api.model
    def _do_paid(self, order):
        order.action_ec_mark_paid()

    @api.model
    def _do_ship(self, order):
        pickings = order.picking_ids.filtered(
            lambda p: p.state not in ("done", "cancel") and p.picking_type_code == "outgoing"
        )
        if not pickings:
            raise UserError(self.env._("There is nothing to ship."))
        if any(picking.state != "assigned" for picking in pickings):
            raise UserError(self.env._("The goods are not reserved."))
        if not order._ec_is_payment_secured():
            raise UserError(self.env._("The money has not arrived yet."))
        pickings.move_ids.filtered(lambda m: m.state not in ("done", "cancel")).picked = True
        pickings.with_context(skip_sms=True).button_validate()

    @api.model
    def _do_invoice(self, order):
        order._create_invoices()
