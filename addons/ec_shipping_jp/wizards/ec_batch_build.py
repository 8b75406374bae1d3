"""Build batches from the ready list."""

from odoo import api, fields, models
from odoo.exceptions import UserError


class EcBatchBuild(models.TransientModel):
    _name = "ec.batch.build"
    _description = "Build batches"

    picking_ids = fields.Many2many("stock.picking", string="Deliveries")
    picking_count = fields.Integer(compute="_compute_preview", string="Number of deliveries")
    by_carrier = fields.Boolean(string="Apart by carrier", default=True)
    by_cool = fields.Boolean(string="Apart by temperature", default=True)
    by_single = fields.Boolean(string="Single items apart", default=True)
    by_shop = fields.Boolean(string="Apart by shop")
    by_shelf = fields.Boolean(string="In the order of the shelves", default=True)
    max_size = fields.Integer(string="Deliveries per batch", default=50)
    user_id = fields.Many2one("res.users", string="Person")
    preview = fields.Text(compute="_compute_preview")

    @api.depends(
        "picking_ids", "by_carrier", "by_cool", "by_single", "by_shop", "by_shelf", "max_size"
    )
    def _compute_preview(self):
        for wizard in self:
            groups = wizard._groups()
            wizard.picking_count = sum(len(pickings) for _key, pickings in groups)
            wizard.preview = "\n".join(
                self.env._("%(name)s: %(count)s", name=wizard._title(key), count=len(pickings))
                for key, pickings in groups
            )

    def _ready(self):
        return self.picking_ids.filtered(
            lambda p: (
                p.picking_type_code == "outgoing"
                and p.state == "assigned"
                and not p.batch_id
                and not p.sale_id.ec_open_check_count
                and p.sale_id._ec_is_payment_secured()
            )
        )

    def _groups(self):
        """[(key, deliveries)], each of at most ``max_size``."""
        groups = {}
        for picking in self._ready():
            key = (
                picking.picking_type_id,
                picking.carrier_id if self.by_carrier else picking.carrier_id.browse(),
                picking.ec_cool if self.by_cool else False,
                picking.ec_is_single if self.by_single else False,
                picking.ec_channel_id if self.by_shop else picking.ec_channel_id.browse(),
            )
            groups[key] = groups.get(key, self.picking_ids.browse()) | picking
        size = max(self.max_size, 1)
        cut = []
        for key, pickings in groups.items():
            if self.by_shelf:
                pickings = pickings.sorted(lambda p: (p.ec_shelf or "", p.id))
            cut += [(key, pickings[at : at + size]) for at in range(0, len(pickings), size)]
        return cut

    def _title(self, key):
        _type, carrier, cool, single, shop = key
        cools = dict(self.env["stock.picking"]._fields["ec_cool"]._description_selection(self.env))
        parts = [shop.name, carrier.name, cools.get(cool) if cool not in (False, "none") else ""]
        if self.by_single:
            parts.append(self.env._("single items") if single else self.env._("several items"))
        return " / ".join(filter(None, parts)) or self.env._("Batch")

    def action_build(self):
        """Create and start the batches."""
        self.ensure_one()
        groups = self._groups()
        if not groups:
            raise UserError(
                self.env._("None of these deliveries is ready, or they are in batches already.")
            )
        batches = self.env["stock.picking.batch"]
        for key, pickings in groups:
            picking_type, carrier, cool, single, _shop = key
            batch = batches.create(
                {
                    "picking_type_id": picking_type.id,
                    "company_id": picking_type.company_id.id,
                    "description": self._title(key),
                    "user_id": self.user_id.id,
                    "picking_ids": [fields.Command.set(pickings.ids)],
                    "ec_carrier_id": carrier.id,
                    "ec_cool": cool,
                    "ec_is_single": single,
                }
            )
            batch.action_confirm()
            batches |= batch
        action = self.env["ir.actions.act_window"]._for_xml_id("ec_shipping_jp.action_ec_batches")
        action["domain"] = [("id", "in", batches.ids)]
        return action
