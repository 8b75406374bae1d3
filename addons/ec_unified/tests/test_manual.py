"""Orders without a mall: Odoo's own quotations, and files."""

import base64

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .order_common import OrderCommon

HEADER = (
    "受注番号,注文日時,注文者名,郵便番号,住所,電話番号,商品コード,商品名,"
    "数量,単価,税率,送料,支払方法"
)
ROWS = (
    "C-1,2026/11/01 10:00,髙橋 花,100-0001,東京都千代田区千代田1-1,03-0000-0000,TEA-1,煎茶,2,"
    '"1,080",8,660,銀行振込',
    "C-1,2026/11/01 10:00,髙橋 花,100-0001,東京都千代田区千代田1-1,03-0000-0000,RICE-1,米,1,"
    "550,10%,660,銀行振込",
    "C-2,2026/11/02,佐藤 一,530-0001,大阪府大阪市北区梅田1-1,06-0000-0000,NEW-1,新商品,1,1100,,,"
    "銀行振込",
    "C-3,2026/11/02,誤り,530-0001,大阪府大阪市北区梅田1-1,06-0000-0000,TEA-1,煎茶,x,1100,,,銀行振込",
)


@tagged("post_install", "-at_install")
class TestManual(OrderCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manual = cls.make_channel(name="電話・FAX", provider="manual", takes_quotations=True)
        cls.profile = cls.env["ec.order.profile"].create(
            {"name": "自社カート", "channel_id": cls.manual.id}
        )

    # === QUOTATIONS === #

    def quotation(self, **vals):
        return (
            self.env["sale.order"]
            .with_user(self.clerk)
            .create(
                {
                    "partner_id": self.env["res.partner"].create({"name": "山田"}).id,
                    "order_line": [Command.create({"product_id": self.tea.id, "price_unit": 1000})],
                    **vals,
                }
            )
        )

    def test_quotation_runs_through_the_same_stages(self):
        order = self.quotation()
        self.assertEqual((order.ec_channel_id, order.ec_stage), (self.manual, "new"))
        self.assertEqual(order.ec_buyer_total, order.amount_total)
        order.order_line.product_uom_qty = 3
        self.env.flush_all()
        self.assertEqual(order.ec_buyer_total, order.amount_total)
        order.ec_payment_role = "bank"
        order.action_confirm()
        self.assertEqual((order.ec_stage, order.ec_payment_state), ("payment", "unpaid"))
        order.action_ec_mark_paid()
        self.assertEqual(order.ec_stage, "ready")
        order.picking_ids.move_ids.picked = True
        order.picking_ids.button_validate()
        self.assertEqual(order.ec_stage, "done")

    def test_short_order_of_no_mall_is_cancelled_here(self):
        order = self.quotation()
        order.action_confirm()
        wizards = self.env["ec.order.short"].with_user(self.clerk)
        wizards.create({"order_id": order.id, "choice": "cancel"}).action_apply()
        self.assertEqual((order.state, order.ec_stage), ("cancel", "cancel"))

    def test_invoice_customers_get_goods_first(self):
        order = self.quotation()
        order.action_confirm()
        self.assertEqual(order.ec_stage, "ready")
        self.assertEqual(order.with_user(self.clerk).action_cancel(), True)

    def test_without_such_a_shop_quotations_are_odoos_own(self):
        self.manual.takes_quotations = False
        self.assertFalse(self.quotation().ec_channel_id)

    # === FILES === #

    def wizard(self, encoding="cp932", rows=ROWS):
        if not self.profile.column_ids:
            self.profile.sample = base64.b64encode(HEADER.encode("utf-8"))
            self.profile.action_read_sample()
        content = "\r\n".join([HEADER, *rows]).encode(encoding)
        wizard = (
            self.env["ec.order.file"]
            .with_user(self.clerk)
            .create({"profile_id": self.profile.id, "file": base64.b64encode(content)})
        )
        wizard.action_preview()
        return wizard

    def take_in(self, wizard):
        wizard.action_import()
        self.env["ec.exchange"]._process_pending(self.manual, "order", direction="in")

    def results(self, wizard):
        return {line.number: line.result for line in wizard.line_ids}

    def test_file_is_shown_taken_in_and_not_taken_twice(self):
        for encoding in ("cp932", "utf-8-sig"):
            wizard = self.wizard(encoding)
            expected = {"C-1": "new", "C-2": "new", "C-3": "error"}
            self.assertEqual(self.results(wizard), expected)
        self.assertFalse(self.orders(["C-1"], self.manual), "only shown")
        self.take_in(wizard)
        first = self.orders(["C-1"], self.manual)
        # 2 x 1,080 + 550 + 660; 2,160 x 8/108 = 160; 1,210 / 11 = 110
        self.assertEqual((first.amount_total, first.amount_tax), (3370, 270))
        self.assertEqual(first.partner_id.name, "髙橋 花")
        self.assertEqual(first.partner_id.state_id.code, "JP-13")
        self.assertEqual(first.partner_id.city, "千代田区")
        self.assertEqual(first.partner_id.street, "千代田1-1")
        self.assertEqual(first.order_line[:2].product_id, self.tea | self.rice)
        self.assertEqual(self.open_codes(first), ["unknown_payment"])
        second = self.orders(["C-2"], self.manual)
        self.assertIn("unknown_sku", self.open_codes(second))
        check = second.ec_open_check_ids.filtered(lambda check: check.code == "unknown_sku")
        action = check.with_user(self.clerk).action_open_fix()
        self.assertFalse(self.env[action["res_model"]].search(action["domain"]))
        self.assertIn("barcode", action["help"], "an empty list says what to do")
        self.assertEqual(second.partner_id.city, "大阪市北区")
        again = self.wizard()
        self.assertEqual(self.results(again), {"C-1": "known", "C-2": "known", "C-3": "error"})
        with self.assertRaises(UserError):
            again.action_import()

    def test_changed_order_of_a_file_is_an_update(self):
        self.take_in(self.wizard(rows=ROWS[2:3]))
        wizard = self.wizard(rows=[ROWS[2].replace(",1100,", ",1200,")])
        self.assertEqual(self.results(wizard), {"C-2": "changed"})
        self.take_in(wizard)
        order = self.orders(["C-2"], self.manual)
        self.assertEqual((len(order), order.amount_total), (1, 1200))

    def test_rows_that_went_and_changed_places(self):
        """The file of tomorrow: one row of an order is gone, the others stand otherwise."""
        self.take_in(self.wizard(rows=ROWS[:2]))
        order = self.orders(["C-1"], self.manual)
        tea = order.order_line.filtered(lambda line: line.product_id == self.tea)
        rows = [ROWS[1], ROWS[0]]
        self.take_in(self.wizard(rows=rows))
        self.assertEqual(order.amount_total, 3370)
        self.assertEqual(tea.product_uom_qty, 2)
        self.take_in(self.wizard(rows=ROWS[1:2]))
        self.assertEqual((order.amount_total, tea.product_uom_qty), (1210, 0))
        moves = order.picking_ids.move_ids.filtered(lambda move: move.state != "cancel")
        self.assertEqual({m.product_id: m.product_uom_qty for m in moves}, {self.rice: 1})
        self.assertNotIn("changed_upstream", self.open_codes(order))

    def test_rows_of_one_order_to_two_recipients(self):
        header = f"{HEADER},送付先名,送付先郵便番号,送付先住所,値引き"
        start = "D-1,2026/11/01,山田 花,100-0001,東京都千代田区千代田1-1,03-0000-0000"
        rows = [
            f"{start},TEA-1,茶,2,1080,8,660,,山田 花,100-0001,東京都千代田区千代田1-1,500",
            f"{start},RICE-1,米,1,1100,10,,,佐藤 一,530-0001,大阪府大阪市北区梅田1-1,",
        ]
        content = "\r\n".join([header, *rows]).encode("cp932")
        self.profile.sample = base64.b64encode(content)
        self.profile.action_read_sample()
        wizard = self.env["ec.order.file"].create(
            {"profile_id": self.profile.id, "file": base64.b64encode(content)}
        )
        wizard.action_preview()
        self.take_in(wizard)
        order = self.orders(["D-1"], self.manual)
        places = {p.move_ids.product_id: p.partner_id.city for p in order.picking_ids}
        self.assertEqual(places, {self.tea: "千代田区", self.rice: "大阪市北区"})
        self.assertIn("several_destinations", self.open_codes(order))
        # 2,160 + 1,100 + 660 - 500; the goods bear the discount by what they cost: 331 and 169
        self.assertEqual(order.amount_total, 3420)
        cut = {line.tax_ids.amount: line.price_total for line in order.order_line
               if line.price_total < 0}  # fmt: skip
        self.assertEqual(cut, {8: -331, 10: -169})

    def test_missing_columns_are_named(self):
        self.wizard(rows=ROWS[:1])
        self.profile.column_ids.filtered(lambda row: row.field == "price").column = "金額"
        with self.assertRaisesRegex(UserError, "金額"):
            self.wizard()

    def test_column_without_a_place_in_the_layout_is_named_in_the_clerks_words(self):
        self.wizard(rows=ROWS[:1])
        self.profile.column_ids.filtered(lambda row: row.field == "quantity").unlink()
        with self.assertRaisesRegex(UserError, "Quantity"):
            self.wizard()

    def test_a_row_that_cannot_be_read_says_which_cell(self):
        twice = ROWS[2].replace("佐藤 一", "鈴木 二").replace("NEW-1", "TEA-1")
        wizard = self.wizard(rows=[*ROWS[2:], twice, ROWS[0].replace("C-1", "")])
        told = {line.number or "": line.message for line in wizard.line_ids}
        self.assertRegex(told["C-3"], "Quantity.*x")
        self.assertRegex(told["C-2"], "Buyer.*two orders")  # one number, two buyers
        self.assertIn("missing", told[""])
        self.assertEqual(set(self.results(wizard).values()), {"error"})

    def test_orders_without_a_day_are_of_today_and_shown_at_the_end(self):
        self.manual.import_from = False
        wizard = self.wizard(rows=[ROWS[0].replace("2026/11/01 10:00", "")])
        self.take_in(wizard)
        action = wizard.action_show_orders()
        order = self.env["sale.order"].with_user(self.clerk).search(action["domain"])
        self.assertEqual(order.ec_order_ref, "C-1")
        age = fields.Datetime.now() - order.ec_ordered_at
        self.assertLess(abs(age.total_seconds()), 3600)
        again = self.wizard(rows=[ROWS[0].replace("2026/11/01 10:00", "")])
        self.assertEqual(self.results(again), {"C-1": "known"})

    def test_hostile_files_are_refused_with_a_word(self):
        self.wizard(rows=ROWS[:1])
        rows = HEADER + "\r\n" + ROWS[0]
        hostile = {
            "Excel": b"PK\x03\x04" + b"x" * 50,
            "picture": b"\x89PNG\x00\x00" + bytes(range(256)),
            "UTF-16": rows.encode("utf-16"),
            "no characters": b"\x80\xfd\xff,\x81",
            "empty": b"",
            "blank": b"\r\n , ,\r\n",
            "endless cell": (HEADER + '\r\n"' + "x" * 200_000).encode(),
            "endless row": (HEADER + "\r\n" + "," * 5_000).encode(),
            "too many rows": (HEADER + "\r\n" + "1,2\r\n" * 60_000).encode(),
            "column twice": (HEADER + ",単価\r\n" + ROWS[0]).encode(),
        }
        for name, content in hostile.items():
            with self.subTest(name), self.assertRaises(UserError):
                self.env["ec.order.file"].with_user(self.clerk).create(
                    {"profile_id": self.profile.id, "file": base64.b64encode(content) or b"="}
                ).action_preview()

    def test_hostile_cells_are_errors_of_their_order_only(self):
        place = "100-0001,東京都千代田区千代田1-1,03-0000-0000,TEA-1,煎茶"
        start = f"2026/11/01,山田,{place}"
        rows = [
            f"H-1,{start},NaN,100,8,0,銀行振込",
            f"H-2,{start},1,1E+999,8,0,銀行振込",
            f"H-3,{start},1,-100,8,0,銀行振込",
            f"H-4,{start},1,100,800,0,銀行振込",
            f"{'9' * 200},{start},1,100,8,0,銀行振込",
            f"H-6,2026/99/99,山田,{place},1,100,8,0,銀行振込",
            f"H-7,{start},1,100",  # cut off
            f"=H-8(),{start},1,100,8,0,<script>alert(1)</script>",
        ]
        wizard = self.wizard(rows=rows)
        results = self.results(wizard)
        self.assertEqual({results.pop("H-7"), results.pop("=H-8()")}, {"new"})
        self.assertEqual(set(results.values()), {"error"}, results)
        self.take_in(wizard)
        self.assertEqual(self.orders(["=H-8()"], self.manual).amount_total, 100)
