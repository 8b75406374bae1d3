"""Which mail is wanted, when, and why not."""

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from .common import MailCommon


@tagged("post_install", "-at_install")
class TestDecide(MailCommon):
    def test_a_new_order_gets_a_thank_you_once(self):
        order = self.pull(self.mixed_order())
        self.look()
        entry = self.entry(order, "thanks")
        self.assertEqual(entry.state, "queued", entry.reason)
        self.entries._observe(order)
        self.look()
        self.assertEqual(len(self.entry(order, "thanks")), 1)
        mails = self.env["mail.mail"].search([("ec_entry_id", "=", entry.id)])
        self.assertEqual(len(mails), 1)
        self.assertEqual((mails.model, mails.res_id), ("sale.order", order.id))

    def test_dry_shop_only_decides(self):
        self.channel.ec_mail_mode = "dry"
        order = self.pull(self.mixed_order())
        self.look()
        entry = self.entry(order, "thanks")
        self.assertEqual(entry.state, "waiting")
        self.assertTrue(entry.template_id)
        self.channel.write({"ec_mail_mode": "on"})
        self.entries._observe(order)
        self.assertEqual(entry.state, "not_wanted", "the past gets no mail")

    def test_off(self):
        self.channel.ec_mail_mode = "off"
        order = self.pull(self.mixed_order())
        self.look()
        self.assertEqual(self.entry(order, "thanks").state, "not_wanted")

    def test_gift_and_repeat_choose_templates(self):
        gift = self.pull(self.mixed_order("G-1", is_gift=True))
        self.look()
        template = self.entry(gift, "thanks").template_id
        self.assertEqual(template, self.env.ref("ec_mail_templates.template_thanks_gift"))
        again = self.pull(self.mixed_order("G-2"))
        self.look()
        template = self.entry(again, "thanks").template_id
        self.assertEqual(template, self.env.ref("ec_mail_templates.template_thanks_repeat"))

    def test_payment_mails(self):
        payload = self.mixed_order(
            "B-1", payment_code="2", payment_label="銀行振込", payment_state="unpaid"
        )
        order = self.pull(payload)
        self.look()
        self.assertEqual(self.entry(order, "payment_request").state, "queued")
        template = self.env.ref("ec_mail_templates.template_payment_request_bank")
        self.assertEqual(self.entry(order, "payment_request").template_id, template)
        order.write({"ec_payment_state": "paid", "ec_paid_at": fields.Datetime.now()})
        self.look()
        self.assertEqual(self.entry(order, "payment_received").state, "queued")
        self.entry(order, "payment_reminder").write({"state": "wanted"})
        self.entry(order, "payment_reminder")._decide()
        self.assertEqual(self.entry(order, "payment_reminder").state, "not_wanted")

    def test_shipped_waits_for_the_tracking_number(self):
        order = self.pull(self.mixed_order())
        self.look()
        self.ship(order, number=False)
        self.look()
        entry = self.entry(order, "shipped")
        self.assertEqual(entry.state, "waiting")
        order.picking_ids.carrier_tracking_ref = "123456789013"
        self.look()
        self.assertEqual(entry.state, "queued", entry.reason)
        self.assertIn("123456789013", entry.mail_id.ec_text)

    def test_cancelled_order(self):
        order = self.pull(self.mixed_order())
        order._action_cancel()
        self.look()
        self.assertEqual(self.entry(order, "cancelled").state, "queued")
        self.assertFalse(self.entry(order, "thanks"))

    def test_no_address_is_missing_until_there_is_one(self):
        order = self.pull(self.mixed_order())
        order.write({"ec_buyer_email": False})
        order.partner_id.email = False
        self.look()
        entry = self.entry(order, "thanks")
        self.assertEqual(entry.state, "missing")
        self.assertTrue(entry.is_overdue)
        self.assertIn(entry, self.entries.search([("is_overdue", "=", True)]))
        order.ec_buyer_email = "a@example.com"
        self.look()
        self.assertEqual(entry.state, "queued")

    def test_merged_parcels_get_one_mail(self):
        orders = self.pull(self.mixed_order("M-1"), self.mixed_order("M-2"))
        self.look()
        for order in orders:
            self.ship(order)
        self.look()
        rows = self.entry(orders, "shipped")
        self.assertEqual(len(rows), 2)
        self.assertEqual(len(rows.mail_id), 1)
        self.assertEqual(len(rows.lead_id), 1)
        for number in ("M-1", "M-2"):
            self.assertIn(number, rows.mail_id.ec_text)
            self.assertIn(number, rows.mail_id.subject)

    def test_forbidden_link_is_held(self):
        policy = self.env.ref("ec_mail_templates.policy_rakuten")
        policy.write({"provider": "fake", "needs_own_server": False})
        self.channel.invalidate_recordset(["ec_mail_policy_id"])
        self.channel.ec_mail_signature = "https://own-shop.example.com/"
        order = self.pull(self.mixed_order())
        self.look()
        entry = self.entry(order, "thanks")
        self.assertEqual(entry.state, "held")
        self.assertIn("own-shop.example.com", entry.reason)
        entry.with_user(self.clerk).button_approve()
        self.look()
        self.assertEqual(entry.state, "queued")

    def test_a_forbidden_subject_is_held(self):
        """The subject is read first of all."""
        policy = self.env.ref("ec_mail_templates.policy_rakuten")
        policy.write({"provider": "fake", "needs_own_server": False})
        self.channel.invalidate_recordset(["ec_mail_policy_id"])
        order = self.pull(self.mixed_order())
        template = self.env.ref("ec_mail_templates.template_thanks").with_context(lang="ja_JP")
        template.subject = "www.own-shop.example.com"
        self.look()
        entry = self.entry(order, "thanks")
        self.assertEqual(entry.state, "held")
        self.assertIn("own-shop.example.com", entry.reason)

    def test_relay_needs_its_server(self):
        policy = self.env.ref("ec_mail_templates.policy_rakuten")
        policy.provider = "fake"
        self.channel.invalidate_recordset(["ec_mail_policy_id"])
        order = self.pull(self.mixed_order())
        order.ec_buyer_email = "abc@pc.fw.rakuten.ne.jp"
        self.look()
        entry = self.entry(order, "thanks")
        self.assertEqual(entry.state, "missing")
        server = self.env["ir.mail_server"].create({"name": "Relay", "smtp_host": "127.0.0.1"})
        self.channel.ec_mail_server_id = server
        self.entries._observe(order)
        self.look()
        self.assertEqual(entry.state, "queued")
        self.assertIn("Return-Path", entry.mail_id.headers)

    def test_a_broken_template_stops_only_its_mail(self):
        template = self.env.ref("ec_mail_templates.template_thanks_gift")
        for lang in ("en_US", "ja_JP"):
            broken = '<p><t t-out="object.no_such_field"/></p>'
            template.with_context(lang=lang).body_html = broken
        orders = self.pull(self.mixed_order("X-1", is_gift=True), self.mixed_order("X-2"))
        self.look()
        states = {e.order_number: e.state for e in self.entry(orders, "thanks")}
        self.assertEqual(states, {"X-1": "failed", "X-2": "queued"})

    def test_reasons_name_the_rule_in_the_language_of_the_shop(self):
        self.env["res.lang"]._activate_lang("ja_JP")
        self.channel.user_id.lang = "ja_JP"
        rule = self.env.ref("ec_mail_templates.rule_thanks_90")
        rule.with_context(lang="ja_JP").name = "お礼"
        order = self.pull(self.mixed_order())
        self.look()
        entry = self.entry(order, "thanks")
        self.assertEqual(entry.rule_id, rule)
        self.assertIn("「お礼」", entry.reason)

    def test_hold_edit_release(self):
        self.env.ref("ec_mail_templates.rule_thanks_90").action = "hold"
        order = self.pull(self.mixed_order())
        self.look()
        entry = self.entry(order, "thanks")
        self.assertEqual(entry.state, "held")
        mine = entry.with_user(self.clerk)
        mine.button_write_draft()
        self.assertIn("9,234", entry.draft_body)
        mine.write({"draft_body": "<p>手で書いた文</p>"})
        self.assertTrue(entry.edited)
        mine.button_approve()
        self.look()
        self.assertEqual(entry.state, "queued")
        self.assertIn("手で書いた文", entry.mail_id.ec_text)

    def test_undecided_amounts_wait(self):
        order = self.pull(self.mixed_order())
        order.ec_undecided = True
        self.look()
        self.assertEqual(self.entry(order, "thanks").state, "waiting")

    def test_query_count_is_flat(self):
        """Cost per mail does not grow with their number."""
        counts = []
        for start, size in ((0, 10), (100, 40)):
            payloads = [self.mixed_order(f"Q-{start + i}") for i in range(size)]
            self.pull(*payloads)
            before = self.env.cr.sql_log_count
            self.look()
            counts.append((self.env.cr.sql_log_count - before) / size)
        self.assertLess(counts[1], counts[0] * 1.1, counts)

    def test_the_stage_alone_calls_for_a_mail(self):
        """The stage is computed: nothing is written by hand, and still the rules see it."""
        order = self.pull(self.mixed_order())
        self.look()
        self.env["ec.mail.signal"].search([]).unlink()
        self.env.flush_all()
        order.picking_ids.move_ids._do_unreserve()
        self.env.cr.flush()
        self.assertEqual(order.ec_stage, "stock")
        signals = self.env["ec.mail.signal"].search([("order_id", "=", order.id)])
        self.assertTrue(signals)
        self.look()
        self.assertTrue(self.entry(order, "backorder"))

    def test_one_unreadable_order_stops_no_other(self):
        orders = self.pull(self.mixed_order("U-1"), self.mixed_order("U-2"))
        good = type(self.entries)._order_facts

        def facts(entries, order):
            if order == orders[0]:
                raise ValueError("broken")
            return good(entries, order)

        self.patch(type(self.entries), "_order_facts", facts)
        with self.assertLogs("odoo.addons.ec_mail_templates", "ERROR") as log:
            self.look()
        self.assertIn(str(orders[0].id), log.output[0])
        self.assertFalse(self.entry(orders[0], "thanks"))
        self.assertEqual(self.entry(orders[1], "thanks").state, "queued")
        self.assertFalse(self.env["ec.mail.signal"].search([]))

    # === TEXTS THAT DEPEND ON THE STATE OF THE ORDER === #

    def test_short_goods_are_named(self):
        order = self.pull(self.mixed_order())
        moves = order.picking_ids.move_ids
        moves.filtered(lambda move: move.product_id == self.rice)._do_unreserve()
        self.env.ref("ec_mail_templates.rule_backorder_90").write(
            {"delay_hours": 0, "hour_from": 0, "hour_to": 24, "workdays_only": False}
        )
        self.look()
        entry = self.entry(order, "backorder")
        self.assertEqual(entry.state, "held", entry.reason)
        short = entry.with_context(lang="ja_JP", ec_mail_format="text").block_short
        self.assertIn("Title of RICE-1 × 3", short)
        self.assertNotIn("TEA-1", short)
        self.assertIn("対象の商品", entry.draft_body)
        moves._action_assign()
        entry.invalidate_recordset()
        self.assertFalse(entry.with_context(ec_mail_format="text").block_short)

    def test_a_person_names_what_the_stock_does_not_know(self):
        order = self.pull(self.mixed_order())
        wizard = self.env["ec.mail.manual"].with_user(self.clerk)
        wizard.create(
            {"order_ids": order.ids, "kind_id": self.kind("out_of_stock").id, "look_first": False}
        ).button_send()
        self.look()
        entry = self.entry(order, "out_of_stock")
        mine = entry.with_user(self.clerk)
        for _try in range(2):
            self.assertEqual(entry.state, "held", "never sent with the place still empty")
            self.assertIn("（ここに", entry.draft_body)
            mine.button_approve()
            self.look()
        mine.draft_body = entry.draft_body.replace(
            "（ここに対象の商品名を記入してください）", "煎茶"
        )
        mine.button_approve()
        self.look()
        self.assertEqual(entry.state, "queued", entry.reason)
        self.assertIn("煎茶", entry.mail_id.ec_text)

    def test_the_money_is_here_says_no_if(self):
        order = self.pull(
            self.mixed_order(
                "B-1", payment_code="2", payment_label="銀行振込", payment_state="unpaid"
            )
        )
        row = self.entries.create(
            {
                "order_id": order.id, "channel_id": self.channel.id,
                "kind_id": self.kind("payment_received").id,
            }
        )  # fmt: skip
        self.assertNotIn("ご入金を確認しましたら", row.with_context(lang="ja_JP").block_next)
        row.kind_id = self.kind("thanks")
        row.invalidate_recordset()
        self.assertIn("ご入金を確認しましたら", row.with_context(lang="ja_JP").block_next)

    def test_each_refund_is_told_once(self):
        order = self.pull(self.mixed_order())
        for paid_back, mails in ((500, 1), (500, 1), (800, 2)):
            order.ec_refunded = paid_back
            self.look()
            self.entries._observe(order)
            rows = self.entry(order, "refunded")
            self.assertEqual(len(rows), mails)
            self.assertEqual(set(rows.mapped("state")), {"queued"})
        self.assertIn("800円", rows.sorted("id")[-1].mail_id.ec_text)

    def test_due_day_of_a_convenience_store(self):
        payload = self.mixed_order(
            "K-1", payment_code="3", payment_label="コンビニ（前払）", payment_state="unpaid",
            payment_due_on="2026-11-25",
        )  # fmt: skip
        order = self.pull(payload)
        self.look()
        entry = self.entry(order, "payment_request")
        template = self.env.ref("ec_mail_templates.template_payment_request_konbini")
        self.assertEqual(entry.template_id, template)
        self.assertIn("2026年11月25日（水）", entry.mail_id.ec_text)

    def test_a_rule_for_goods(self):
        """Products and categories choose, too; the first fitting rule decides."""
        tea = self.env["product.category"].create({"name": "お茶"})
        self.tea.categ_id = self.env["product.category"].create(
            {"name": "煎茶", "parent_id": tea.id}
        )
        rule = self.env.ref("ec_mail_templates.rule_thanks_90")
        special = rule.template_id.copy({"name": "お茶をお買い上げの方へ"})
        rule.copy({"sequence": 1, "categ_ids": tea.ids, "template_id": special.id})
        with_tea = self.pull(self.mixed_order("T-1"))
        other = self.pull(self.order_payload("T-2", lines=[self.line("RICE-1", 1100)]))
        other.partner_id = self.env["res.partner"].create({"name": "別 人"})
        self.look()
        self.assertEqual(self.entry(with_tea, "thanks").template_id, special)
        self.assertNotEqual(self.entry(other, "thanks").template_id, special)

    def test_late_is_after_the_promised_day_not_on_it(self):
        """A day promised in Japan begins at 15 o'clock of the day before in the database."""
        order = self.pull(self.mixed_order("D-late"))
        order.commitment_date = "2026-11-24 15:00:00"
        for now, late in (("2026-11-25 14:59:00", False), ("2026-11-25 15:01:00", True)):
            with freeze_time(now):
                events = {event for event, *_rest in self.entries._order_facts(order)}
            self.assertEqual("late" in events, late, now)

    def test_late_is_what_has_not_left_yet(self):
        """The first destination has its parcel in time, the other one wished a later day."""
        order = self.several(("2026-11-20", "2026-12-20"))
        first = order.picking_ids.filtered(lambda p: str(p.ec_wish_date) == "2026-11-20")
        with freeze_time("2026-11-24 03:00:00"):
            self.assertIn("late", [event for event, *_rest in self.entries._order_facts(order)])
            order.ec_check_ids._clear()
            first.move_ids.picked = True
            first._action_done()
            self.assertNotIn("late", [event for event, *_rest in self.entries._order_facts(order)])

    def test_each_destination_reads_its_own_day(self):
        order = self.several(("2026-11-20", "2026-12-20"))
        self.look()
        text = self.entry(order, "thanks").mail_text
        goods, _line, places = text.partition("■お届け先1")
        self.assertNotIn("11月20日", goods)
        one, _line, two = places.partition("■お届け先2")
        self.assertIn("2026年11月20日（金）", one)
        self.assertNotIn("12月20日", one)
        self.assertIn("2026年12月20日（日）", two)

    def several(self, days):
        """An order to two addresses, each with a wished day."""
        home = self.order_payload()["buyer"]
        other = {**home, "name": "鈴木 一郎", "street": "別の町2-2", "phone": "03-1111-1111"}
        places = [
            {"ref": f"D{number}", "address": place, "wish_date": day}
            for number, (place, day) in enumerate(zip((home, other), days, strict=True))
        ]
        return self.pull(
            self.order_payload(
                "D-places", destinations=places,
                lines=[self.line("TEA-1", 1100), self.line("RICE-1", 500, destination=1)],
                tax_summary=self.summary(("0.10", 1600, 145)), buyer_total="1600", total="1600",
            )
        )  # fmt: skip

    def test_refunds_of_a_million_are_told_apart(self):
        order = self.pull(self.mixed_order("D-big"))
        keys = set()
        for amount in (1234560, 1234565):
            order.ec_refunded = amount
            keys |= {key for event, key, *_r in self.entries._order_facts(order)
                     if event == "refunded"}  # fmt: skip
        self.assertEqual(keys, {"part:1234560", "part:1234565"})
