"""The other side of the fake mall, kept on the channel."""

from odoo import fields, models


class EcChannel(models.Model):
    """Fields a test fills and reads; all of them stand for what a real mall holds."""

    _inherit = "ec.channel"

    provider = fields.Selection(
        selection_add=[("fake", "Test mall")],
        ondelete={"fake": lambda channels: channels._on_provider_removed()},
    )
    fake_secret = fields.Char(
        groups="ec_unified.group_ec_manager",
        copy=False,
        ec_secret=True,
        required_if_provider="fake",
        string="Key of the test mall",
    )
    #: [{"ref", "payload", "updated_at" (ISO)}], in the order they changed.
    fake_documents = fields.Json(copy=False, groups="ec_unified.group_ec_manager")
    #: [{"ref", "code", "title", "skus": [{"ref", "sku_code", "barcode", "quantity", …}]}]
    fake_listings = fields.Json(copy=False, groups="ec_unified.group_ec_manager")
    #: {sku ref: quantity}
    fake_stock = fields.Json(copy=False, groups="ec_unified.group_ec_manager")
    #: {operation: {"kind", "reason", "times"}}: how the mall fails.
    fake_faults = fields.Json(copy=False, groups="ec_unified.group_ec_manager")
    #: Calls the mall has received: [[operation, argument], …]
    fake_calls = fields.Json(copy=False, groups="ec_unified.group_ec_manager")
    fake_page_size = fields.Integer(default=100, groups="ec_unified.group_ec_manager")

    def _fake_put_order(self, payload, updated_at=None):
        """A buyer orders, or the mall changes an order: the document is new in the feed."""
        self.ensure_one()
        documents = [d for d in self.fake_documents or [] if d["ref"] != payload["ref"]]
        number = self._fake_next_number()
        documents.append(
            {
                "ref": payload["ref"],
                "payload": payload,
                "number": number,
                "updated_at": updated_at or payload.get("updated_at"),
            }
        )
        self.fake_documents = documents

    def _fake_next_number(self):
        return max((d["number"] for d in self.fake_documents or []), default=0) + 1

    def _fake_call(self, operation, argument=None):
        """Note a call and fail if the test said so."""
        self.fake_calls = [*(self.fake_calls or []), [operation, argument]]
        fault = (self.fake_faults or {}).get(operation)
        return fault
