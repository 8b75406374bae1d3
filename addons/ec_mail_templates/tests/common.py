"""Shops that send mails, orders of all shapes, and a real SMTP server on this machine."""

import asyncio
import email
import email.policy
import socket
import threading
from contextlib import contextmanager
from unittest.mock import patch

from aiosmtpd.controller import Controller

from odoo.addons.base.models.ir_mail_server import IrMail_Server
from odoo.addons.ec_unified.tests.order_common import OrderCommon

ALWAYS = "2020-01-01 00:00:00"


class MailCommon(OrderCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ec.mail.signal"].search([])._flush_noted()
        cls.open_shop(cls.channel)
        cls.entries = cls.env["ec.mail.entry"]
        cls.env["ec.mapping"].search([("channel_id", "=", cls.channel.id)]).unlink()
        for value, role in (("1", "card"), ("2", "bank"), ("3", "konbini")):
            cls.env["ec.mapping"].create(
                {
                    "channel_id": cls.channel.id,
                    "kind": "payment",
                    "mall_value": value,
                    "payment_method_role": role,
                    "state": "done",
                }
            )

    @classmethod
    def open_shop(cls, channel, **vals):
        """Let a shop send mails about whatever happens, whenever it happened."""
        channel.write(
            {
                "name": "お茶の専門店 緑風堂",
                "ec_mail_from": "shop@example.com",
                "ec_mail_lang": "ja_JP",
                "ec_mail_signature": (
                    "お茶の専門店 緑風堂\n〒100-0001 東京都千代田区千代田9-9\nTEL 03-0000-0001"
                ),
                "ec_mail_bank_account": "みどり銀行 本店 普通 1234567 カ）リヨクフウドウ",
                **vals,
            }
        )
        channel.ec_mail_mode = "on"
        channel.ec_mail_since = ALWAYS

    def kind(self, code):
        """The kind with this code."""
        return self.env.ref(f"ec_mail_templates.kind_{code}")

    def entry(self, order, code):
        """The ledger's rows of a kind for an order."""
        return self.entries.search(
            [("order_id", "in", order.ids), ("kind_id", "=", self.kind(code).id)]
        )

    def look(self):
        """What the cron does before sending."""
        self.env.cr.flush()
        self.entries._read_signals()
        self.entries._decide_due()
        self.entries._write_due()

    def ship(self, order, number="123456789013"):
        """Ship everything with one tracking number."""
        order.ec_check_ids._clear()
        for picking in order.picking_ids:
            picking.carrier_tracking_ref = number
            for move in picking.move_ids:
                move.quantity = move.product_uom_qty
                move.picked = True
            picking.with_context(skip_backorder=True, skip_sms=True)._action_done()
        self.env.cr.flush()


class Mailbox:
    """An SMTP server that keeps what it took and fails as told."""

    def __init__(self):
        self.messages = []
        self.faults = []  # callables(envelope) -> answer | "drop" | "take_and_drop" | None
        self.seen = 0
        self.lock = threading.Lock()

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
        """Take a mail, or answer as the next fault says."""
        with self.lock:
            self.seen += 1
            fault = self.faults.pop(0) if self.faults else None
            if fault in (None, "take_and_drop"):
                self.messages.append(
                    (
                        envelope,
                        email.message_from_bytes(envelope.content, policy=email.policy.default),
                    )
                )
        if fault in ("drop", "take_and_drop"):
            server.transport.abort()
            await asyncio.sleep(0)
            return "451 gone"
        return fault or "250 OK"


@contextmanager
def smtp_server():
    """A running server; yields (mailbox, port)."""
    mailbox = Mailbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(mailbox, hostname="127.0.0.1", port=port, ready_timeout=30)
    controller.start()
    try:
        yield mailbox, port
    finally:
        controller.stop()


@contextmanager
def really_send():
    """Let Odoo open SMTP connections though a test runs."""
    with patch.object(IrMail_Server, "_disable_send", classmethod(lambda cls: False)):
        yield
