"""Shops that send mails, orders of all shapes, and a real SMTP server on this machine."""

import importlib.util
import sys
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from odoo.addons.base.models.ir_mail_server import IrMail_Server
from odoo.addons.ec_unified.tests.order_common import OrderCommon

ROOT = Path(__file__).resolve().parents[3]
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
        self.entries._draft_held()

    def connect_server(self, **vals):
        """A mail server of this test; the shop sends over it."""
        self.mailbox, port = self.enterContext(load_mail_server().MailServer())
        self.channel.ec_mail_server_id = self.env["ir.mail_server"].create(
            {
                "name": "Test relay",
                "smtp_host": "127.0.0.1",
                "smtp_port": port,
                "smtp_encryption": "none",
                "from_filter": "shop@example.com",
                "ec_rate": 0,
                **vals,
            }
        )
        return self.channel.ec_mail_server_id

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


def load_mail_server():
    """The repository's mail server for tests, ``tests/system/mail_server.py``.

    :raise AssertionError: the addon was installed without the repository's ``tests`` folder
    """
    path = ROOT / "tests/system/mail_server.py"
    if not path.is_file():
        raise AssertionError(f"these tests need {path}: run them from a checkout")
    if "ec_mail_server" not in sys.modules:
        spec = importlib.util.spec_from_file_location("ec_mail_server", path)
        module = importlib.util.module_from_spec(spec)
        sys.modules["ec_mail_server"] = module
        spec.loader.exec_module(module)
    return sys.modules["ec_mail_server"]


@contextmanager
def really_send():
    """Let Odoo open SMTP connections though a test runs."""
    with patch.object(IrMail_Server, "_disable_send", classmethod(lambda cls: False)):
        yield
