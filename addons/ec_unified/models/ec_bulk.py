"""One thing done with hundreds of orders: what fails is said, the rest is done."""

from odoo import api, models
from odoo.exceptions import AccessError, UserError, ValidationError

from .sale_order_change import WAITING_FOR_MONEY

#: Orders per call of the screen.
LIMIT = 100


class EcBulk(models.AbstractModel):
    """The screen calls ``run`` chunk after chunk; every chunk is a transaction of its own."""

    _name = "ec.bulk"
    _description = "Bulk actions on orders"

    @api.model
    def _works(self):
        """Return {key: title}; the work itself is ``_do_<key>(orders)``. Extended by modules."""
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
        ask = getattr(self, f"_ask_{work}", None)
        return {
            "type": "ir.actions.client",
            "tag": "ec_unified.bulk",
            "params": {
                "title": self._works()[work],
                "work": work,
                "ids": orders.ids,
                "ask": ask(orders) if ask else "",
            },
        }

    # === QUESTIONS: what cannot be taken back is said before it begins === #

    @api.model
    def _ask_clear_checks(self, orders):
        return self.env._(
            "All checks of %s orders are marked as looked at. What was held back may then ship.",
            len(orders),
        )

    @api.model
    def _ask_paid(self, orders):
        text = self.env._("%s orders are noted as paid and may then ship.", len(orders))
        silent = orders.ec_channel_id.filtered(
            lambda channel: channel.is_remote and not channel._supports("mark_paid")
        )
        if silent:
            text += "\n" + self.env._(
                "Note the payment in the mall's own screen as well: %s",
                ", ".join(silent.mapped("name")),
            )
        return text

    @api.model
    def _ask_ship(self, orders):
        return self.env._(
            "The deliveries of %s orders count as shipped: the malls are told and the buyers get "
            "their mails. This cannot be taken back.",
            len(orders),
        )

    # === THE WORK === #

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
        failures = []
        self._try(getattr(self, f"_do_{work}"), orders, failures)
        order_of = {order_id: number for number, order_id in enumerate(ids)}
        failures.sort(key=lambda failure: order_of[failure["id"]])
        return {"done": len(orders) - len(failures), "failures": failures}

    @api.model
    def show(self, ids):
        """Return the action that lists these orders as all lists of the shops do. :rtype: dict"""
        action = self.env["ir.actions.act_window"]._for_xml_id("ec_unified.action_ec_orders")
        name = self.env._("Failed")
        own = {"name": name, "display_name": name, "context": {}, "path": False}
        return {**action, **own, "domain": [("id", "in", ids)]}

    @api.model
    def _try(self, method, orders, failures):
        """Do all at once; where something fails, the halves, down to the order that is in the way.

        One bad order costs a few more tries, not one try per order.
        """
        if not orders:
            return
        try:
            with self.env.cr.savepoint():
                method(orders)
                self.env.flush_all()
            return
        except (UserError, ValidationError, AccessError) as error:
            if len(orders) == 1:
                failures.append({"id": orders.id, "name": orders.name, "reason": str(error)})
                return
        middle = len(orders) // 2
        # browse: what the failed try read is forgotten
        self._try(method, orders.browse(orders.ids[:middle]), failures)
        self._try(method, orders.browse(orders.ids[middle:]), failures)

    # === WORKS: all of these orders, or an error that says what is in the way === #

    @api.model
    def _do_clear_checks(self, orders):
        orders.ec_open_check_ids._clear(note=self.env._("Looked at in bulk"))

    @api.model
    def _do_run_rules(self, orders):
        orders.action_ec_run_rules()

    @api.model
    def _do_paid(self, orders):
        if orders.filtered(lambda order: order.ec_payment_state not in WAITING_FOR_MONEY):
            raise UserError(self.env._("None of these orders waits for money."))
        orders.action_ec_mark_paid()

    @api.model
    def _do_ship(self, orders):
        pickings = self.env["stock.picking"]
        for order in orders:
            mine = order.picking_ids.filtered(
                lambda p: p.state not in ("done", "cancel") and p.picking_type_code == "outgoing"
            )
            if not mine:
                raise UserError(self.env._("There is nothing to ship."))
            if any(picking.state != "assigned" for picking in mine):
                raise UserError(self.env._("The goods are not reserved."))
            if not order._ec_is_payment_secured():
                raise UserError(self.env._("The money has not arrived yet."))
            pickings |= mine
        pickings.move_ids.filtered(lambda m: m.state not in ("done", "cancel")).picked = True
        pickings.with_context(skip_sms=True).button_validate()
        if any(picking.state != "done" for picking in pickings):
            raise UserError(self.env._("Open the delivery: it asks for something."))

    @api.model
    def _do_invoice(self, orders):
        # Every order keeps an invoice of its own, also of the same customer.
        orders._create_invoices(grouped=True)
