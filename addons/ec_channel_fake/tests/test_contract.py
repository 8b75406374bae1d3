"""The fake mall fulfils the contract, so tests against it say something about real ones."""

from odoo.tests import tagged

from odoo.addons.ec_unified.lib import data
from odoo.addons.ec_unified.tests.adapter_contract import AdapterContract
from odoo.addons.ec_unified.tests.common import EcCommon


@tagged("post_install", "-at_install")
class TestFakeContract(AdapterContract, EcCommon):
    def contract_channel(self):
        return self.channel

    def contract_place_order(self, channel):
        number = channel._fake_next_number()
        channel._fake_put_order(self.order_payload(f"C-{number}", needs_confirm=True))
        return f"C-{number}"

    def contract_put_item(self, channel, quantity):
        channel.fake_listings = [
            {"ref": "tea", "title": "Tea", "skus": [{"ref": "tea-1", "sku_code": "TEA-1"}]}
        ]
        channel.fake_stock = {"tea-1": quantity}
        return data.SkuKey(item_ref="tea", ref="tea-1")

    def contract_break_credentials(self, channel):
        channel.write({"state": "draft", "fake_secret": False})

    def contract_mall_down(self, channel):
        for operation in ("pull_orders", "push_stock"):
            self.fail_with(operation, "transient", "unavailable", channel)

    def contract_mall_up(self, channel):
        self.mend(channel)
