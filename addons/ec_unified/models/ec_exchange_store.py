"""How documents get into ``ec.exchange``: once each, in one statement per batch."""

import json
import re

from odoo import api, fields, models

from ..lib.data import SourceDocument
from ..lib.masking import quiet_queries

# jsonb takes neither NUL characters nor lone surrogates; both are damage from the mall's side.
_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")
#: Documents per statement: keeps a single statement's size in bounds.
CHUNK = 1000

# One statement: a changed document moves its old self to the revisions and is pending again; an
# equal one, or an older one that arrives late, changes nothing.
_UPSERT = """
WITH incoming AS (
    SELECT * FROM unnest(
        %(refs)s::text[], %(keys)s::text[], %(payloads)s::text[], %(hashes)s::text[],
        %(updated)s::timestamp[], %(models)s::text[], %(ids)s::int[]
    ) AS t (external_ref, idempotency_key, payload, payload_hash,
            source_updated_at, res_model, res_id)
), replaced AS (
    INSERT INTO ec_exchange_revision
           (exchange_id, channel_id, payload, payload_hash, received_at, source_updated_at,
            replaced_at, create_uid, create_date, write_uid, write_date)
    SELECT e.id, e.channel_id, e.payload, e.payload_hash, e.received_at, e.source_updated_at,
           %(now)s, %(uid)s, %(now)s, %(uid)s, %(now)s
      FROM ec_exchange e
      JOIN incoming i USING (idempotency_key)
     WHERE e.payload_hash IS DISTINCT FROM i.payload_hash
       AND coalesce(i.source_updated_at >= e.source_updated_at, TRUE)
)
INSERT INTO ec_exchange AS e
       (channel_id, direction, kind, external_ref, idempotency_key, payload, payload_hash,
        received_at, source_updated_at, res_model, res_id, state, priority, attempt_count,
        create_uid, create_date, write_uid, write_date)
SELECT %(channel)s, %(direction)s, %(kind)s, i.external_ref, i.idempotency_key, i.payload::jsonb,
       i.payload_hash, %(now)s, i.source_updated_at, i.res_model, i.res_id, 'pending',
       %(priority)s, 0, %(uid)s, %(now)s, %(uid)s, %(now)s
  FROM incoming i
ON CONFLICT (idempotency_key) DO UPDATE
   SET payload = excluded.payload,
       payload_hash = excluded.payload_hash,
       received_at = excluded.received_at,
       source_updated_at = excluded.source_updated_at,
       res_model = coalesce(excluded.res_model, e.res_model),
       res_id = coalesce(excluded.res_id, e.res_id),
       state = 'pending',
       priority = excluded.priority,
       attempt_count = 0,
       next_try_at = NULL,
       failed_at = NULL,
       write_uid = excluded.write_uid,
       write_date = excluded.write_date
 WHERE e.payload_hash IS DISTINCT FROM excluded.payload_hash
   AND coalesce(excluded.source_updated_at >= e.source_updated_at, TRUE)
RETURNING e.id
"""


class EcExchange(models.Model):
    _inherit = "ec.exchange"

    @api.model
    def _store_documents(self, channel, kind, docs, *, priority=10):
        """Keep documents received from the mall; process them later.

        The cost is one statement per thousand documents. A document that is stored already with the
        same content is left alone; a changed one is pending again, its old content is kept as a
        revision; one older than the stored one (by ``updated_at``) is dropped. Meeting a concurrent
        store of the same document ends in a serialization failure: run the page again.

        :param channel: single ``ec.channel``
        :param list[SourceDocument] docs: any number, a ref may occur more than once (newest wins)
        :return: new and changed exchanges, in the order they were first stored
        """
        return self._store(channel, "in", kind, [(doc, None) for doc in docs], priority)

    @api.model
    def _owe(self, channel, kind, external_ref, payload, record=None, *, priority=10):
        """Note that something has to be told to the mall; it is sent in the background.

        The same content is owed once, also after it was sent; changed content is sent again.

        :param dict payload: what the handler of ``kind`` needs, JSON-able
        :param record: the record it is about, or None
        :return: the exchange if there is something new to send, else an empty recordset
        """
        return self._owe_batch(channel, kind, [(external_ref, payload, record)], priority=priority)

    @api.model
    def _owe_batch(self, channel, kind, items, *, priority=10):
        """``_owe`` for many: ``items`` are (external_ref, payload, record)."""
        pairs = [(SourceDocument(ref=ref, payload=data), rec) for ref, data, rec in items]
        exchanges = self._store(channel, "out", kind, pairs, priority)
        if exchanges:
            channel._trigger_op("send_exchanges")
        return exchanges

    @api.model
    def _stored_values(self, channel, kind, refs, name):
        """One value of the documents received last, for adapters whose mall lists no changes.

        :param str name: a key of the document
        :return: {ref: value as text, or None}; what was never received is absent
        """
        self.flush_model()
        keys = [self._idempotency_key(channel, "in", kind, ref) for ref in refs]
        self.env.cr.execute(
            "SELECT external_ref, payload->>%s FROM ec_exchange WHERE idempotency_key = ANY(%s)",
            (name, keys),
        )
        return dict(self.env.cr.fetchall())

    @api.model
    def _idempotency_key(self, channel, direction, kind, external_ref):
        return f"{channel.id}/{direction}/{kind}/{external_ref}"

    @api.model
    def _store(self, channel, direction, kind, pairs, priority):
        """The one way into the table. ``pairs`` are (SourceDocument, record or None)."""
        channel.ensure_one()
        self.flush_model()
        pairs = self._newest_per_ref(pairs)
        ids = []
        for start in range(0, len(pairs), CHUNK):
            params = self._store_params(channel, direction, kind, pairs[start : start + CHUNK])
            with quiet_queries():
                self.env.cr.execute(_UPSERT, {**params, "priority": priority})
            ids += [row[0] for row in self.env.cr.fetchall()]
        exchanges = self.sudo().browse(sorted(ids))
        exchanges.invalidate_recordset()
        return exchanges

    @api.model
    def _newest_per_ref(self, pairs):
        """One document per ref: a statement may touch a row only once."""
        newest = {}
        for doc, record in pairs:
            known = newest.get(doc.ref)
            if known and known[0].updated_at and doc.updated_at:
                if doc.updated_at < known[0].updated_at:
                    continue
            newest[doc.ref] = (doc, record)
        return list(newest.values())

    @api.model
    def _store_params(self, channel, direction, kind, pairs):
        return {
            "channel": channel.id,
            "direction": direction,
            "kind": kind,
            "now": fields.Datetime.now(),
            "uid": self.env.uid,
            "refs": [doc.ref for doc, _record in pairs],
            "keys": [
                self._idempotency_key(channel, direction, kind, doc.ref) for doc, _record in pairs
            ],
            "payloads": [_json(doc.payload) for doc, _record in pairs],
            "hashes": [doc.digest for doc, _record in pairs],
            "updated": [_naive_utc(doc.updated_at) for doc, _record in pairs],
            "models": [record._name if record else None for _doc, record in pairs],
            "ids": [record.id if record else None for _doc, record in pairs],
        }


def _json(payload):
    text = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
    return _NUL.sub(r"\1", text).encode("utf-8", "replace").decode()


def _naive_utc(moment):
    """A moment as Odoo stores it; full seconds would make two changes within one look equal."""
    if moment is None or moment.tzinfo is None:
        return moment
    return (moment - moment.utcoffset()).replace(tzinfo=None)
