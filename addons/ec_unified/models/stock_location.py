"""Places whose goods no shop may offer: defective and returned goods."""

from odoo import api, fields, models


class StockLocation(models.Model):
    _inherit = "stock.location"

    ec_not_offered = fields.Boolean(
        string="Not offered in shops",
        help="Goods here and below are never shown as stock in a shop: defective or returned ones.",
    )

    def write(self, vals):
        result = super().write(vals)
        if {"ec_not_offered", "location_id", "active"} & vals.keys():
            self._ec_note_products()
        return result

    def _ec_note_products(self):
        """What lies here may be offered now, or no longer."""
        groups = self.env["stock.quant"].sudo()._read_group(
            [("location_id", "child_of", self.ids)], ["product_id"]
        )
        product_ids = [product.id for (product,) in groups]
        if product_ids:
            self.env["ec.stock.signal"]._note(product_ids)


class StockWarehouse(models.Model):
    _inherit = "stock.warehouse"

    @api.model_create_multi
    def create(self, vals_list):
        warehouses = super().create(vals_list)
        warehouses._ec_create_places()
        return warehouses

    def _ec_create_places(self):
        """A place for defective and one for returned goods, beside the stock: nothing is reserved
        from them and no shop offers them."""
        names = (self.env._("Defective goods"), self.env._("Returned goods"))
        vals_list = []
        for warehouse in self.sudo():
            view = warehouse.view_location_id
            if view.child_ids.filtered("ec_not_offered"):
                continue
            vals_list += [
                {
                    "name": name,
                    "location_id": view.id,
                    "usage": "internal",
                    "company_id": warehouse.company_id.id,
                    "ec_not_offered": True,
                }
                for name in names
            ]
        self.env["stock.location"].sudo().create(vals_list)

    @api.model
    def _ec_create_all_places(self):
        """For the warehouses that were there before this module."""
        self.search([("view_location_id", "!=", False)])._ec_create_places()


class EcChannel(models.Model):
    _inherit = "ec.channel"

    def _stock_location_domain(self):
        """Not what is defective or came back."""
        domain = super()._stock_location_domain()
        away = self.env["stock.location"].sudo().search(
            [("ec_not_offered", "=", True), ("company_id", "in", [False, self.company_id.id])]
        )
        return [*domain, "!", ("id", "child_of", away.ids)] if away else domain
