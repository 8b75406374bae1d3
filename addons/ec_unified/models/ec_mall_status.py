"""The shop's own statuses at the mall, set there as the order goes through our stages."""

import logging

from odoo import api, fields, models

from ..const import STAGES
from ..lib.errors import EcError

_logger = logging.getLogger(__name__)


class EcMallStatus(models.Model):
    """A status the shop made for itself at the mall, and the stage in which it is set."""

    _name = "ec.mall.status"
    _description = "Shop's status at the mall"
    _order = "channel_id, mall_state, sequence, id"

    channel_id = fields.Many2one(
        "ec.channel", string="Shop", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="channel_id.company_id", store=True)
    sequence = fields.Integer()
    ref = fields.Char(string="Key at the mall", required=True, readonly=True)
    name = fields.Char(string="Shop's status", required=True, readonly=True)
    mall_state = fields.Char(required=True, readonly=True)
    mall_state_label = fields.Char(string="While the mall says", readonly=True)
    stage = fields.Selection(STAGES, string="Set in stage", help="Empty: never set from here.")

    _ref_unique = models.Constraint(
        "UNIQUE (channel_id, mall_state, ref)", "This status of the shop is already listed."
    )
    _stage_unique = models.Constraint(
        "UNIQUE (channel_id, mall_state, stage)",
        "One status per stage and state of the mall.",
    )

    @api.model
    def _sync(self, channel, found):
        """Bring the list of a shop up to date; what was chosen for a status stays.

        :param list[lib.data_change.MallStatus] found: all statuses the mall knows
        """
        known = {
            (row.mall_state, row.ref): row for row in self.search([("channel_id", "=", channel.id)])
        }
        fresh = []
        for number, status in enumerate(found):
            values = {
                "name": status.name, "mall_state_label": status.state_label, "sequence": number,
            }  # fmt: skip
            row = known.pop((status.state, status.ref), None)
            if row is None:
                fresh.append(
                    {**values, "channel_id": channel.id, "mall_state": status.state,
                     "ref": status.ref}
                )  # fmt: skip
            elif any(row[name] != value for name, value in values.items()):
                row.write(values)
        self.union(*known.values()).unlink()
        self.create(fresh)


class EcChannel(models.Model):
    _inherit = "ec.channel"

    mall_status_ids = fields.One2many("ec.mall.status", "channel_id", string="Shop's statuses")

    def _check_connection_now(self):
        """The statuses are read with the connection check, daily and on demand."""
        super()._check_connection_now()
        if not self._supports("status"):
            return
        try:
            statuses = self._adapter()._list_statuses(self)
        except EcError as error:
            # A convenience: the shop runs without it, and the check itself has named what is wrong.
            _logger.info("channel %s: statuses not read: %s", self.id, error)
            return
        self.env["ec.mall.status"].sudo()._sync(self, statuses)

    def _before_sending(self, kind):
        if kind in (None, "status"):
            self._owe_statuses()
        return super()._before_sending(kind)

    def _owe_statuses(self):
        """Owe the mall the status that belongs to the stage each order is in now.

        A status is set once when the order comes into a stage: what a person chooses at the mall
        afterwards stays until the next stage.
        """
        self.ensure_one()
        for status in self.mall_status_ids.filtered("stage"):
            orders = self.env["sale.order"].search(
                [
                    ("ec_channel_id", "=", self.id),
                    ("ec_stage", "=", status.stage),
                    ("ec_mall_status", "=", status.mall_state),
                    ("ec_order_ref", "!=", False),
                    "|",
                    ("ec_status_told", "=", False),
                    ("ec_status_told", "!=", status.ref),
                ],
                limit=1000,
            )
            if not orders:
                continue
            self.env["ec.exchange"]._owe_batch(
                self,
                "status",
                [
                    (order.ec_order_ref, {"status": status.ref, "stage": status.stage}, order)
                    for order in orders
                ],
            )
            orders.ec_status_told = status.ref


class EcExchange(models.Model):
    _inherit = "ec.exchange"

    def _send_batch_status(self):
        """Set the shop's own statuses on these orders.

        :return: {exchange id: exception}
        """
        channel, outcome = self.channel_id, {}
        adapter = channel._adapter()
        for ref, group in self.grouped(lambda row: row.payload["status"]).items():
            by_ref = {row.external_ref: row for row in group}
            for result in adapter._set_status(channel, ref, list(by_ref)):
                if not result.ok and result.ref in by_ref:
                    outcome[by_ref[result.ref].id] = result.error
        return outcome
