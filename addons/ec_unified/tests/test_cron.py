"""Scheduled work: one action per shop and operation, following the shop's state."""

import threading
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from .common import EcCommon


@tagged("post_install", "-at_install")
class TestCron(EcCommon):
    def cron(self, op, channel=None):
        return (channel or self.channel).cron_ids.filtered(lambda c: c.ec_operation == op)

    def active_ops(self, channel=None):
        return set((channel or self.channel).cron_ids.filtered("active").mapped("ec_operation"))

    def test_one_action_per_operation(self):
        operations = list(self.channel._operations())
        self.assertCountEqual(self.channel.cron_ids.mapped("ec_operation"), operations)
        self.assertEqual(set(self.channel.cron_ids.mapped("user_id.login")), {"__system__"})

    def test_actions_follow_the_state(self):
        on_request = {"import_listings", "check_connection", "count_orders"}
        self.channel.state = "paused"
        self.assertEqual(self.active_ops(), on_request)
        self.channel.state = "test"
        reading = on_request | {"pull_orders", "process_exchanges"}
        self.assertEqual(self.active_ops(), reading)
        self.channel.state = "active"
        self.assertEqual(self.active_ops(), set(self.channel._operations()))
        self.channel.active = False
        self.assertFalse(self.active_ops())

    def test_interval_follows_the_setting(self):
        self.channel.pull_seconds = 7 * 60
        self.assertEqual(self.cron("pull_orders").interval_number, 7)

    def test_a_mall_that_notifies_is_looked_at_less_often(self):
        adapter = self.registry["ec.channel.adapter.fake"]
        for notifies, seconds in ((False, 15), (True, 30)):
            with patch.object(adapter, "_support", lambda self, n=notifies: {"webhook": n}):
                self.assertEqual(self.make_channel().pull_seconds, seconds)
        self.assertEqual(self.make_channel(pull_seconds=120).pull_seconds, 120)

    def test_rename(self):
        self.channel.name = "Renamed"
        self.assertIn("Renamed", self.cron("pull_orders").name)

    def test_trigger(self):
        triggers = self.env["ir.cron.trigger"]
        at = fields.Datetime.now() + timedelta(minutes=5)
        self.channel._trigger_op("push_stock", at=at)
        found = triggers.search([("cron_id", "=", self.cron("push_stock").id)])
        self.assertIn(at, found.mapped("call_at"))

    def test_scheduler_runs_the_operation(self):
        """Through Odoo's own scheduler, on a cursor of its own, commits included."""
        calls = []

        def work(channels):
            for channel in channels._runnable("process_exchanges"):
                with channel._guard("process_exchanges") as go:
                    calls.append((channel.id, go, channel.env.su, channel.env.company))

        model = self.registry["ec.channel"]
        with (
            patch.object(model, "action_process_exchanges", work),
            self.enter_registry_test_mode(),
        ):
            self.cron("process_exchanges").method_direct_trigger()
        self.assertEqual(calls, [(self.channel.id, True, True, self.channel.company_id)])
        self.assertTrue(self.operation("process_exchanges").succeeded_at)

    def test_scheduler_works_off_in_parts(self):
        """Many documents through the scheduler: each batch is committed."""
        self.env["ec.exchange"]._store_documents(self.channel, "webhook", self.make_docs(250))
        sizes = []
        with (
            self.handler("webhook", lambda batch: sizes.append(len(batch))),
            self.enter_registry_test_mode(),
        ):
            self.cron("process_exchanges").method_direct_trigger()
        self.assertEqual(sizes, [50] * 5)

    def test_deleted_channel_or_unknown_operation_is_no_error(self):
        self.env["ec.channel"]._cron_run(0, "pull_orders")
        self.env["ec.channel"]._cron_run(self.channel.id, "never heard of")

    def test_the_servers_time_limit_counts_per_job(self):
        """A round of many busy shops takes longer than one job may."""
        thread = threading.current_thread()
        self.addCleanup(setattr, thread, "start_time", getattr(thread, "start_time", None))
        thread.start_time = 1.0
        self.env["ec.channel"]._cron_run(self.channel.id, "send_exchanges")
        self.assertGreater(thread.start_time, 1.0)

    def test_draft_shop_is_checked_only_on_request(self):
        draft = self.make_channel(state="draft")
        run = self.env["ec.channel"]._cron_run
        run(draft.id, "check_connection")
        self.assertFalse(draft.check_done_at)
        draft._request_op("check_connection")
        self.assertTrue(draft.check_running)
        run(draft.id, "check_connection")
        self.assertTrue(draft.check_done_at)
        self.assertFalse(draft.check_running)
