"""Documents are stored once each, at a cost that does not grow, and survive what malls send."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from odoo.tests import tagged

from ..lib.data import SourceDocument
from .common import EcCommon

MOMENT = datetime(2026, 11, 1, 1, 2, 3, 456789, tzinfo=UTC)


@tagged("post_install", "-at_install")
class TestExchangeStore(EcCommon):
    def store(self, docs, kind="order"):
        return self.env["ec.exchange"]._store_documents(self.channel, kind, docs)

    def test_new_documents_are_pending(self):
        stored = self.store(self.make_docs(3))
        self.assertEqual(stored.mapped("external_ref"), ["D-0", "D-1", "D-2"])
        self.assertEqual(set(stored.mapped("state")), {"pending"})
        self.assertEqual(stored[0].payload, {"ref": "D-0"})
        self.assertEqual(stored[0].direction, "in")

    def test_same_document_again_changes_nothing(self):
        docs = self.make_docs(2)
        self.store(docs)._done()
        self.assertFalse(self.store(docs))
        self.assertEqual(self.env["ec.exchange"].search_count([("state", "=", "pending")]), 0)

    def test_key_order_is_no_change(self):
        self.store([SourceDocument(ref="K", payload={"a": 1, "b": 2})])
        self.assertFalse(self.store([SourceDocument(ref="K", payload={"b": 2, "a": 1})]))

    def test_changed_document_is_pending_again_and_keeps_its_past(self):
        first = self.store([SourceDocument(ref="C", payload={"v": 1})])
        first._done()
        again = self.store([SourceDocument(ref="C", payload={"v": 2})])
        self.assertEqual(again, first)
        self.assertEqual(again.state, "pending")
        self.assertEqual(again.payload, {"v": 2})
        self.assertEqual(again.revision_ids.payload, {"v": 1})

    def test_older_document_arriving_late_is_dropped(self):
        newer = SourceDocument(ref="L", payload={"v": 2}, updated_at=MOMENT)
        older = SourceDocument(ref="L", payload={"v": 1}, updated_at=MOMENT - timedelta(seconds=1))
        stored = self.store([newer])
        self.assertFalse(self.store([older]))
        self.assertEqual(stored.payload, {"v": 2})
        self.assertFalse(stored.revision_ids)

    def test_two_changes_within_a_second(self):
        one = SourceDocument(ref="S", payload={"v": 1}, updated_at=MOMENT)
        two = replace(one, payload={"v": 2}, updated_at=MOMENT + timedelta(milliseconds=1))
        self.store([one])
        self.assertEqual(self.store([two]).payload, {"v": 2})

    def test_one_batch_with_a_ref_twice_takes_the_newest(self):
        old = SourceDocument(ref="T", payload={"v": 1}, updated_at=MOMENT)
        new = SourceDocument(ref="T", payload={"v": 2}, updated_at=MOMENT + timedelta(hours=1))
        self.assertEqual(self.store([new, old]).payload, {"v": 2})

    def test_what_postgresql_cannot_hold(self):
        text = "a\x00b \ud800 \\u0000 終"
        stored = self.store([SourceDocument(ref="N", payload={"text": text})])
        self.assertEqual(stored.payload, {"text": "ab ? \\u0000 終"})

    def test_cost_is_constant(self):
        counts = []
        for count, start in ((5, 0), (50, 100), (500, 1000)):
            docs = self.make_docs(count, start)
            before = self.env.cr.sql_log_count
            self.store(docs)
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(max(counts), 3, counts)
        self.assertEqual(len(set(counts)), 1, counts)

    def test_same_ref_in_two_shops_and_directions(self):
        other = self.make_channel(name="Second")
        docs = self.make_docs(1)
        self.store(docs)
        self.assertTrue(self.env["ec.exchange"]._store_documents(other, "order", docs))
        self.assertTrue(self.env["ec.exchange"]._owe(self.channel, "order", "D-0", {"ref": "D-0"}))

    def test_owing_is_idempotent_and_wakes_the_sender(self):
        owe = self.env["ec.exchange"]._owe
        cron = self.channel.cron_ids.filtered(lambda c: c.ec_operation == "send_exchanges")
        self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]).unlink()
        record = self.env.user.partner_id
        first = owe(self.channel, "confirm", "O-1", {"order": "O-1"}, record)
        self.assertEqual((first.res_model, first.res_id), ("res.partner", record.id))
        self.assertTrue(self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]))
        first._done()
        self.assertFalse(owe(self.channel, "confirm", "O-1", {"order": "O-1"}, record))
        self.assertEqual(first.state, "done")
        self.assertEqual(owe(self.channel, "confirm", "O-1", {"order": "O-1", "v": 2}), first)
        self.assertEqual(first.state, "pending")
        self.assertEqual(first.res_id, record.id, "the link stays")
