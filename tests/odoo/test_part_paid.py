"""A part paid in advance, the rest at the door; and who decides by which carrier a parcel goes."""

from odoo.tests import tagged

from odoo.addons.ec_shipping_jp.tests.common import ShippingCommon


@tagged("post_install", "-at_install")
class TestPartPaid(ShippingCommon):
    def part_paid(self, ref, received, **changes):
        return self.ship(
            ref, payment_code="2", payment_state="partial", received=str(received), **changes
        )

    def test_label_and_shared_parcel_collect_the_rest(self):
        buyer = self.order_payload()["buyer"]
        same = {"buyer": buyer, "destinations": [{"ref": "1", "address": buyer}]}
        first = self.part_paid("A", 300, **same)
        self.assertEqual((first.sale_id.ec_stage, first.ec_service), ("ready", "cod"))
        # 1,100 yen with 100 of tax, 300 paid: 800, in it 100 x 800 / 1,100 = 73
        self.assertEqual(first._ec_cod(), (800, 73))
        second = self.part_paid("B", 100, **same)
        (first | second).action_ec_merge()
        self.assertEqual(first.ec_cod_amount, 1800)

    def test_all_of_it_paid_in_advance_collects_nothing(self):
        picking = self.part_paid("A", 1100)
        picking.write({"ec_service": "standard", "carrier_id": self.yamato.id})
        self.assertFalse(picking._ec_cod_is_forgotten())

    def test_a_rule_goes_before_the_malls_delivery_method(self):
        method = {"delivery_code": "x", "delivery_label": "宅配便"}
        by_rule = self.ship("A", **method)
        self.assertEqual(by_rule.carrier_id, self.yamato)
        self.rule.active = False
        plain = self.ship("B", **method)
        mapping = self.env["ec.mapping"].search(
            [("mall_value", "=", "x"), ("channel_id", "=", self.channel.id)]
        )
        mapping.carrier_id = self.sagawa
        self.channel.action_process_exchanges()
        self.assertEqual(plain.carrier_id, self.sagawa)
        self.assertEqual(by_rule.carrier_id, self.yamato)
        self.assertTrue(plain.ec_service, "decided anew")
