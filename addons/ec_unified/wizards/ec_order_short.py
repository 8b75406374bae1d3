"""What becomes of an order for which there is not enough."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.ec_order_short import SHORT


class EcOrderShort(models.TransientModel):
    _name = "ec.order.short"
    _description = "Order without enough stock"

    order_id = fields.Many2one("sale.order", required=True, ondelete="cascade")
    channel_id = fields.Many2one(related="order_id.ec_channel_id")
    support_cancel = fields.Boolean(related="channel_id.support_cancel")
    missing = fields.Char(compute="_compute_missing")
    choice = fields.Selection(
        [
            ("wait", "Wait for goods"),
            ("transfer", "Bring it from another warehouse"),
            ("substitute", "Send a substitute"),
            ("partial", "Send what is there, the rest later"),
            ("cancel", "Cancel the order and tell the mall"),
        ],
        required=True,
        default="wait",
    )
    note = fields.Char(help="Kept with the check.")
    source_ids = fields.Many2many(
        "stock.warehouse", compute="_compute_sources", export_string_translation=False
    )
    source_id = fields.Many2one(
        "stock.warehouse",
        string="Giving warehouse",
        compute="_compute_source_id",
        store=True,
        readonly=False,
        domain="[('id', 'in', source_ids)]",
    )
    offers = fields.Text(compute="_compute_sources", string="Free elsewhere")
    line_id = fields.Many2one(
        "sale.order.line",
        string="Instead of",
        compute="_compute_line_id",
        store=True,
        readonly=False,
        domain="[('id', 'in', short_line_ids)]",
    )
    short_line_ids = fields.Many2many(
        "sale.order.line", compute="_compute_short_line_ids", export_string_translation=False
    )
    substitute_id = fields.Many2one("product.product", domain="[('type', '=', 'consu')]")
    reason_ids = fields.Many2many(
        "ec.order.reason",
        compute="_compute_reason_ids",
        store=True,
        export_string_translation=False,
    )
    reason_id = fields.Many2one(
        "ec.order.reason", string="Reason told to the mall", domain="[('id', 'in', reason_ids)]"
    )

    @api.depends("order_id")
    def _compute_reason_ids(self):
        for wizard in self:
            wizard.reason_ids = wizard.reason_ids._of_channel(wizard.channel_id)

    @api.depends("order_id")
    def _compute_missing(self):
        for wizard in self:
            wizard.missing = wizard.order_id._ec_short_moves()._ec_shortage_text()

    @api.depends("order_id")
    def _compute_sources(self):
        for wizard in self:
            found = wizard.order_id._ec_transfer_offers() if wizard.order_id else {}
            wizard.source_ids = self.env["stock.warehouse"].union(*found)
            texts = {
                warehouse: ", ".join(f"{m._ec_goods_name()} × {n:g}" for m, n in given.items())
                for warehouse, given in found.items()
            }
            wizard.offers = "\n".join(f"{key.name}: {text}" for key, text in texts.items())

    @api.depends("order_id")
    def _compute_source_id(self):
        """The first warehouse that has all of it, else the first that has some."""
        for wizard in self:
            found = wizard.order_id._ec_transfer_offers() if wizard.order_id else {}
            missing = wizard.order_id._ec_short_moves()
            whole = (
                warehouse
                for warehouse, given in found.items()
                if all(given.get(move, 0.0) >= move._ec_missing() for move in missing)
            )
            wizard.source_id = next(whole, next(iter(found), False))

    @api.depends("order_id")
    def _compute_short_line_ids(self):
        for wizard in self:
            wizard.short_line_ids = wizard.order_id._ec_short_moves().sale_line_id

    @api.depends("short_line_ids")
    def _compute_line_id(self):
        for wizard in self:
            wizard.line_id = wizard.short_line_ids[:1]

    def action_apply(self):
        """Do what was chosen."""
        self.ensure_one()
        self.order_id.check_access("write")
        getattr(self, f"_apply_{self.choice}")()
        return {"type": "ir.actions.act_window_close"}

    def _get_clear_note(self):
        """What was chosen, and the words of the clerk."""
        labels = dict(self._fields["choice"]._description_selection(self.env))
        return " / ".join(filter(None, (labels[self.choice], self.note)))

    def _clear_check(self):
        checks = self.order_id.ec_check_ids.filtered(lambda check: check.code == SHORT)
        checks._clear(note=self._get_clear_note())

    def _apply_wait(self):
        self._clear_check()

    def _apply_transfer(self):
        """Goods another warehouse has free come to the order's; what none has stays missing."""
        if not self.source_id:
            raise UserError(self.env._("No other warehouse has any of it free."))
        self.order_id._ec_bring_from(self.source_id)
        # Cleared by itself: should the goods not arrive after all, the check comes back.
        checks = self.order_id.ec_check_ids.filtered(lambda c: c.code == SHORT and c.auto)
        checks.write({"cleared_by_id": self.env.uid, "cleared_note": self._get_clear_note()})

    def _apply_substitute(self):
        """The line keeps its price and tax and takes other goods."""
        line, substitute = self.line_id, self.substitute_id
        if not line or not substitute:
            raise UserError(self.env._("Choose the line and the substitute."))
        if any(move.state == "done" for move in line.move_ids):
            raise UserError(self.env._("Part of this line was shipped already."))
        line.move_ids.filtered(lambda move: move.state != "cancel")._action_cancel()
        kept = {
            "price_unit": line.price_unit,
            "technical_price_unit": line.technical_price_unit,
            "discount": line.discount,
            "tax_ids": [(6, 0, line.tax_ids.ids)],
            "extra_tax_data": line.extra_tax_data,
        }
        old = line.product_id.display_name
        name = self.env._("%(new)s (instead of %(old)s)", new=substitute.display_name, old=old)
        line.write(
            {
                "product_id": substitute.id,
                "product_uom_id": substitute.uom_id.id,
                "name": name,
                **kept,
            }
        )
        line._action_launch_stock_rule()
        self._clear_check()
        self.order_id._ec_check_shortage()

    def _apply_partial(self):
        """Move what is missing into a delivery of its own; the rest can leave now."""
        short = self.order_id._ec_short_moves()
        for picking, moves in short.grouped("picking_id").items():
            picking._ec_leave_later(moves)
        self._clear_check()

    def _apply_cancel(self):
        """Free the goods here and tell the mall in the background."""
        order, channel = self.order_id, self.channel_id
        order._ec_check_cancel()
        if channel.is_remote:
            self._tell_cancel()
        self._clear_check()
        order.filtered("locked").action_unlock()
        order._action_cancel()

    def _tell_cancel(self):
        order, channel = self.order_id, self.channel_id
        if not channel.support_cancel:
            raise UserError(
                self.env._("This mall takes no cancellations from here. Cancel in its own screen.")
            )
        if self.reason_ids and not self.reason_id:
            raise UserError(self.env._("Choose the reason the mall is told."))
        self.env["ec.exchange"].sudo()._owe(
            channel.sudo(),
            "cancel",
            order.ec_order_ref,
            # The goods are not there: the mall must not count them as free again.
            {"reason": self.reason_id.code or "", "restock": False},
            order,
        )
