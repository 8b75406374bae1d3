"""What the adapter tells the simulated mall about parcels and cancels, and small print."""

from datetime import date

from odoo.tests import tagged

from odoo.addons.ec_unified.lib.data import Parcel, ShipmentData

from .common import RakutenCommon


@tagged("post_install", "-at_install")
class TestRakutenShipment(RakutenCommon):
    def shipment(self, ref, number="000000000001"):
        parcel = Parcel(
            ref=number, destination_ref=None, tracking_number=number, carrier_code="yamato",
            shipped_on=date.today(),
        )  # fmt: skip
        return ShipmentData(order_ref=ref, parcels=(parcel,))

    def test_parcels_are_reported_once(self):
        adapter = self.shop._adapter()
        ready, unconfirmed = self.mall.place("ready"), self.mall.place("plain")
        shipments = [self.shipment(ready), self.shipment(unconfirmed)]
        first = adapter._push_shipments(self.shop, shipments)
        self.assertEqual([(r.ref, r.ok) for r in first], [(ready, True), (unconfirmed, False)])
        self.assertEqual(first[1].error.reason, "wrong_state")
        again = adapter._push_shipments(self.shop, [self.shipment(ready)])
        self.assertTrue(again[0].already)
        (row,) = self.mall.order(ready)["shipments"]
        self.assertEqual((row["shippingNumber"], row["deliveryCompany"]), ("000000000001", "1001"))

    def test_cancel_with_a_reason_of_the_mall(self):
        adapter = self.shop._adapter()
        ref = self.mall.place("ready")
        reasons = dict(adapter._cancel_reasons(self.shop))
        self.assertIn("8", reasons)
        self.assertTrue(adapter._cancel_order(self.shop, ref, "8", True).ok)
        self.assertIn(self.mall.order(ref)["state"], (800, 900))
        self.assertTrue(adapter._cancel_order(self.shop, ref, "8", True).already)

    def test_payment_roles(self):
        adapter = self.shop._adapter()
        codes = ("1", "2", "9", "14", "21", "8", "99", "x")
        found = [adapter._suggest_mapping(self.shop, "payment", code, "") for code in codes]
        roles = [values.get("payment_method_role") for values in found]
        expected = ["card", "cod", "bank", "konbini", "deferred", "points", None, None]
        self.assertEqual(roles, expected)

    def test_link_into_rms(self):
        url = self.shop._adapter()._order_url(self.shop, "999001-20260715-0100000001")
        self.assertTrue(url.endswith("orderNumber=999001-20260715-0100000001"))

    def test_every_error_text_can_be_read_without_its_values(self):
        adapter = self.shop._adapter()
        for reason in adapter._reason_texts():
            self.assertNotIn("%(", adapter._describe_reason(self.shop, reason, {}))

    def test_texts_in_japanese(self):
        self.env["res.lang"]._activate_lang("ja_JP")
        shop = self.shop.with_context(lang="ja_JP")
        params = {"function": "rpay.order.getOrder"}
        text = shop._describe_reason("function_missing", params, "setup")
        self.assertIn("利用機能編集", text)
        self.assertIn("rpay.order.getOrder", text)
