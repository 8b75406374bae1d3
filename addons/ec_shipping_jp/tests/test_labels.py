"""Label files from deliveries."""

import base64
import csv
import io

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..lib import standard
from .common import NOW, ShippingCommon


@tagged("post_install", "-at_install")
class TestProfiles(ShippingCommon):
    def test_records_say_what_the_files_say(self):
        for row in standard.profile_rows():
            self.assertEqual(self.profiles[row["code"]]._as_profile(), standard.load(row["code"]))

    def test_edited_layouts_stay_and_can_be_reset(self):
        profile = self.profiles["sagawa_ehiden3"]
        profile.column_ids[0].name = "Changed"
        self.env["ec.label.profile"]._load_standard()
        self.assertEqual(profile.column_ids[0].name, "Changed")
        profile.action_reset()
        self.assertEqual(profile.column_ids[0].name, "お届け先コード取得区分")

    def test_a_source_nobody_knows(self):
        with self.assertRaises(ValidationError):
            self.profiles["clickpost"].column_ids[0].source = "nonsense"

    def test_a_copy_is_a_layout_of_its_own(self):
        copy = self.profiles["clickpost"].copy()
        self.assertEqual(len(copy.column_ids), 8)
        self.assertNotEqual(copy.code, "clickpost")
        copy.active = False
        again = self.profiles["clickpost"].copy()
        self.assertNotIn(again.code, (copy.code, "clickpost"))


