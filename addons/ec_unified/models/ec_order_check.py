"""One reason why a person must look at an order before it ships."""

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..const import AUTO_CHECKS, CHECK_CODES

_KNOWN = frozenset(code for code, _label in CHECK_CODES)


class EcOrderCheck(models.Model):
    _name = "ec.order.check"
    _description = "Order check"
    _order = "state desc, id"
    _rec_name = "reason"

    order_id = fields.Many2one("sale.order", required=True, index=True, ondelete="cascade")
    channel_id = fields.Many2one(related="order_id.ec_channel_id", store=True, index=True)
    channel_color = fields.Integer(related="channel_id.color")
    company_id = fields.Many2one(related="order_id.company_id", store=True, index=True)
    code = fields.Selection(CHECK_CODES, required=True, default="other")
    detail = fields.Char(help="What exactly, without personal data.")
    reason = fields.Char(compute="_compute_reason", search="_search_reason")
    todo = fields.Char(string="What to do", compute="_compute_reason")
    state = fields.Selection(
        [("open", "Open"), ("cleared", "Cleared")], required=True, default="open", index=True
    )
    cleared_by_id = fields.Many2one("res.users", readonly=True)
    cleared_at = fields.Datetime(readonly=True)
    cleared_note = fields.Char(readonly=True)
    auto = fields.Boolean(
        string="Cleared by itself", readonly=True, help="The reason went away by itself."
    )

    _one_per_reason = models.UniqueIndex(
        "(order_id, code, COALESCE(rule_id, 0))", "An order has one check per reason."
    )

    @api.depends("code", "detail")
    @api.depends_context("lang")
    def _compute_reason(self):
        labels = dict(self._fields["code"]._description_selection(self.env))
        todos = self._get_todo_texts()
        for check in self:
            label = labels.get(check.code) or ""
            check.reason = f"{label}: {check.detail}" if check.detail else label
            check.todo = todos.get(check.code, "")

    @api.model
    def _search_reason(self, operator, value):
        """Find what somebody types in the words of the screen."""
        if operator != "ilike":
            return NotImplemented
        labels = self._fields["code"]._description_selection(self.env)
        codes = [code for code, label in labels if str(value).lower() in label.lower()]
        return Domain("code", "in", codes) | Domain("detail", "ilike", value)

    @api.model
    def _get_todo_texts(self):
        """Return what a clerk has to do, by code."""
        return {
            "unknown_sku": self.env._(
                "Match the item under Listings; the order then takes it by itself."
            ),
            "duplicate_sku": self.env._(
                "Several products have this code. Match the item under Listings."
            ),
            "unknown_payment": self.env._("Say under Assignments what this payment method is."),
            "total_mismatch": self.env._(
                "Compare with the mall; the difference stands on its own line."
            ),
            "amount_undecided": self.env._("Wait: the mall has not fixed the amounts yet."),
            "gift_address_missing": self.env._(
                "Wait: the recipient has not entered the address yet."
            ),
            "several_destinations": self.env._(
                "Look at the destination of each line before packing."
            ),
            "store_pickup": self.env._("Ship to the store named in the delivery method."),
            "remote_island": self.env._("Check the postage for the remote island."),
            "remarks": self.env._("Read the buyer's remarks."),
            "gift": self.env._("Read the gift wishes: noshi, message, wrapping."),
            "preorder": self.env._("Ship on the date of the pre-order."),
            "subscription": self.env._("Regular delivery: check which one it is."),
            "mall_caution": self.env._("The mall warns about this buyer. Decide whether to ship."),
            "mall_checking": self.env._("Do not ship: the mall is still checking the order."),
            "shipped_upstream": self.env._(
                "The mall says that goods have left. If so, validate the delivery here as well."
            ),
            "shipped_elsewhere": self.env._(
                "Do not send what that place sends: move the goods to our location at the mall, or "
                "take them off the delivery here. If the place is ours, assign a warehouse to it "
                "in the shop's settings."
            ),
            "changed_upstream": self.env._(
                "The order changed at the mall. Compare and correct it here."
            ),
            "cancel_requested": self.env._(
                "Cancelled at the mall. Stop the parcel or take it back."
            ),
            "mall_not_told": self.env._(
                "See under “Show” why and try again; or do it in the mall's own screen, then mark "
                "it as checked."
            ),
            "confirm_due": self.env._(
                "Confirm the order at the mall, else the mall cancels it by itself."
            ),
            "address_missing": self.env._("Complete the delivery address with the buyer."),
            "personal_data_missing": self.env._(
                "The mall gives no buyer data. See the mall's screen."
            ),
            "refund_upstream": self.env._(
                "Refunded at the mall. Decide whether goods still go out."
            ),
            "edited_upstream": self.env._("Edited at the mall. Compare the lines."),
            "foreign_currency": self.env._("Paid in another currency. Check the amounts."),
            "medicine": self.env._("Contains medicine: pharmacist's confirmation."),
        }

    # === OPENING AND CLEARING === #

    @api.model
    def _sync(self, reasons):
        """Make the open checks of orders say what the mall's documents say now.

        A check somebody cleared stays cleared unless its detail changes; one whose reason is gone
        is cleared by itself if nobody has to judge that.

        :param dict reasons: order → {code: detail}, all reasons its newest document gives
        """
        orders = self.env["sale.order"].union(*reasons)
        known = {(c.order_id.id, c.code): c for c in self.search([("order_id", "in", orders.ids)])}
        vals_list = []
        gone = self.browse()
        for order, codes in reasons.items():
            codes = self._known_codes(codes)
            for code, detail in codes.items():
                check = known.get((order.id, code))
                if not check:
                    vals_list.append({"order_id": order.id, "code": code, "detail": detail})
                elif check._must_open(detail):
                    check._reopen(detail)
            gone += self.union(
                *(
                    check
                    for (order_id, code), check in known.items()
                    if order_id == order.id and code in AUTO_CHECKS and code not in codes
                )
            )
        gone._clear(auto=True)
        return self.create(vals_list)

    @api.model
    def _open(self, order, code, detail=""):
        """Open one check, whatever the others say.

        :return: the check
        """
        check = self.search([("order_id", "=", order.id), ("code", "=", code)])
        if not check:
            return self.create({"order_id": order.id, "code": code, "detail": detail})
        if check._must_open(detail):
            check._reopen(detail)
        return check

    @api.model
    def _known_codes(self, codes):
        known = {}
        for code, detail in codes.items():
            if code not in _KNOWN:
                code, detail = "other", detail or code
            known[code] = " / ".join(filter(None, (known.get(code), detail)))[:200]
        return known

    def _must_open(self, detail):
        self.ensure_one()
        if self.state == "open":
            return (self.detail or "") != (detail or "")
        return self.auto or (self.detail or "") != (detail or "")

    def _reopen(self, detail):
        self.write(
            {
                "state": "open",
                "detail": detail,
                "auto": False,
                "cleared_by_id": False,
                "cleared_at": False,
                "cleared_note": False,
            }
        )

    def _clear(self, note=None, auto=False):
        checks = self.filtered(lambda check: check.state == "open")
        if not checks:
            return
        values = {
            "state": "cleared",
            "auto": auto,
            "cleared_by_id": False if auto else self.env.uid,
            "cleared_at": fields.Datetime.now(),
        }
        checks.write({**values, "cleared_note": note} if note else values)

    # === BUTTONS === #

    def action_clear(self):
        """The clerk has looked: the order may go on."""
        self._clear()
        return True

    def action_open_fix(self):
        """Open what has to be mended for this check, else the order."""
        self.ensure_one()
        return self._get_fix_action() or self.order_id._get_records_action()

    def _get_fix_action(self):
        """Return the action that shows the thing to mend, or None."""
        self.ensure_one()
        channel = self.order_id.ec_channel_id
        if self.code in ("unknown_sku", "duplicate_sku"):
            codes = self.order_id.order_line.filtered(lambda x: x.ec_line_kind == "unknown")
            return {
                "type": "ir.actions.act_window",
                "name": self.env._("Items to match"),
                "res_model": "ec.listing.sku",
                "view_mode": "list,form",
                "domain": [("channel_id", "=", channel.id)],
                "context": {
                    "search_default_sku_code": codes.mapped("ec_sku_code")[:1],
                    "ec_matching": True,
                },
                "help": self._get_unlisted_help(),
            }
        if self.code == "unknown_payment":
            return {
                "type": "ir.actions.act_window",
                "name": self.env._("Assignments"),
                "res_model": "ec.mapping",
                "view_mode": "list,form",
                "domain": [("channel_id", "=", channel.id)],
                "context": {"search_default_open": 1},
            }
        return None

    @api.model
    def _get_unlisted_help(self):
        return Markup('<p class="o_view_nocontent_empty_folder">%s</p><p>%s</p>') % (
            self.env._("This SKU is not among the items that were read from the shop."),
            self.env._(
                "Have the items read again on the shop, or enter the SKU code as internal "
                "reference or barcode of the right product; the order then takes it by itself."
            ),
        )

    @api.model
    def _forbid_open(self, orders):
        """Stop work on orders that a person has to look at first.

        :raise UserError: an order has an open check; names it
        """
        checks = self.sudo().search([("order_id", "in", orders.ids), ("state", "=", "open")])
        if checks:
            lines = [
                f"{check.order_id.ec_order_number or check.order_id.name}: {check.reason}"
                for check in checks[:10]
            ]
            raise UserError(
                self.env._("These orders must be checked before they ship:\n%s", "\n".join(lines))
            )
