"""Working off: batches, isolation of bad documents, retries, the error inbox."""

from datetime import timedelta

import psycopg2.errors

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..lib.errors import ConflictError, DataError, SetupError, TransientError
from ..models import ec_exchange_process as process
from .common import SECRET, EcCommon

LOG = "odoo.addons.ec_unified.models.ec_exchange_process"


@tagged("post_install", "-at_install")
class TestExchangeProcess(EcCommon):
    def setUp(self):
        super().setUp()
        self.exchanges = self.env["ec.exchange"]._store_documents(
            self.channel, "webhook", self.make_docs(5)
        )
        self.seen = []

    def work(self, function, **kwargs):
        def handler(batch):
            self.seen.append(batch.mapped("external_ref"))
            return function(batch)

        with self.handler("webhook", handler):
            return self.env["ec.exchange"]._process_pending(self.channel, "webhook", **kwargs)

    def test_one_call_for_a_batch(self):
        self.assertEqual(self.work(lambda batch: None), 5)
        self.assertEqual(self.seen, [["D-0", "D-1", "D-2", "D-3", "D-4"]])
        self.assertEqual(set(self.exchanges.mapped("state")), {"done"})
        self.assertEqual(set(self.exchanges.mapped("attempt_count")), {1})

    def test_batch_size_is_kept(self):
        self.work(lambda batch: None, limit=2)
        self.assertEqual([len(refs) for refs in self.seen], [2, 2, 1])

    def test_kind_without_handler_waits(self):
        found = self.env["ec.exchange"]._store_documents(self.channel, "status", self.make_docs(2))
        self.assertEqual(self.env["ec.exchange"]._process_pending(self.channel, "status"), 0)
        self.assertEqual(set(found.mapped("state")), {"pending"})

    @mute_logger(LOG)
    def test_one_bad_document_stops_nobody(self):
        def handler(batch):
            if "D-2" in batch.mapped("external_ref"):
                batch.channel_id.name = "half done"
                raise ValueError("cannot do D-2")

        self.work(handler)
        states = dict(zip(*self._columns("external_ref", "state"), strict=True))
        self.assertEqual(states.pop("D-2"), "failed")
        self.assertEqual(set(states.values()), {"done"})
        self.assertEqual(self.channel.name, "Test shop", "the failed batch was rolled back")
        bad = self.exchanges[2]
        self.assertEqual(bad.error_kind, "bug")
        self.assertIn("cannot do D-2", bad.error_trace)
        self.assertTrue(bad.error_message)

    def test_the_log_says_where_and_not_whom(self):
        """A message may quote a buyer: managers read it on the document, the log has none."""
        phone = "-".join(("03", "0000", "4711"))

        def handler(batch):
            raise ValueError(phone)

        with self.assertLogs(LOG, "ERROR") as logs:
            self.work(handler)
        text = "\n".join(logs.output)
        self.assertIn("builtins.ValueError", text)
        self.assertIn("in handler", text)
        self.assertNotIn(phone, text)

    def test_refused_statements_are_logged_without_their_values(self):
        """The server logs what the database refuses; with the values it would be a buyer's data."""
        phone = "-".join(("03", "0000", "4711"))

        def handler(batch):
            query = "UPDATE ec_channel SET name = NULL, api_url = %s WHERE id = %s"
            self.env.cr.execute(query, (phone, self.channel.id))

        with self.assertLogs("odoo.sql_db", "ERROR") as logs, mute_logger(LOG):
            with self.channel._guard("process_exchanges"):
                self.work(handler)
        text = "\n".join(logs.output)
        self.assertIn("UPDATE ec_channel (NotNullViolation 23502)", text)
        self.assertNotIn(phone, text)
        with self.assertLogs("odoo.sql_db", "ERROR") as logs, self.assertRaises(psycopg2.Error):
            with self.env.cr.savepoint():
                handler(None)
        self.assertIn(phone, "\n".join(logs.output), "work of others is logged as ever")

    def test_single_outcomes_of_a_good_batch(self):
        def handler(batch):
            return {batch[1].id: DataError("no", reason="refused", code="E01")}

        self.work(handler)
        self.assertEqual(len(self.seen), 1)
        self.assertEqual(self.exchanges[1].state, "failed")
        self.assertIn("E01", self.exchanges[1].error_message)
        self.assertEqual(self.exchanges[0].state, "done")

    def test_passing_error_waits_longer_each_time_then_asks_a_person(self):
        self.exchanges[1:]._done()
        waits = []
        for _number in range(process.MAX_TRIES):
            self.exchanges.write({"next_try_at": False})
            self.work(lambda batch: {batch.id: TransientError("busy")})
            if self.exchanges[0].next_try_at:
                waits.append(self.exchanges[0].next_try_at - fields.Datetime.now())
        self.assertEqual(len(waits), process.MAX_TRIES - 1)
        self.assertEqual(sorted(waits), waits)
        self.assertEqual(self.exchanges[0].state, "failed")

    def test_waiting_document_is_not_touched(self):
        later = fields.Datetime.now() + timedelta(minutes=5)
        self.exchanges.write({"next_try_at": later})
        self.assertEqual(self.work(lambda batch: None), 0)

    def test_conflict_is_tried_again_soon(self):
        self.work(lambda batch: {batch[0].id: ConflictError("moved")})
        wait = self.exchanges[0].next_try_at - fields.Datetime.now()
        self.assertLess(wait, timedelta(minutes=1))
        self.assertEqual(self.exchanges[0].state, "pending")

    def test_mall_down_blames_no_document(self):
        def handler(batch):
            raise TransientError("down")

        with self.handler("webhook", handler):
            self.channel.action_process_exchanges()
        self.assertEqual(set(self.exchanges.mapped("state")), {"pending"})
        self.assertEqual(set(self.exchanges.mapped("attempt_count")), {0})
        self.assertEqual(self.operation("process_exchanges").failure_count, 1)
        self.assertFalse(self.channel._may_run("process_exchanges"))

    def test_setup_error_stops_the_shop_and_blames_no_document(self):
        def handler(batch):
            raise SetupError("key", reason="key_expired")

        with self.handler("webhook", handler):
            self.channel.action_process_exchanges()
        self.assertEqual(set(self.exchanges.mapped("state")), {"pending"})
        self.assertEqual(self.channel.health, "setup")
        self.assertFalse(self.channel._may_run("pull_orders"))

    def test_serialization_failure_is_run_again(self):
        failures = [psycopg2.errors.SerializationFailure("moved")]

        def handler(batch):
            if failures:
                raise failures.pop()

        self.work(handler)
        self.assertEqual(set(self.exchanges.mapped("state")), {"done"})
        self.assertEqual(len(self.seen), 2)

    def test_endless_serialization_failures_leave_it_pending(self):
        def handler(batch):
            raise psycopg2.errors.SerializationFailure("moved")

        self.work(handler)
        self.assertEqual(len(self.seen), process.MAX_COLLISIONS)
        self.assertEqual(set(self.exchanges.mapped("state")), {"pending"})

    def test_what_odoo_tells_the_user_reaches_the_clerk(self):
        message = "The account is missing."

        def handler(batch):
            raise UserError(message)

        self.exchanges[1:]._done()
        self.work(handler)
        self.assertEqual(self.exchanges[0].error_kind, "data")
        self.assertIn(message, self.exchanges[0].error_message)

    @mute_logger(LOG)
    def test_secrets_stay_out_of_traces(self):
        def handler(batch):
            raise ValueError(f"called with {SECRET}")

        self.exchanges[1:]._done()
        self.work(handler)
        stored = " ".join(map(str, self.exchanges[0].read()[0].values()))
        self.assertNotIn(SECRET, stored)

    def test_nothing_is_sent_to_a_receive_only_shop(self):
        self.env["ec.exchange"]._owe(self.channel, "status", "S-1", {})
        self.channel.state = "test"
        sent = []
        with self.handler("status", lambda batch: sent.append(len(batch)), "_send_batch_"):
            self.channel.action_process_exchanges()
            self.assertFalse(sent)
            self.channel.state = "active"
            self.channel.action_process_exchanges()
        self.assertEqual(sent, [1])

    def test_calls_are_kept_with_their_documents(self):
        def handler(batch):
            channel = batch.channel_id
            channel._adapter()._call(channel, "status", None)

        self.work(handler)
        self.assertEqual(len(self.exchanges.attempt_ids), 1)
        self.assertEqual(self.exchanges.attempt_ids.exchange_ids, self.exchanges)
        self.assertEqual(self.exchanges.attempt_ids.request_id, "fake")

    def test_query_count_does_not_grow_with_the_batch(self):
        counts = []
        for count in (10, 100):
            self.env["ec.exchange"]._store_documents(
                self.channel, "webhook", self.make_docs(count, 1000 * count)
            )
            before = self.env.cr.sql_log_count
            self.work(lambda batch: None, limit=200)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0], counts)

    def _columns(self, *names):
        return [self.exchanges.mapped(name) for name in names]


