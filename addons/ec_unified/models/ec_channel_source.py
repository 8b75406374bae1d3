"""From which warehouse a shop's orders leave first."""

from odoo import api, fields, models


class EcChannelSource(models.Model):
    """One of a shop's warehouses and its place in the order they are asked.

    The rows follow ``warehouse_ids`` of the shop; a person only moves them.
    """

    _name = "ec.channel.source"
    _description = "Warehouse of a shop"
    _order = "channel_id, sequence, id"
    _rec_name = "warehouse_id"
    _check_company_auto = True

    channel_id = fields.Many2one("ec.channel", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="channel_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    warehouse_id = fields.Many2one(
        "stock.warehouse", required=True, ondelete="cascade", check_company=True, readonly=True
    )

    _warehouse_unique = models.Constraint(
        "UNIQUE (channel_id, warehouse_id)", "The shop has this warehouse already."
    )

    def write(self, vals):
        """Of a number below all that is free, the first warehouses show their part first."""
        result = super().write(vals)
        if "sequence" in vals:
            self.env["ec.stock.signal"].sudo()._insert_channels(self.channel_id.ids)
        return result


class EcChannel(models.Model):
    _inherit = "ec.channel"

    source_ids = fields.One2many(
        "ec.channel.source",
        "channel_id",
        string="Order of the warehouses",
        copy=False,
        help="An order leaves from the first of these that has all of it, else from the first.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        channels = super().create(vals_list)
        channels._sync_sources()
        return channels

    def write(self, vals):
        result = super().write(vals)
        if "warehouse_ids" in vals:
            self._sync_sources()
        return result

    def _sync_sources(self):
        """A row per chosen warehouse; new ones come last, the others keep their place."""
        for channel in self.sudo():
            rows = channel.source_ids
            rows.filtered(
                lambda row, own=channel.warehouse_ids: row.warehouse_id not in own
            ).unlink()
            rows = rows.exists()
            last = max(rows.mapped("sequence"), default=0)
            new = channel.warehouse_ids - rows.warehouse_id
            rows.create(
                [
                    {"channel_id": channel.id, "warehouse_id": warehouse.id, "sequence": number}
                    for number, warehouse in enumerate(new, start=last + 1)
                ]
            )

    def _stock_sources(self):
        """The shop's warehouses in the order in which they are asked for goods."""
        self.ensure_one()
        warehouses = self._stock_warehouses()
        if len(warehouses) < 2:
            return warehouses
        rank = {
            row.warehouse_id.id: number
            for number, row in enumerate(self.sudo().source_ids.sorted())
        }
        return warehouses.sorted(lambda warehouse: rank.get(warehouse.id, len(rank)))

    def _stock_free_by_source(self, products, warehouses):
        """Free quantity of ``products`` in each of ``warehouses``; some queries per warehouse.

        :return: {warehouse id: {product id: quantity}}
        :rtype: dict
        """
        domain = self._stock_location_domain()
        return {
            warehouse.id: products.sudo()._ec_free_quantities(
                [*domain, ("id", "child_of", warehouse.view_location_id.id)]
            )
            for warehouse in warehouses
        }
