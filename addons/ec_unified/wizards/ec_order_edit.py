"""Change address or quantities of an order here and, where it can be told, at the mall."""

import uuid

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..lib.data import Address
from ..lib.data_change import OrderChange

_ADDRESS = ("name", "zip", "city", "street", "street2", "phone")


class EcOrderEdit(models.TransientModel):
    _name = "ec.order.edit"
    _description = "Change of an order"

    order_id = fields.Many2one("sale.order", required=True, readonly=True)
    destination_id = fields.Many2one("res.partner", domain="[('id', 'in', place_ids)]")
    place_ids = fields.Many2many("res.partner", compute="_compute_place_ids")
    name = fields.Char(string="Recipient", required=True)
    kana = fields.Char(string="Recipient (kana)")
    zip = fields.Char(string="Postcode", required=True)
    state_id = fields.Many2one(
        "res.country.state", string="Prefecture", domain=[("country_id.code", "=", "JP")]
    )
    city = fields.Char(required=True)
    street = fields.Char(string="Street and number", required=True)
    street2 = fields.Char(string="Building")
    phone = fields.Char(string="Telephone")
    line_ids = fields.One2many("ec.order.edit.line", "wizard_id", string="Quantities")
    tell_address = fields.Boolean(compute="_compute_tell")
    tell_quantity = fields.Boolean(compute="_compute_tell")
    told = fields.Text(compute="_compute_tell", string="The mall")
    reason_ids = fields.Many2many("ec.order.reason")
    reason_id = fields.Many2one(
        "ec.order.reason", string="Reason told to the mall", domain="[('id', 'in', reason_ids)]"
    )

    @api.depends("order_id")
    def _compute_place_ids(self):
        for wizard in self:
            order = wizard.order_id
            wizard.place_ids = order.order_line.ec_destination_id or order.partner_shipping_id

    @api.depends("order_id")
    def _compute_tell(self):
        for wizard in self:
            order, channel = wizard.order_id, wizard.order_id.ec_channel_id
            known = bool(order.ec_order_ref)
            wizard.tell_address = known and channel._supports("change_address")
            wizard.tell_quantity = known and channel._supports("change_quantity")
            label = self.env._("Delivery address")
            texts = [wizard._told_text("address", label, wizard.tell_address)]
            label = self.env._("Quantity")
            texts.append(wizard._told_text("quantity", label, wizard.tell_quantity))
            wizard.told = "\n".join(texts)

    def _told_text(self, what, label, tell):
        """Return what becomes of a change, said before it is made."""
        if tell:
            return self.env._("%s: the mall is told in the background.", label)
        steps = self.order_id._ec_manual_steps(what) or self.env._(
            "change it in the mall's own screen as well."
        )
        return self.env._("%(what)s: cannot be told; %(steps)s", what=label, steps=steps)

    @api.onchange("destination_id")
    def _onchange_destination_id(self):
        self.update(self._address_of(self.destination_id))

    @api.model
    def _address_of(self, partner):
        values = {field: partner[field] for field in _ADDRESS}
        return {**values, "kana": partner.ec_name_kana, "state_id": partner.state_id.id}

    @api.model
    def _open_for(self, order):
        """Return the action that asks for the changes."""
        order.check_access("write")
        order._ec_check_of_mall()
        place = order.order_line.ec_destination_id[:1] or order.partner_shipping_id
        reasons = self.env["ec.order.reason"]._of_channel(order.ec_channel_id)
        lines = order.order_line.filtered(lambda line: line.ec_line_kind in ("product", "unknown"))
        wizard = self.create(
            {
                "order_id": order.id,
                "destination_id": place.id,
                **self._address_of(place),
                "line_ids": [
                    fields.Command.create(
                        {"order_line_id": line.id, "quantity": line.product_uom_qty}
                    )
                    for line in lines
                ],
                "reason_ids": [fields.Command.set(reasons.ids)],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Change an order"),
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    # === APPLYING === #

    def action_apply(self):
        """Change the order here now; the mall is told in the background."""
        self.ensure_one()
        order = self.order_id
        order.check_access("write")
        new_place = any(
            (self[field] or False) != (value or False) if field != "state_id"
            else self.state_id.id != (value or False)
            for field, value in self._address_of(self.destination_id).items()
        )  # fmt: skip
        news = self.line_ids.filtered(lambda row: row.quantity != row.ordered)
        if not new_place and not news:
            raise UserError(self.env._("Nothing was changed."))
        self._check(news)
        # The key makes every change a new one: the same numbers may be told twice in a week.
        payload = {"order": order.ec_order_ref, "key": str(uuid.uuid4())}
        refs = self._refs_at_destination()
        if new_place:
            self._apply_address()
            payload |= {"address": self._address_payload(), "address_lines": refs}
        if news:
            payload["quantities"] = {
                row.order_line_id.ec_line_ref: int(row.quantity) for row in news
            }
            payload["reason"] = self.reason_id.code or None
            for row in news:
                row.order_line_id.with_context(ec_from_mall=True).product_uom_qty = row.quantity
        self._tell(payload)
        return {"type": "ir.actions.act_window_close"}

    def _check(self, news):
        """:raise UserError: goods or papers are out already, or something is missing"""
        order, importer = self.order_id, self.env["ec.order.import"]
        if order.state != "sale":
            raise UserError(self.env._("%s is not an open order.", order.name))
        if importer._is_in_work(order):
            raise UserError(
                self.env._("Somebody is working on %s already: stop the delivery first.",
                           order.name)
            )  # fmt: skip
        if any(row.quantity < 1 or row.quantity % 1 for row in news):
            raise UserError(self.env._("At least one piece; to drop an order, cancel it."))
        less = any(row.quantity < row.ordered for row in news)
        if less and self.tell_quantity and self.reason_ids and not self.reason_id:
            raise UserError(self.env._("Choose a reason for %s.", order.ec_channel_id.name))

    def _refs_at_destination(self):
        lines = self.order_id.order_line.filtered("ec_destination_id")
        here = lines.filtered(lambda line: line.ec_destination_id == self.destination_id)
        return [ref for ref in here.mapped("ec_line_ref") if ref]

    def _apply_address(self):
        """Give the order a delivery address of its own; other orders of the buyer keep theirs."""
        order = self.order_id.with_context(ec_from_mall=True)
        values = {
            **{field: self[field] for field in _ADDRESS},
            "ec_name_kana": self.kana,
            "state_id": self.state_id.id,
            "country_id": (self.state_id.country_id or self.destination_id.country_id).id,
            "type": "delivery",
            "parent_id": order.partner_id.id,
            "company_id": order.partner_id.company_id.id,
        }
        place = self.env["res.partner"].sudo().create(values)
        lines = order.order_line.filtered(lambda x: x.ec_destination_id == self.destination_id)
        lines.write({"ec_destination_id": place.id})
        if order.partner_shipping_id == self.destination_id:
            order.partner_shipping_id = place
        pickings = order.sudo().picking_ids.filtered(
            lambda p: (
                p.state not in ("done", "cancel")
                and p.picking_type_code == "outgoing"
                and p.partner_id == self.destination_id
            )
        )
        pickings.write({"partner_id": place.id})

    def _address_payload(self):
        return {
            **{field: self[field] or None for field in _ADDRESS},
            "kana": self.kana or None,
            "country": "JP",
            "state_code": self.state_id.code or None,
        }

    def _tell(self, payload):
        order = self.order_id
        if "address" in payload and not self.tell_address:
            payload.pop("address")
            payload.pop("address_lines")
            order._ec_note_change(self.env._("Delivery address"))
        if "quantities" in payload and not self.tell_quantity:
            payload.pop("quantities")
            order._ec_note_change(self.env._("Quantity"))
        if {"address", "quantities"} & payload.keys():
            # What the mall has not heard yet is told together with this, unless it is the address
            # of another destination.
            rows = order._ec_owed("change")
            owed = rows.filtered(lambda row: not self._is_other_place(row.payload, payload))[:1]
            ref = order.ec_order_ref
            if rows:
                ref = owed.external_ref or f"{ref}#{payload['key'][:8]}"
            self.env["ec.exchange"].sudo()._owe(
                order.ec_channel_id.sudo(), "change", ref,
                self._joined(owed.payload or {}, payload), order,
            )  # fmt: skip

    @api.model
    def _is_other_place(self, owed, payload):
        both = "address" in owed and "address" in payload
        return both and owed.get("address_lines") != payload.get("address_lines")

    @api.model
    def _joined(self, owed, payload):
        quantities = {**(owed.get("quantities") or {}), **(payload.get("quantities") or {})}
        joined = {**owed, **payload}
        if quantities:
            joined["quantities"] = quantities
        return joined

    @api.model
    def _from_payload(self, payload):
        """:rtype: lib.data_change.OrderChange"""
        address = payload.get("address")
        return OrderChange(
            order_ref=payload["order"],
            address=Address(**address) if address else None,
            address_lines=tuple(payload.get("address_lines") or ()),
            quantities=payload.get("quantities") or {},
            reason_code=payload.get("reason"),
        )


class EcOrderEditLine(models.TransientModel):
    _name = "ec.order.edit.line"
    _description = "Quantity of a changed order"

    wizard_id = fields.Many2one("ec.order.edit", required=True, ondelete="cascade")
    order_line_id = fields.Many2one("sale.order.line", required=True, readonly=True)
    name = fields.Text(related="order_line_id.name", string="Item")
    ordered = fields.Float(related="order_line_id.product_uom_qty", string="Now")
    quantity = fields.Float(string="New", digits="Product Unit")
