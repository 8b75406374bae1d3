"""Several orders of one person in one parcel. Each keeps its own delivery, money and invoice."""

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

#: Deliveries nobody holds yet.
_FREE = ("confirmed", "waiting", "assigned")
SUGGESTION_LIMIT = 5000


class EcMerge(models.Model):
    """A parcel for several deliveries.

    Nothing is moved between orders: the deliveries are tied together, so that they get one label,
    one tracking number and leave together. Untying them restores everything.
    """

    _name = "ec.merge"
    _description = "One parcel for several orders"
    _order = "state desc, id desc"
    _rec_name = "partner_id"

    state = fields.Selection(
        [("suggested", "Suggested"), ("merged", "One parcel"), ("undone", "Apart")],
        required=True,
        default="suggested",
        index=True,
    )
    company_id = fields.Many2one("res.company", required=True, index=True)
    picking_ids = fields.One2many("stock.picking", "ec_merge_id", string="Deliveries")
    lead_id = fields.Many2one("stock.picking", string="Label on", readonly=True)
    partner_id = fields.Many2one(related="lead_id.partner_id", string="Destination")
    order_ids = fields.Many2many("sale.order", compute="_compute_orders", string="Orders")
    channel_ids = fields.Many2many("ec.channel", compute="_compute_orders", string="Shops")
    order_count = fields.Integer(compute="_compute_orders", string="Number of orders")
    dismissed_key = fields.Char(readonly=True, index="btree_not_null")

    @api.depends("picking_ids")
    def _compute_orders(self):
        for merge in self:
            orders = merge.picking_ids.sale_id
            merge.order_ids = orders
            merge.order_count = len(orders)
            merge.channel_ids = orders.ec_channel_id

    # === SUGGESTIONS === #

    @api.model
    def action_suggest(self):
        """Look for deliveries that could share a parcel, and show them."""
        self._suggest()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("One parcel for several orders"),
            "res_model": self._name,
            "view_mode": "list,form",
            "context": {"search_default_suggested": 1},
            "help": Markup('<p class="o_view_nocontent_smiling_face">%s</p><p>%s</p>')
            % (
                self.env._("No orders could share a parcel"),
                self.env._(
                    "Open orders for the same person and address stand here as suggestions. "
                    "Each order keeps its money and gets the tracking number."
                ),
            ),
        }

    @api.model
    def _suggest(self):
        """Bring the suggestions up to date. A fixed number of queries.

        :return: all open suggestions
        """
        merges = self.sudo()
        old = merges.search(
            [("state", "=", "suggested"), ("company_id", "in", self.env.companies.ids)]
        )
        old.picking_ids.write({"ec_merge_id": False})
        old.unlink()
        groups = {}
        for picking in merges._find_free():
            key = picking._ec_merge_key()
            if key:
                groups.setdefault(key, []).append(picking)
        refused = set(
            merges.search([("state", "=", "undone"), ("dismissed_key", "!=", False)]).mapped(
                "dismissed_key"
            )
        )
        found = merges.browse()
        for group in groups.values():
            pickings = self._allowed(self.env["stock.picking"].union(*group))
            if len(pickings.sale_id) < 2 or self._key_of(pickings) in refused:
                continue
            found |= merges.create(self._prepare(pickings))
        return found.with_env(self.env)

    @api.model
    def _find_free(self):
        """Return free deliveries to addresses that have more than one of them.

        The database groups first: of thousands of open deliveries only those are read whose
        address occurs again.
        """
        domain = fields.Domain(self._free_domain())
        picking = self.env["stock.picking"]
        places = picking._read_group(domain, ["partner_id"], ["id:recordset"])
        by_address = {}
        for partner, found in places:
            if partner.ec_match_address:
                address = by_address.setdefault(partner.ec_match_address, picking)
                by_address[partner.ec_match_address] = address | found
        shared = [found for found in by_address.values() if len(found) > 1]
        return picking.union(*shared).sorted("id")[:SUGGESTION_LIMIT]

    @api.model
    def _free_domain(self):
        return [
            ("ec_channel_id", "!=", False),
            ("company_id", "in", self.env.companies.ids),
            ("picking_type_code", "=", "outgoing"),
            ("state", "in", _FREE),
            ("printed", "=", False),
            ("batch_id", "=", False),
            ("ec_merge_id", "=", False),
            ("sale_id.ec_stage", "in", ("stock", "ready")),
        ]

    @api.model
    def _allowed(self, pickings):
        """Return those whose shops allow this company of orders."""
        shops = pickings.ec_channel_id
        allowed = pickings.filtered(lambda picking: picking.ec_channel_id.merge_policy != "none")
        if len(shops) < 2:
            return allowed
        mixed = allowed.filtered(lambda picking: picking.ec_channel_id.merge_policy == "all")
        if len(mixed.sale_id) > 1:
            return mixed
        by_shop = allowed.grouped("ec_channel_id").values()
        return max(by_shop, key=len, default=allowed)

    @api.model
    def _prepare(self, pickings):
        return {
            "company_id": pickings.company_id.id,
            "lead_id": pickings.sorted("id")[0].id,
            "picking_ids": [fields.Command.link(picking.id) for picking in pickings],
        }

    @api.model
    def _key_of(self, pickings):
        return ",".join(str(picking_id) for picking_id in sorted(pickings.ids))

    # === MERGING AND UNDOING === #

    @api.model
    def _merge(self, pickings):
        """Tie these deliveries together.

        :raise UserError: they cannot share a parcel; says why
        """
        self._check_together(pickings)
        merge = self.sudo().create(self._prepare(pickings))
        merge.action_merge()
        return merge.with_env(self.env)

    def action_merge(self):
        """Make each of these one parcel."""
        for merge in self:
            merge.picking_ids.sale_id.check_access("write")
            self._check_together(merge.picking_ids)
            merge.sudo().state = "merged"
            lead, others = merge.lead_id, merge.picking_ids - merge.lead_id
            for picking in others.sudo():
                picking.ec_own_carrier_id = picking.carrier_id
            if lead.carrier_id:
                others.sudo().write({"carrier_id": lead.carrier_id.id})
            merge.sudo()._merged()
        return True

    @api.model
    def _check_together(self, pickings):
        keys = {picking._ec_merge_key() for picking in pickings}
        if len(pickings.sale_id) < 2 or len(keys) != 1 or not all(keys):
            raise UserError(
                self.env._(
                    "Only orders for the same person, address, day, temperature and way of "
                    "payment go into one parcel."
                )
            )
        if self._allowed(pickings) != pickings:
            raise UserError(self.env._("A shop of these orders does not allow one parcel."))
        busy = pickings.filtered(lambda p: p.state not in _FREE or p.printed or p.batch_id)
        if busy:
            raise UserError(
                self.env._("Somebody is already working on %s.", ", ".join(busy.mapped("name")))
            )
        checked = pickings.sale_id.filtered("ec_open_check_count")
        self.env["ec.order.check"]._forbid_open(checked)

    def action_undo(self):
        """Deliveries go apart again, or the suggestion is not wanted."""
        for merge in self:
            pickings = merge.picking_ids
            pickings.sale_id.check_access("write")
            if any(picking.state == "done" for picking in pickings):
                raise UserError(self.env._("This parcel has left already."))
            was_merged = merge.state == "merged"
            values = {"state": "undone", "dismissed_key": self._key_of(pickings)}
            if was_merged:
                merge.sudo()._unmerged()
            merge.sudo().write(values)
            pickings.sudo().write({"ec_merge_id": False})
            if was_merged:
                merge.sudo()._restore(pickings.sudo() - merge.sudo().lead_id)
        return True

    def _restore(self, pickings):
        """These deliveries go alone again: with their own carrier, and without the number of the
        parcel that stays with the one that has the label."""
        for picking in pickings:
            values = {"ec_own_carrier_id": False}
            if picking.carrier_tracking_ref:
                values["carrier_tracking_ref"] = False
            if picking.ec_own_carrier_id:
                values["carrier_id"] = picking.ec_own_carrier_id.id
            picking.write(values)

    def _revise(self, changed):
        """Something changed about these deliveries: what no longer fits leaves the parcel."""
        for merge in self.filtered(lambda row: row.state == "merged"):
            pickings = merge.picking_ids.filtered(lambda p: p.state not in ("done", "cancel"))
            groups = list(
                pickings.grouped(lambda picking: picking._ec_merge_key() or picking.id).values()
            )
            if len(groups) < 2:
                merge._merged()
                continue
            stay = max(groups, key=lambda group: (len(group), not group & changed))
            strangers = pickings - stay
            merge._drop(strangers)
            for order in strangers.sale_id:
                order.message_post(
                    body=self.env._(
                        "Something changed: this order no longer shares a parcel with others."
                    )
                )

    def _drop(self, pickings):
        """These deliveries are gone; what is left alone is no parcel for several."""
        for merge in self:
            rest, was_merged = merge.picking_ids - pickings, merge.state == "merged"
            if was_merged:
                merge._unmerged()
            alone = pickings & merge.picking_ids
            pickings.ec_merge_id = False
            if len(rest.sale_id) < 2:
                rest.write({"ec_merge_id": False})
                merge.state = "undone"
                alone |= rest
            if was_merged:
                merge._restore(
                    alone.filtered(lambda p: p.state not in ("done", "cancel")) - merge.lead_id
                )
            if merge.state == "undone":
                continue
            if merge.lead_id in pickings:
                merge.lead_id = rest.sorted("id")[0]
            if merge.state == "merged":
                merge._merged()

    def _merged(self):
        """Hook: the deliveries are one parcel now."""

    def _unmerged(self):
        """Hook: the deliveries are about to go apart."""
