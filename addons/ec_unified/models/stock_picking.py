"""Deliveries of shop orders: what the order says, and no goods leave past an open check."""

from odoo import api, fields, models

ORIGIN_NOTE = "mail.message_origin_link"


class StockPicking(models.Model):
    _inherit = "stock.picking"

    ec_channel_id = fields.Many2one(
        related="sale_id.ec_channel_id", string="Shop", store=True, index="btree_not_null"
    )
    ec_channel_color = fields.Integer(related="ec_channel_id.color")
    ec_order_number = fields.Char(related="sale_id.ec_order_number")
    ec_stage = fields.Selection(related="sale_id.ec_stage", string="Stage")
    ec_remarks = fields.Text(related="sale_id.ec_remarks")
    ec_is_gift = fields.Boolean(related="sale_id.ec_is_gift")
    ec_open_check_ids = fields.One2many(related="sale_id.ec_open_check_ids")

    @api.model
    def get_empty_list_help(self, help_message):
        """Lists of the shops say what they are for; Odoo's own text is about transfers."""
        if "o_ec_help" in (help_message or ""):
            return help_message
        return super().get_empty_list_help(help_message)

    def _ec_orders_to_check(self):
        outgoing = self.filtered(
            lambda picking: picking.picking_type_code == "outgoing" and picking.ec_channel_id
        )
        return outgoing.sudo().sale_id.filtered("ec_open_check_count")

    def write(self, vals):
        """What has to be looked at first is not handed out for picking."""
        if vals.get("batch_id"):
            self.env["ec.order.check"]._forbid_open(self._ec_orders_to_check())
        return super().write(vals)

    def do_print_picking(self):
        """No picking slip for an order that has to be looked at first."""
        self.env["ec.order.check"]._forbid_open(self._ec_orders_to_check())
        return super().do_print_picking()

    def button_validate(self):
        """Refuse before any wizard opens when an order has to be looked at."""
        self.env["ec.order.check"]._forbid_open(self._ec_orders_to_check())
        return super().button_validate()

    def _action_done(self):
        self.env["ec.order.check"]._forbid_open(self._ec_orders_to_check())
        return super()._action_done()

    # === BATCH OF FRESH ORDERS (see ec.order.import._confirm) === #

    def action_confirm(self):
        """Within a batch wait until all its deliveries are there."""
        batch = self.env.context.get("ec_fresh_batch")
        if batch is None:
            return super().action_confirm()
        batch.pickings.update(dict.fromkeys(self.ids))
        return True

    def message_post_with_source(self, source_ref, **kwargs):
        """Within a batch the note on the origin is written for all deliveries at once."""
        if self.env.context.get("ec_note_later") and source_ref == ORIGIN_NOTE:
            return self.env["mail.message"]
        return super().message_post_with_source(source_ref, **kwargs)

    def _ec_note_origins(self):
        """Write the note "created from" on fresh deliveries, as ``message_post`` would store it.

        What is the same for all is looked up once. Notes notify nobody.
        """
        render = self.env["ir.qweb"]._render
        author_id, email_from = self._message_compute_author()
        reply_to = self._notify_get_reply_to(default=email_from, author_id=author_id)
        domains = self.sudo()._mail_get_alias_domains(default_company=self.env.company)
        companies = self._mail_get_companies(default=self.env.company)
        subtype_id = self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_note")
        values = [
            {
                "author_id": author_id,
                "email_from": email_from,
                "email_add_signature": True,
                "model": self._name,
                "res_id": picking.id,
                "body": render(ORIGIN_NOTE, {"self": picking, "origin": order}),
                "message_type": "notification",
                "subtype_id": subtype_id,
                "record_alias_domain_id": domains[picking.id].id,
                "record_company_id": companies[picking.id].id,
                "reply_to": reply_to[picking.id],
            }
            for picking in self
            for order in picking.move_ids.sale_line_id.order_id
        ]
        self._message_create(values)