@tagged("post_install", "-at_install")
class TestExchangeInbox(EcCommon):
    def setUp(self):
        super().setUp()
        self.exchanges = self.env["ec.exchange"]._store_documents(
            self.channel, "webhook", self.make_docs(3)
        )
        for exchange in self.exchanges:
            exchange._fail(DataError("no", reason="refused"))
        self.as_clerk = self.exchanges.with_user(self.clerk)

    def test_retry_many(self):
        self.as_clerk.button_retry()
        self.assertEqual(set(self.exchanges.mapped("state")), {"pending"})
        self.assertEqual(set(self.exchanges.mapped("attempt_count")), {0})
        cron = self.channel.cron_ids.filtered(lambda c: c.ec_operation == "process_exchanges")
        self.assertTrue(self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]))

    def test_ignore_needs_a_reason_and_remembers_who(self):
        action = self.as_clerk.button_ignore()
        wizard = (
            self.env["ec.exchange.ignore"]
            .with_user(self.clerk)
            .with_context(**action["context"])
            .create({"reason": "test order of our own"})
        )
        wizard.action_ignore()
        self.assertEqual(set(self.exchanges.mapped("state")), {"ignored"})
        self.assertEqual(self.exchanges.ignored_by, self.clerk)
        self.assertEqual(self.exchanges[0].ignore_reason, "test order of our own")

    def test_changed_document_wakes_an_ignored_one(self):
        self.exchanges._ignore("no")
        docs = self.make_docs(1, changed=True)
        stored = self.env["ec.exchange"]._store_documents(self.channel, "webhook", docs)
        self.assertEqual(stored, self.exchanges[0])
        self.assertEqual(stored.state, "pending")

    def test_fix_opens_what_is_wrong(self):
        one, two, three = self.exchanges
        one._fail(SetupError("x", reason="key_expired"))
        self.assertEqual(one.button_fix()["res_model"], "ec.channel")
        two._fail(DataError("x", reason="unknown_value"))
        self.assertEqual(two.button_fix()["res_model"], "ec.mapping")
        three._link(self.env.user.partner_id)
        action = three.button_fix()
        self.assertEqual(
            (action["res_model"], action["res_id"]), ("res.partner", self.env.user.partner_id.id)
        )

    def test_success_clears_the_error(self):
        self.exchanges[0]._requeue()
        with self.handler("webhook", lambda batch: None):
            self.channel.action_process_exchanges()
        self.assertFalse(self.exchanges[0].error_kind)
        self.assertFalse(self.exchanges[0].error_message)
