"""The matrix, bulk work, bounces, dashboard."""

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import MailCommon


@tagged("post_install", "-at_install")
class TestLedger(MailCommon):
    def ledger(self, **filters):
        return self.env["ec.mail.ledger"].with_user(self.clerk).get_ledger(filters)

    def test_matrix(self):
        orders = self.pull(self.mixed_order("L-1"), self.mixed_order("L-2"))
        self.look()
        data = self.ledger()
        self.assertEqual({row["number"] for row in data["rows"]}, {"L-1", "L-2"})
        thanks = self.kind("thanks").id
        self.assertEqual({row["cells"][thanks]["state"] for row in data["rows"]}, {"queued"})
        self.assertEqual(self.ledger(text="L-1")["total"], 1)
        self.assertEqual(self.ledger(state="overdue")["total"], 0)
        self.entry(orders[0], "thanks").write({"state": "failed"})
        self.assertEqual(self.ledger(state="overdue")["total"], 1)
        self.assertEqual(self.ledger()["counts"]["overdue"], 1)
        self.assertEqual(self.ledger(kind_id=thanks, state="failed")["total"], 1)
        self.assertEqual(self.ledger(kind_id=thanks)["total"], 2)
        other = self.kind("shipped").id
        self.assertEqual(self.ledger(kind_id=other, state="failed")["total"], 0)
        self.assertFalse(self.ledger(kind_id=other)["counts"]["overdue"])
        count = self.env["ec.mail.ledger"].with_user(self.clerk).resend(orders.ids)
        self.assertEqual(count, 1)
        self.assertEqual(self.entry(orders[0], "thanks").state, "queued")

    def test_outsider_sees_and_does_nothing(self):
        order = self.pull(self.mixed_order("L-1"))
        self.look()
        data = self.env["ec.mail.ledger"].with_user(self.outsider).get_ledger()
        self.assertFalse(data["rows"])
        entry = self.entry(order, "thanks").with_user(self.outsider)
        for method in ("button_resend", "button_stop", "button_approve", "button_send_again"):
            with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
                getattr(entry, method)()

    def test_stop_and_send_once_more(self):
        order = self.pull(self.mixed_order("L-1"))
        self.env.cr.flush()
        self.entries._read_signals()
        entry = self.entry(order, "thanks")
        self.assertEqual(entry.state, "wanted")
        entry.with_user(self.clerk).button_stop()
        self.look()
        self.assertEqual(entry.state, "not_wanted")
        entry.write({"state": "sent"})
        entry.with_user(self.clerk).button_send_again()
        self.look()
        self.assertEqual(len(self.entry(order, "thanks")), 2)

    def test_by_hand_skips_who_has_it(self):
        orders = self.pull(self.mixed_order("L-1"), self.mixed_order("L-2"))
        self.look()
        self.entry(orders[0], "backorder").unlink()
        wizard = (
            self.env["ec.mail.manual"]
            .with_user(self.clerk)
            .create(
                {
                    "order_ids": orders.ids,
                    "kind_id": self.kind("backorder").id,
                    "look_first": False,
                }
            )
        )
        wizard.button_send()
        self.assertEqual(len(wizard.entry_ids), 2)
        self.look()
        self.assertEqual(set(wizard.entry_ids.mapped("state")), {"queued"})
        again = (
            self.env["ec.mail.manual"]
            .with_user(self.clerk)
            .create({"order_ids": orders.ids, "kind_id": self.kind("backorder").id})
        )
        again.button_send()
        self.assertFalse(again.entry_ids)
        self.assertEqual(again.skipped, 2)

    def test_by_hand_skips_what_lies_there_to_be_released(self):
        """Asked for twice before anybody read the first: the buyer gets one."""
        order = self.pull(self.mixed_order("L-1"))
        values = {"order_ids": order.ids, "kind_id": self.kind("receipt").id}
        first, second, third = (
            self.env["ec.mail.manual"].with_user(self.clerk).create({**values, "again": again})
            for again in (False, False, True)
        )
        first.button_send()
        self.assertEqual(first.entry_ids.state, "held")
        second.button_send()
        self.assertFalse(second.entry_ids)
        self.assertEqual(second.skipped, 1)
        third.button_send()
        self.assertEqual(len(third.entry_ids), 1, "wanted by a person")

    def bar(self, wizard):
        """What the dialog reads each time it refreshes itself."""
        wizard.invalidate_recordset()
        return wizard.progress, wizard.trouble_count, wizard.running

    def test_progress_of_many_mails(self):
        """The bar follows each mail to its end; what needs a person is counted, not waited for."""
        orders = self.pull(*(self.mixed_order(f"P-{number}") for number in range(7)))
        wizard = (
            self.env["ec.mail.manual"]
            .with_user(self.clerk)
            .create(
                {
                    "order_ids": orders.ids,
                    "kind_id": self.kind("receipt").id,
                    "look_first": False,
                }
            )
        )
        self.assertEqual(self.bar(wizard), (0, 0, False), "not begun")
        wizard.button_send()
        rows = wizard.sudo().entry_ids
        self.assertEqual(len(rows), 7)
        rows.state = "queued"
        seen = []
        for row, state in zip(
            rows,
            ("sent", "sent", "failed", "bounced", "not_wanted", "uncertain", "sent"),
            strict=True,
        ):
            row.state = "sending"
            self.assertTrue(self.bar(wizard)[-1])
            row.state = state
            seen.append(self.bar(wizard))
        self.assertEqual([progress for progress, *_rest in seen], [14, 28, 42, 57, 71, 85, 100])
        self.assertEqual([trouble for _progress, trouble, _run in seen], [0, 0, 1, 2, 2, 3, 3])
        self.assertEqual([running for *_rest, running in seen], [True] * 6 + [False])

    def test_progress_waits_for_the_person_who_reads_first(self):
        order = self.pull(self.mixed_order("P-9"))
        wizard = (
            self.env["ec.mail.manual"]
            .with_user(self.clerk)
            .create({"order_ids": order.ids, "kind_id": self.kind("receipt").id})
        )
        wizard.button_send()
        self.assertEqual(self.bar(wizard), (0, 0, False))
        wizard.entry_ids.button_approve()
        self.look()
        self.assertEqual(self.bar(wizard), (0, 0, True))
        wizard.sudo().entry_ids.state = "sent"
        self.assertEqual(self.bar(wizard), (100, 0, False))

    def test_progress_without_anybody_to_write_to(self):
        order = self.pull(self.mixed_order("P-10"))
        order.write({"ec_buyer_email": False})
        order.partner_id.email = False
        wizard = self.env["ec.mail.manual"].create(
            {"order_ids": order.ids, "kind_id": self.kind("receipt").id, "look_first": False}
        )
        wizard.button_send()
        self.assertEqual(self.bar(wizard), (100, 1, False))

    def test_preview_leaves_nothing(self):
        order = self.pull(self.mixed_order("L-1"))
        before = self.entries.search_count([])
        wizard = (
            self.env["ec.mail.preview"]
            .with_user(self.clerk)
            .create({"order_id": order.id, "kind_id": self.kind("shipped").id})
        )
        wizard.button_preview()
        self.assertIn("L-1", wizard.subject)
        self.assertIn("山田 花子 様", wizard.text)
        self.assertEqual(self.entries.search_count([]), before)
        wizard.test_address = "me@example.com"
        wizard.button_test()
        self.assertTrue(self.env["mail.mail"].search([("email_to", "=", "me@example.com")]))

    def test_dry_run_leaves_nothing(self):
        self.channel.ec_mail_mode = "off"
        order = self.pull(self.mixed_order("L-1"))
        before = self.entries.search_count([])
        wizard = (
            self.env["ec.mail.rerun"]
            .with_user(self.clerk)
            .create({"date_from": "2020-01-01", "date_to": "2030-01-01"})
        )
        wizard.button_dry_run()
        self.assertIn("L-1", wizard.result)
        self.assertEqual(self.entries.search_count([]), before)
        wizard.button_enter()
        self.assertTrue(self.entry(order, "thanks"))

    def test_run_again_with_other_rules(self):
        """What no rule wanted is decided anew; what a person stopped stays so."""
        rules = self.env["ec.mail.rule"].search([("kind_id", "=", self.kind("thanks").id)])
        rules.action = "none"
        orders = self.pull(self.mixed_order("L-1"), self.mixed_order("L-2"))
        self.env.cr.flush()
        self.entries._read_signals()
        rows = self.entry(orders, "thanks")
        self.assertEqual(set(rows.mapped("state")), {"not_wanted"})
        rows[0].state = "waiting"
        rows[0].with_user(self.clerk).button_stop()
        rules.filtered("template_id").action = "send"
        wizard = (
            self.env["ec.mail.rerun"]
            .with_user(self.clerk)
            .create({"date_from": "2020-01-01", "date_to": "2030-01-01"})
        )
        wizard.button_enter()
        self.assertEqual(rows.mapped("state"), ["not_wanted", "wanted"])
        self.look()
        wizard.button_enter()
        self.look()
        self.assertEqual(rows.mapped("state"), ["not_wanted", "queued"], "and once only")
        self.assertEqual(len(self.entry(orders, "thanks")), 2)

    def test_bounce_is_noted(self):
        order = self.pull(self.mixed_order("L-1"))
        self.look()
        entry = self.entry(order, "thanks")
        entry.write({"state": "sent"})
        self.env["mail.thread"]._routing_handle_bounce(
            None,
            {
                "bounced_email": "hanako@example.com",
                "bounced_partner": self.env["res.partner"],
                "bounced_msg_ids": [entry.message_ref],
                "bounced_message": entry.mail_message_id,
                "email_from": "x", "to": "y", "message_id": "z", "subject": "Undelivered",
            },
        )  # fmt: skip
        self.assertEqual(entry.state, "bounced")

    def test_dashboard_counts(self):
        order = self.pull(self.mixed_order("L-1"))
        self.look()
        self.entry(order, "thanks").write({"state": "failed"})
        dashboard = self.env["ec.dashboard"].with_user(self.clerk)
        keys = {card["key"]: card for card in dashboard.get_dashboard_data()["attention"]}
        self.assertEqual(keys["mail_overdue"]["count"], 1)
        action = dashboard.get_action("mail_overdue")
        self.assertEqual(self.entries.search_count(action["domain"]), 1)