@tagged("post_install", "-at_install")
class TestExport(ShippingCommon):
    def export(self, pickings, **vals):
        wizard = (
            self.env["ec.label.export"]
            .with_user(self.clerk)
            .create({"picking_ids": [(6, 0, pickings.ids)], **vals})
        )
        wizard.action_export()
        return wizard

    def table(self, wizard, encoding="cp932"):
        text = base64.b64decode(wizard.file).decode(encoding)
        return list(csv.reader(io.StringIO(text, newline="")))

    def test_an_address_changed_after_the_label_is_shown(self):
        picking = self.ship()
        order = picking.sale_id
        self.export(picking)
        payload = self.order_payload(updated_at="2026-11-19T10:00:00+09:00")
        place = payload["destinations"][0]
        place["address"] = {**place["address"], "street": "丸の内1-9-1"}
        self.pull(payload)
        self.assertIn("changed_upstream", order.ec_open_check_ids.mapped("code"))
        self.assertNotIn("丸の内", picking.partner_id.street, "the label has the old address")

    def test_yamato(self):
        picking = self.ship(wish_time_from=14, wish_time_to=16)
        wizard = self.export(picking)
        self.assertEqual(wizard.state, "done", wizard.error_text)
        row = self.table(wizard)[1]
        self.assertEqual(len(row), 95)
        self.assertEqual(row[0], picking.ec_key)
        self.assertLessEqual(len(row[0]), 15)
        self.assertEqual(row[4], "2026/11/19")
        self.assertEqual(row[6], "1416")
        self.assertEqual(row[11], "東京都千代田区千代田1-1")
        self.assertEqual(row[39], "0300001234")
        self.assertEqual(picking.ec_tick_ids.mapped("step"), ["labelled"])
        self.assertEqual(picking.ec_tick_ids.user_id, self.clerk)

    def test_cash_on_delivery_collects_what_the_buyer_pays(self):
        picking = self.ship(payment_code="2", payment_state="cod", points="100", buyer_total="1000")
        row = self.table(self.export(picking))[1]
        self.assertEqual((row[1], row[33], row[34]), ("2", "1000", "91"))

    def test_cash_on_delivery_by_a_service_that_takes_no_money(self):
        picking = self.ship(payment_code="2", payment_state="cod")
        picking.write({"carrier_id": self.mail.id, "ec_service": "mail"})
        wizard = self.export(picking)
        self.assertEqual(wizard.state, "faulty")
        self.assertIn("collects no money", wizard.error_text)
        picking.write({"carrier_id": self.yamato.id, "ec_service": "cod"})
        self.assertEqual(self.export(picking).state, "done")

    def test_a_faulty_row_stops_the_file_unless_left_out(self):
        good, bad = self.ship("A"), self.ship("B")
        bad.partner_id = self.env["res.partner"].create({"name": "Nobody"})
        wizard = self.export(good | bad)
        self.assertEqual(wizard.state, "faulty")
        self.assertFalse(wizard.file)
        self.assertFalse((good | bad).ec_tick_ids)
        self.assertIn(f"{bad.ec_order_number} {bad.name}", wizard.error_text)
        wizard.skip_faulty = True
        wizard.action_export()
        self.assertEqual(wizard.state, "done")
        self.assertEqual(len(self.table(wizard)), 2)
        self.assertFalse(bad.ec_tick_ids)

    def test_open_checks_get_no_label(self):
        picking = self.ship(remarks="x", flags=[{"code": "mall_caution"}])
        wizard = self.export(picking)
        self.assertEqual(wizard.state, "faulty")

    def test_not_twice_unless_wanted(self):
        picking = self.ship()
        self.export(picking)
        self.assertEqual(self.export(picking).state, "faulty")
        self.assertEqual(self.export(picking, again=True).state, "done")

    def test_left_out_labels_are_counted(self):
        first, second = self.ship("A"), self.ship("B")
        self.export(first)
        wizard = self.export(first | second)
        self.assertEqual(wizard.state, "done")
        self.assertEqual(len(self.table(wizard)), 2)
        self.assertIn("left out: 1", wizard.note_text)

    def test_a_wish_that_has_passed_is_put_right_on_the_delivery(self):
        picking = self.ship(wish_date="2026-11-18")
        picking.sale_id.ec_check_ids._clear(note="test")
        wizard = self.export(picking)
        self.assertEqual(wizard.state, "faulty")
        self.assertIn("2026/11/18", wizard.error_text)
        picking.with_user(self.clerk).ec_wish_date = "2026-11-25"
        wizard = self.export(picking)
        self.assertEqual(wizard.state, "done", wizard.error_text)
        self.assertEqual(self.table(wizard)[1][5], "2026/11/25")

    def test_each_destination_has_its_own_day(self):
        """Ship date, carrier rule and label go by the wish of the delivery's own destination."""
        first = self.order_payload()["buyer"]
        second = {**first, "name": "鈴木 一郎", "street": "別の町2-2", "phone": "03-1111-1111"}
        order = self.pull(
            self.order_payload(
                destinations=[
                    {"ref": "D1", "address": first, "wish_date": "2026-11-25"},
                    {"ref": "D2", "address": second, "wish_date": "2026-12-04",
                     "wish_time_from": 14, "wish_time_to": 16},
                ],
                lines=[self.line("TEA-1", 1100), self.line("RICE-1", 500, destination=1)],
                tax_summary=self.summary(("0.10", 1600, 145)), buyer_total="1600", total="1600",
            )
        )  # fmt: skip
        order.ec_check_ids.action_clear()
        one, two = order.picking_ids.sorted(lambda p: p.partner_id.street != first["street"])
        self.assertEqual([str(p.ec_ship_on) for p in (one, two)], ["2026-11-24", "2026-12-03"])
        self.assertEqual((one.ec_window, two.ec_window), (False, "14_16"))
        self.set_now(NOW.replace(day=24))
        wizard = self.export(one | two)
        self.assertEqual(wizard.state, "done", wizard.error_text)
        rows = {row[0]: row[5:7] for row in self.table(wizard)[1:]}
        self.assertEqual(rows, {one.ec_key: ["2026/11/25", ""], two.ec_key: ["2026/12/04", "1416"]})
        two.with_user(self.clerk).ec_wish_date = "2026-12-11"
        self.assertEqual([str(p.ec_ship_on) for p in (one, two)], ["2026-11-24", "2026-12-10"])

    def test_what_has_to_be_paid_first_gets_no_label(self):
        picking = self.ship(payment_state="unpaid")
        wizard = self.export(picking)
        self.assertEqual(wizard.state, "faulty")
        self.assertIn("payment has not arrived", wizard.error_text)
        picking.sale_id.ec_payment_state = "paid"
        self.assertEqual(self.export(picking).state, "done")

    def test_no_window_is_a_choice_as_well(self):
        picking = self.ship(wish_time_from=12, wish_time_to=14)
        picking.with_user(self.clerk).ec_window = False
        picking._ec_decide()
        self.assertFalse(picking.ec_window)
        self.assertEqual(self.export(picking).state, "done")
        picking.action_ec_decide()
        self.assertEqual(picking.ec_window, "12_14")

    def test_two_parcels_are_two_rows_where_the_tool_knows_no_number_of_parcels(self):
        picking = self.ship()
        picking.carrier_id = self.env.ref("ec_shipping_jp.carrier_clickpost")
        picking.ec_parcel_count = 2
        wizard = self.export(picking)
        self.assertEqual(wizard.state, "done", wizard.error_text)
        rows = self.table(wizard)[1:]
        self.assertEqual(len(rows), 2)
        self.assertEqual(rows[0], rows[1])

    def test_several_carriers_several_files(self):
        first, second = self.ship("A"), self.ship("B")
        second.carrier_id = self.sagawa
        wizard = self.export(first | second)
        self.assertEqual(wizard.file_name, "labels.zip")

    def test_the_window_a_carrier_has_not(self):
        picking = self.ship(wish_time_from=12, wish_time_to=14)
        wizard = self.export(picking)
        self.assertEqual(wizard.state, "faulty")
        self.assertIn("12–14", wizard.error_text)
        picking.carrier_id = self.sagawa
        self.assertEqual(self.export(picking).state, "done")

    def test_gift_in_the_buyers_name(self):
        self.channel.ec_buyer_sends_gifts = True
        other = {**self.order_payload()["buyer"], "name": "鈴木 一郎", "street": "別の町2-2"}
        picking = self.ship(is_gift=True, destinations=[{"ref": "1", "address": other}])
        self.assertEqual(picking._ec_sender_place().name, "山田 花子")
        self.assertEqual(picking._ec_label_values()["to"].name, "鈴木 一郎")
