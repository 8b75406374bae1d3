from odoo.tests import tagged

from odoo.addons.ec_unified.tests.adapter_contract import AdapterContract

from .common import ShopifyCommon


@tagged("post_install", "-at_install")
class TestShopifyContract(AdapterContract, ShopifyCommon):
    """What every adapter has to fulfil, against the simulated shop."""

    def contract_channel(self):
        return self.shopify

    def contract_place_order(self, channel):
        return self.shop.place("standard")

    def contract_put_item(self, channel, quantity):
        self.shop.add_items([{"sku": "TST-JAR", "name": "茶筒", "price": 3300, "stock": quantity}])
        return self.sku_key("TST-JAR")

    def contract_break_credentials(self, channel):
        channel.shopify_client_secret = "shpss_wrong-0000"

    def contract_mall_down(self, channel):
        self.shop.faults.add("503_html", times=None)

    def contract_mall_up(self, channel):
        self.shop.faults.clear()
