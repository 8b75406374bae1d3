"""Call limits of the malls, kept once for all processes."""

import time

from odoo import api, fields, models
from odoo.modules import module as odoo_module

from ..lib.ratelimit import MemorySlots

_test_slots = MemorySlots()


class EcRateSlot(models.Model):
    """The next free moment per channel and limit.

    Not bound to the channel by a foreign key: a slot is reserved in a transaction of its own, which
    must neither see nor wait for what the working transaction does to the channel.
    """

    _name = "ec.rate.slot"
    _description = "Call limit"

    name = fields.Char(required=True, readonly=True)
    next_at = fields.Float(readonly=True, digits=(20, 6))

    _name_unique = models.Constraint("UNIQUE (name)", "A call limit is kept once.")

    @api.model
    def _book(self, channel_id):
        """:return: object with ``reserve(key, interval, now)`` for the channel"""
        if odoo_module.current_test:
            # A test's transaction is never committed; nobody else calls the mall.
            return _Prefixed(_test_slots, channel_id)
        return _Prefixed(_TableSlots(self.env.registry), channel_id)


class _Prefixed:
    """Keeps the channels apart in a shared book."""

    def __init__(self, slots, channel_id):
        self._slots = slots
        self._channel_id = channel_id

    def reserve(self, key, interval, now):
        return self._slots.reserve(f"{self._channel_id}/{key}", interval, now)


class _TableSlots:
    """``reserve`` on the table, in a short transaction of its own."""

    # The database's clock decides, so that nodes whose clocks differ share one limit.
    _QUERY = """
        INSERT INTO ec_rate_slot AS slot (name, next_at)
             VALUES (%(name)s, extract(epoch FROM clock_timestamp()) + %(interval)s)
        ON CONFLICT (name) DO UPDATE
                SET next_at = greatest(extract(epoch FROM clock_timestamp()), slot.next_at)
                            + %(interval)s
          RETURNING next_at - %(interval)s - extract(epoch FROM clock_timestamp())
    """

    def __init__(self, registry):
        self._registry = registry

    def reserve(self, key, interval, now):
        with self._registry.cursor() as cr:
            # Waiting for another process's row must not end in a serialization failure.
            cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
            cr.execute(self._QUERY, {"name": key, "interval": interval})
            wait = max(float(cr.fetchone()[0]), 0.0)
        return (now if now is not None else time.time()) + wait
