"""What a mall's own values mean here: payment methods, delivery methods, carriers, statuses."""

from odoo import api, fields, models

KINDS = [
    ("payment", "Payment method"),
    ("delivery", "Delivery method"),
    ("carrier", "Carrier"),
    ("status", "Status"),
    ("fee", "Fee"),
]
#: How the money comes in decides when goods may leave.
PAYMENT_ROLES = [
    ("card", "Credit card"),
    ("cod", "Cash on delivery"),
    ("bank", "Bank transfer"),
    ("konbini", "Convenience store"),
    ("deferred", "Pay later"),
    ("points", "Points only"),
    ("wallet", "Wallet"),
    ("other", "Other (secured by the mall)"),
]


class EcMapping(models.Model):
    """One value of one mall and the record or role it stands for.

    A value nobody has seen yet opens a row; whoever fills it in sets free what waited for it.
    """

    _name = "ec.mapping"
    _description = "Assignment of a mall's value"
    _order = "state desc, channel_id, kind, mall_value"
    _rec_name = "mall_label"
    _check_company_auto = True

    channel_id = fields.Many2one(
        "ec.channel", string="Shop", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="channel_id.company_id")
    kind = fields.Selection(KINDS, required=True)
    mall_value = fields.Char(string="Value at the mall", required=True)
    mall_label = fields.Char(string="Shown at the mall as")
    payment_method_role = fields.Selection(PAYMENT_ROLES, string="Payment by")
    carrier_id = fields.Many2one("delivery.carrier", check_company=True)
    product_id = fields.Many2one(
        "product.product", check_company=True, string="Product for the fee"
    )
    note = fields.Char()
    state = fields.Selection(
        [("open", "To be assigned"), ("done", "Assigned")],
        compute="_compute_state",
        store=True,
        readonly=True,
    )
    waiting_exchange_ids = fields.Many2many(
        "ec.exchange", "ec_mapping_waiting_rel", "mapping_id", "exchange_id", copy=False
    )
    waiting_count = fields.Integer(compute="_compute_waiting_count", string="Waiting documents")

    _value_unique = models.Constraint(
        "UNIQUE (channel_id, kind, mall_value)", "This value of the shop is already listed."
    )
    _open_index = models.Index("(channel_id) WHERE state = 'open'")

    @api.model
    def _target_fields(self):
        """The field that has to be filled per kind; kinds not named need nothing."""
        return {
            "payment": "payment_method_role",
            "delivery": "carrier_id",
            "carrier": "carrier_id",
            "fee": "product_id",
        }

    @api.depends("kind", "payment_method_role", "carrier_id", "product_id")
    def _compute_state(self):
        targets = self._target_fields()
        for mapping in self:
            target = targets.get(mapping.kind)
            mapping.state = "open" if target and not mapping[target] else "done"

    @api.depends("waiting_exchange_ids")
    def _compute_waiting_count(self):
        for mapping in self:
            mapping.waiting_count = len(mapping.sudo().waiting_exchange_ids)

    @api.depends("mall_label", "mall_value")
    def _compute_display_name(self):
        for mapping in self:
            mapping.display_name = mapping.mall_label or mapping.mall_value

    def write(self, vals):
        before = {}
        if "payment_method_role" in vals:
            before = {row: row.payment_method_role for row in self if row.kind == "payment"}
        result = super().write(vals)
        if vals.keys() & set(self._target_fields().values()):
            self.filtered(lambda m: m.state == "done")._release()
        for row, role in before.items():
            if role and role != row.payment_method_role:
                row.sudo()._correct_orders(role)
        return result

    def _correct_orders(self, role):
        """Have open orders imported again that were received while this value meant ``role``."""
        orders = self.env["sale.order"].search(
            [
                ("ec_channel_id", "=", self.channel_id.id),
                ("ec_payment_role", "=", role),
                ("ec_stage", "not in", ("shipped", "done", "cancel")),
            ]
        )
        exchanges = orders.ec_exchange_id.filtered(lambda exchange: exchange.state == "done")
        if exchanges:
            exchanges._requeue()

    @api.model
    def _resolve_many(self, channel, kind, values):
        """The rows for many values: one query, one more if some are new.

        Unknown values open a row, filled with what the adapter knows for certain.

        :param values: iterable of (value, label); empty values are passed over
        :return: row by value; look at ``state`` before using it
        :rtype: dict[str, ec.mapping]
        """
        labels = {}
        for value, label in values:
            if value:
                # The first one names it, as when the documents come one by one.
                labels.setdefault(value, label)
        rows = self.sudo().search(
            [
                ("channel_id", "=", channel.id),
                ("kind", "=", kind),
                ("mall_value", "in", list(labels)),
            ]
        )
        found = {row.mall_value: row for row in rows}
        missing = {value: label for value, label in labels.items() if value not in found}
        if missing:
            found.update(self._open_rows(channel, kind, missing))
        return found

    @api.model
    def _open_rows(self, channel, kind, labels):
        """List values nobody has seen yet, filled with what the adapter knows for certain.

        Two processes may meet the same new value at once. The statement makes the later one a
        serialization failure, which is run again on what the earlier one has listed; a plain
        ``create`` would make it an error of the document.

        :param dict labels: label by value
        :rtype: dict[str, ec.mapping]
        """
        adapter = channel._adapter()
        state = "open" if kind in self._target_fields() else "done"
        self.env.cr.execute(
            """
            INSERT INTO ec_mapping (channel_id, kind, mall_value, mall_label, state,
                                    create_uid, create_date, write_uid, write_date)
            SELECT %(channel)s, %(kind)s, value, label, %(state)s,
                   %(uid)s, %(now)s, %(uid)s, %(now)s
              FROM unnest(%(values)s, %(labels)s) AS new (value, label)
                ON CONFLICT (channel_id, kind, mall_value) DO NOTHING
            """,
            {
                "channel": channel.id,
                "kind": kind,
                "state": state,
                "uid": self.env.uid,
                "now": fields.Datetime.now(),
                "values": list(labels),
                "labels": [label or value for value, label in labels.items()],
            },
        )
        rows = self.sudo().search(
            [
                ("channel_id", "=", channel.id),
                ("kind", "=", kind),
                ("mall_value", "in", list(labels)),
            ]
        )
        for row in rows:
            known = adapter._suggest_mapping(channel, kind, row.mall_value, labels[row.mall_value])
            if known:
                row.write(known)
        return {row.mall_value: row for row in rows}

    def _wait(self, exchanges):
        """Have these exchanges processed again once this value is assigned.

        The value's own row is not touched: all importing processes would meet on it.
        """
        self.ensure_one()
        if not exchanges:
            return
        self.flush_model(["waiting_exchange_ids"])
        self.env.cr.execute(
            """
            INSERT INTO ec_mapping_waiting_rel (mapping_id, exchange_id)
            SELECT %s, unnest(%s) ON CONFLICT DO NOTHING
            """,
            (self.id, exchanges.ids),
        )
        self.invalidate_recordset(["waiting_exchange_ids", "waiting_count"])

    def _release(self):
        """Process again what waited for these values."""
        mappings = self.sudo()
        waiting = mappings.waiting_exchange_ids
        if waiting:
            mappings.waiting_exchange_ids = False
            waiting._requeue()

    def button_open_waiting(self):
        """Show the documents that wait for this value."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Waiting documents"),
            "res_model": "ec.exchange",
            "view_mode": "list,form",
            "domain": [["id", "in", self.sudo().waiting_exchange_ids.ids]],
        }
