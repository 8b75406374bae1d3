"""Several processes at the same documents, and processes that die: with real transactions."""

import threading
from contextlib import contextmanager
from unittest.mock import patch

import psycopg2

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

from ..lib.data import SourceDocument
from ..models.ec_rate_slot import _TableSlots


@tagged("post_install", "-at_install")
class TestExchangeConcurrency(BaseCase):
    """What is committed here is taken away again at the end."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        with self.environment() as env:
            channel = env["ec.channel"].create(
                {"name": "Concurrency", "provider": "fake", "fake_secret": "fake-secret-1"}
            )
            # Running, without scheduled actions that a server might start.
            channel.state = "active"
            channel.cron_ids.active = False
            self.channel_id = channel.id
        self.addCleanup(self._clean)

    def _clean(self):
        with self.environment() as env:
            channel = env["ec.channel"].browse(self.channel_id)
            channel.state = "paused"
            channel.unlink()

    @contextmanager
    def environment(self):
        """An environment with a connection of its own; commits at the end."""
        with self.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    def docs(self, count, **payload):
        return [SourceDocument(ref=f"C-{n}", payload={"n": n, **payload}) for n in range(count)]

    def store(self, env, docs):
        channel = env["ec.channel"].browse(self.channel_id)
        return env["ec.exchange"]._store_documents(channel, "webhook", docs)

    def work(self, env, function):
        with patch.object(
            self.registry["ec.exchange"], "_process_batch_webhook", function, create=True
        ):
            channel = env["ec.channel"].browse(self.channel_id)
            return env["ec.exchange"]._process_pending(channel, "webhook", limit=5)

    def states(self):
        with self.environment() as env:
            rows = env["ec.exchange"].search([("channel_id", "=", self.channel_id)])
            return rows.mapped("state")

    def test_two_processes_store_the_same_page(self):
        """The second waits for the first, is told to try again, and then finds it all there."""
        results, phone = [], "-".join(("03", "0000", "4711"))

        def second():
            for _attempt in range(3):
                try:
                    with self.environment() as env:
                        results.append(len(self.store(env, self.docs(20, phone=phone))))
                        return
                except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                    results.append("again")

        with self.assertLogs("odoo.sql_db", "ERROR") as logs, self.environment() as env:
            self.store(env, self.docs(20, phone=phone))
            thread = threading.Thread(target=second)
            thread.start()
            thread.join(0.3)
            self.assertTrue(thread.is_alive(), "it waits for the other one's commit")
            env.cr.commit()
            thread.join(10)
        self.assertEqual(results, ["again", 0])
        self.assertEqual(len(self.states()), 20)
        self.assertNotIn(phone, "".join(logs.output), "the log is no place for documents")

    def test_two_workers_share_the_work(self):
        """While one worker holds a batch, another takes the next one without waiting."""
        with self.environment() as env:
            self.store(env, self.docs(10))
        taken = []

        def first(batch):
            taken.append(set(batch.ids))
            if len(taken) == 1:
                with self.environment() as other:
                    self.work(other, lambda rest: taken.append(set(rest.ids)))

        with self.environment() as env:
            self.work(env, first)
        self.assertEqual(len(taken), 2)
        self.assertFalse(taken[0] & taken[1], "no document was worked on twice")
        self.assertEqual(self.states(), ["done"] * 10)

    @mute_logger("odoo.sql_db", "odoo.addons.ec_unified.models.ec_exchange_process")
    def test_killed_worker_leaves_documents_pending(self):
        """The connection dies in the middle of the second batch, as with a killed process."""
        with self.environment() as env:
            self.store(env, self.docs(10))
        batches = []

        def handler(batch):
            batches.append(len(batch))
            if len(batches) == 2:
                batch.channel_id.name = "half done"
                batch.env.flush_all()
                self._kill(batch.env.cr)

        with self.assertRaises(psycopg2.Error), self.registry.cursor() as cr:
            self.work(api.Environment(cr, SUPERUSER_ID, {}), handler)
        states = self.states()
        self.assertEqual((states.count("done"), states.count("pending")), (5, 5))
        with self.environment() as env:
            self.assertEqual(env["ec.channel"].browse(self.channel_id).name, "Concurrency")
            self.work(env, lambda batch: None)
        self.assertEqual(self.states(), ["done"] * 10)

    def _kill(self, cr):
        cr.execute("SELECT pg_backend_pid()")
        [pid] = cr.fetchone()
        with self.environment() as env:
            env.cr.execute("SELECT pg_terminate_backend(%s)", (pid,))
        cr.execute("SELECT 1")

    @mute_logger("odoo.sql_db")
    def test_changed_while_it_is_worked_on(self):
        """A new version arrives during the work: it is worked on too, the newest wins."""
        with self.environment() as env:
            self.store(env, self.docs(1, version=1))
        seen, waiting = [], []

        def newer():
            for _attempt in range(3):
                try:
                    with self.environment() as env:
                        self.store(env, self.docs(1, version=2))
                        return
                except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                    continue

        def handler(batch):
            seen.append(batch.payload["version"])
            if not waiting:
                waiting.append(threading.Thread(target=newer))
                waiting[0].start()
                waiting[0].join(0.3)

        with self.environment() as env:
            self.work(env, handler)
        waiting[0].join(10)
        with self.environment() as env:
            self.work(env, handler)
        self.assertEqual(seen, [1, 2])
        self.assertEqual(self.states(), ["done"])

    def test_rate_limit_is_shared_and_waits_for_nobody(self):
        key = f"{self.channel_id}/test"
        one, two = _TableSlots(self.registry), _TableSlots(self.registry)
        moments = [slots.reserve(key, 0.5, 0.0) for slots in (one, two, one, two)]
        for number, moment in enumerate(moments):
            self.assertAlmostEqual(moment, number * 0.5, delta=0.2)
        with self.registry.cursor() as cr:
            cr.execute("DELETE FROM ec_rate_slot WHERE name = %s", (key,))
