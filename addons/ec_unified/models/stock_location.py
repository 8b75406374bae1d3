"""Places whose goods no shop may offer: defective and returned goods."""

from odoo import api, fields, models, tools


class StockLocation(models.Model):
    _inherit = "stock.location"

    ec_not_offered = fields.Boolean(
        string="Not offered in shops",
        help="Goods here and below are never shown as stock in a shop: defective or returned ones.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        locations = super().create(vals_list)
        if any(vals.get("ec_not_offered") for vals in vals_list):
            self.env.registry.clear_cache("stable")
        return locations

    def write(self, vals):
        result = super().write(vals)
        if {"ec_not_offered", "location_id", "active"} & vals.keys():
            self.env.registry.clear_cache("stable")
            self._ec_note_products()
        return result

    @api.ondelete(at_uninstall=True)
    def _unlink_forget_not_offered(self):
        self.env.registry.clear_cache("stable")

    @api.model
    def _ec_offered_domain(self, company):
        """Leave out the places of ``company`` whose goods nobody sells.

        :return: domain on ``stock.location``, empty where there are none
        :rtype: list
        """
        away = self.sudo().search(
            [("ec_not_offered", "=", True), ("company_id", "in", [False, company.id])]
        )
        return ["!", ("id", "child_of", away.ids)] if away else []

    @api.model
    @tools.ormcache(cache="stable")
    def _ec_not_offered_paths(self):
        """Where the places lie whose goods nobody sells: {id: path from the top}."""
        away = self.sudo().search_fetch([("ec_not_offered", "=", True)], ["parent_path"])
        return {place.id: place.parent_path for place in away}

    def _ec_not_offered_below(self):
        """Ids of the places below this one whose goods are not for sale; no query."""
        path = self.parent_path or ""
        return [
            place_id
            for place_id, inner in self._ec_not_offered_paths().items()
            if path and inner.startswith(path) and place_id != self.id
        ]

    def _ec_note_products(self):
        """What lies here may be offered now, or no longer."""
        groups = (
            self.env["stock.quant"]
            .sudo()
            ._read_group([("location_id", "child_of", self.ids)], ["product_id"])
        )
        product_ids = [product.id for (product,) in groups]
        if product_ids:
            self.env["ec.stock.signal"]._note(product_ids)


class StockWarehouse(models.Model):
    _inherit = "stock.warehouse"

    ec_return_type_id = fields.Many2one(
        "stock.picking.type",
        string="Operation for returned goods",
        check_company=True,
        copy=False,
        help="Goods that come back from a buyer go to its place, where no shop offers them, until "
        "somebody looked at them.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        warehouses = super().create(vals_list)
        warehouses._ec_create_places()
        return warehouses

    def _get_picking_type_create_values(self, max_sequence):
        """Deliveries of a new warehouse enter no batch by themselves: a batch says that somebody
        packs, and what is being packed follows no news of the mall."""
        data, next_sequence = super()._get_picking_type_create_values(max_sequence)
        for values in data.values():
            if values.get("code") == "outgoing":
                values["auto_batch"] = False
        return data, next_sequence

    def _ec_create_places(self):
        """A place for defective and one for returned goods, beside the stock: nothing is reserved
        from them and no shop offers them. What buyers send back goes to the latter."""
        if not self.env.context.get("lang"):  # an installation speaks the company's language
            for company, warehouses in self.grouped("company_id").items():
                warehouses.with_context(lang=company._ec_lang())._ec_create_places()
            return
        for warehouse in self.sudo():
            places = warehouse.view_location_id.child_ids.filtered("ec_not_offered")
            if not places:
                places = (
                    self.env["stock.location"]
                    .sudo()
                    .create(
                        [
                            {
                                "name": name,
                                "location_id": warehouse.view_location_id.id,
                                "usage": "internal",
                                "company_id": warehouse.company_id.id,
                                "ec_not_offered": True,
                            }
                            for name in (
                                self.env._("Defective goods"),
                                self.env._("Returned goods"),
                            )
                        ]
                    )
                )
            if not warehouse.ec_return_type_id:
                warehouse._ec_create_return_type(places[-1])

    def _ec_create_return_type(self, place):
        """The operation that takes goods back; Odoo's own return button uses it from now on."""
        kind = (
            self.env["stock.picking.type"]
            .sudo()
            .create(
                {
                    "name": self.env._("Returns from buyers"),
                    "code": "incoming",
                    "sequence_code": "RET",
                    "warehouse_id": self.id,
                    "company_id": self.company_id.id,
                    "default_location_dest_id": place.id,
                    "sequence": self.in_type_id.sequence + 1,
                }
            )
        )
        self.ec_return_type_id = kind
        if self.out_type_id.return_picking_type_id in (self.in_type_id, kind.browse()):
            self.out_type_id.return_picking_type_id = kind

    @api.model
    def _ec_create_all_places(self):
        """For the warehouses that were there before this module."""
        self.search([("view_location_id", "!=", False)])._ec_create_places()


class EcChannel(models.Model):
    _inherit = "ec.channel"

    def _stock_location_domain(self):
        """Not what is defective or came back."""
        domain = super()._stock_location_domain()
        return [*domain, *self.env["stock.location"]._ec_offered_domain(self.company_id)]
