"""The core's contract, fulfilled against the simulated mall over HTTP."""

from odoo.tests import tagged

from odoo.addons.ec_unified.lib.data import SkuKey
from odoo.addons.ec_unified.tests.adapter_contract import AdapterContract

from .common import RakutenCommon


@tagged("post_install", "-at_install")
class TestRakutenContract(AdapterContract, RakutenCommon):
    def contract_channel(self):
        return self.shop

    def contract_place_order(self, channel):
        return self.mall.buy("AR-KZ01")

    def contract_put_item(self, channel, quantity):
        item = {
            "sku": "CONTRACT-1", "item_code": "contract-1", "item_name": "契約品", "price": 500,
            "stock": quantity, "item_number": "CONTRACT-1",
        }  # fmt: skip
        self.mall.add_items([item])
        (key,) = (key for key in self.mall.catalog.stock if key[0] == "contract-1")
        return SkuKey(item_ref=key[0], ref="/".join(key))

    def contract_break_credentials(self, channel):
        channel.rakuten_license_key = "SL999001_not-the-key"

    def contract_mall_down(self, channel):
        self.mall.faults.add("503_html", times=None)

    def contract_mall_up(self, channel):
        self.mall.faults.clear()
