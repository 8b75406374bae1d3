"""Orders without a mall behind them: telephone, fax, shops without a connector (by file)."""

from datetime import UTC

from odoo import fields, models

from ..lib.data import ConnectionReport, Result
from ..lib.order_json import order_from_json

MANUAL = "manual"


class EcChannelAdapterManual(models.AbstractModel):
    _name = "ec.channel.adapter.manual"
    _inherit = "ec.channel.adapter"
    _description = "Orders by hand and by file"

    def _support(self):
        return {"remote": False}

    def _check_connection(self, channel):
        return ConnectionReport(shop_name=channel.name)

    def _pull_orders(self, channel, cursor, known_open_refs):
        yield from ()

    def _fetch_orders(self, channel, refs):
        return []

    def _parse_order(self, channel, payload):
        if not payload.get("ordered_at"):
            # A file need not say it; the same file must still give the same document.
            now = fields.Datetime.now().replace(tzinfo=UTC)
            payload = {**payload, "ordered_at": now.isoformat()}
        return order_from_json(payload)

    def _fetch_listings(self, channel, cursor):
        yield from ()

    def _push_stock(self, channel, levels, idempotency_key):
        return []

    def _read_stock(self, channel, keys):
        return {}

    def _push_shipments(self, channel, shipments):
        """There is nobody to tell."""
        return [Result(ref=shipment.order_ref, ok=True) for shipment in shipments]


class EcChannel(models.Model):
    _inherit = "ec.channel"

    provider = fields.Selection(
        selection_add=[(MANUAL, "By hand and by file")],
        ondelete={MANUAL: lambda records: records._on_provider_removed()},
    )
    takes_quotations = fields.Boolean(
        string="Takes Odoo's own quotations",
        help="Quotations written here belong to this shop and run through the same lists.",
    )

    def _operations(self):
        """Nothing is fetched and no stock is sent where no mall is."""
        operations = super()._operations()
        if len(self) == 1 and self.provider == MANUAL:
            kept = ("process_exchanges", "send_exchanges")
            operations = {
                key: row if key in kept else {**row, "states": ()}
                for key, row in operations.items()
            }
        return operations
