"""Orders of a shop: fetch, store, then import."""

from odoo import fields, models

#: Stages in which the mall may still change the order.
_SETTLED = ("done", "cancel")


class EcChannel(models.Model):
    _inherit = "ec.channel"

    anonymous_partner_id = fields.Many2one(
        "res.partner",
        string="Buyer without data",
        check_company=True,
        help="Stands for buyers whose data the mall withholds.",
    )
    order_ids = fields.One2many("sale.order", "ec_channel_id")

    def write(self, vals):
        """An earlier day to begin with: what lies between is fetched and no longer left out."""
        before = {channel: channel.import_from for channel in self if "import_from" in vals}
        result = super().write(vals)
        for channel, start in before.items():
            if start and (not channel.import_from or channel.import_from < start):
                channel.sudo()._look_further_back()
        return result

    def _look_further_back(self):
        """Have the mall's list read from the beginning, and what was left out as too old again."""
        self._set_cursor("pull_orders", False)
        left_out = self.env["ec.exchange"].search(
            [
                ("channel_id", "=", self.id),
                ("direction", "=", "in"),
                ("kind", "=", "order"),
                ("state", "=", "ignored"),
                # Not by a person, who had another reason.
                ("ignored_by", "=", self.env.ref("base.user_root").id),
            ]
        )
        if left_out:
            left_out._requeue()
        self._trigger_op("pull_orders")

    def action_pull_orders(self):
        """Fetch new and changed orders of these shops now and import them."""
        for channel in self._runnable("pull_orders"):
            with channel._guard("pull_orders") as go:
                if go:
                    channel._pull_orders()
                    self.env["ec.exchange"]._try_now(channel, "in")
                    self.env["ec.exchange"]._process_pending(channel, "order", direction="in")
                    channel._after_import()
        return True

    def _after_import(self):
        """Hook: what has to be looked at after each pull; runs under its guard."""

    def _pull_orders(self):
        """Store what is new. A page is committed before its cursor: a killed run sees it again."""
        self.ensure_one()
        pages = self._adapter()._pull_orders(
            self, self._get_cursor("pull_orders"), self._open_order_refs
        )
        for page in pages:
            self.env["ec.exchange"]._store_documents(self, "order", list(page.documents))
            self._commit()
            self._set_cursor("pull_orders", page.cursor)
            if not self._commit():
                self._trigger_op("pull_orders")
                break

    def _open_order_refs(self):
        """Return the mall's keys of orders that may still change there."""
        self.ensure_one()
        orders = self.env["sale.order"].search_fetch(
            [("ec_channel_id", "=", self.id), ("ec_stage", "not in", _SETTLED)], ["ec_order_ref"]
        )
        return [ref for ref in orders.mapped("ec_order_ref") if ref]

    def _ec_get_anonymous_partner(self):
        """Return the contact that stands for buyers without data, made at first need."""
        self.ensure_one()
        if not self.anonymous_partner_id:
            self.sudo().anonymous_partner_id = self.env["res.partner"].create(
                {
                    "name": self.env._("Buyer of %s (no data)", self.name),
                    "company_id": self.company_id.id,
                }
            )
        return self.anonymous_partner_id
