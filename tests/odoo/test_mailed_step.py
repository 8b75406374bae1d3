"""The mail module and the shipping module together: what was mailed is ticked on the delivery."""

from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.ec_mail_templates.lib import smtp_probe
from odoo.addons.ec_mail_templates.tests.common import (
    MailCommon,
    load_mail_server,
    really_send,
)


@tagged("post_install", "-at_install")
class TestMailedStep(MailCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.channel.ec_needs_mail = True

    def setUp(self):
        super().setUp()
        self.mailbox, port = self.enterContext(load_mail_server().MailServer())
        self.channel.ec_mail_server_id = self.env["ir.mail_server"].create(
            {
                "name": "Test relay", "smtp_host": "127.0.0.1", "smtp_port": port,
                "smtp_encryption": "none", "from_filter": "shop@example.com", "ec_rate": 0,
            }
        )  # fmt: skip
        self.env["ec.mail.kind"].search([("code", "!=", "shipped")]).event = "manual"

    def steps(self, pickings):
        """State of the step per delivery."""
        self.env.invalidate_all()
        return [
            next(row["state"] for row in picking.ec_ticks if row["step"] == "mailed")
            for picking in pickings
        ]

    def send(self):
        with really_send():
            self.entries._cron_mails()

    def test_ticked_when_the_server_took_it(self):
        order = self.pull(self.mixed_order("ST-1"))
        self.ship(order)
        self.look()
        pickings = order.picking_ids
        self.assertEqual(self.entry(order, "shipped").state, "queued")
        self.assertNotIn("done", self.steps(pickings))
        self.send()
        entry = self.entry(order, "shipped")
        self.assertEqual(entry.state, "sent", entry.failure)
        self.assertEqual(self.steps(pickings), ["done"])
        tick = self.env["ec.shipping.tick"].search(
            [("picking_id", "in", pickings.ids), ("step", "=", "mailed")]
        )
        self.assertEqual(tick.at, entry.sent_at)

    def test_merged_parcels_are_all_ticked(self):
        orders = self.pull(self.mixed_order("ST-2"), self.mixed_order("ST-3"))
        for order in orders:
            self.ship(order)
        self.look()
        self.send()
        self.assertEqual(len(self.mailbox.letters), 1)
        self.assertEqual(self.steps(orders.picking_ids), ["done", "done"])

    def test_refused_mail_ticks_nothing(self):
        order = self.pull(self.mixed_order("ST-4"))
        self.ship(order)
        self.look()
        refused = smtp_probe.Verdict(smtp_probe.REFUSED, 550, "unknown user")
        entry = self.entry(order, "shipped")
        with patch.object(type(entry), "_wake", lambda *_args: None):
            entry._note_verdict(refused)
        self.assertEqual(entry.state, "failed")
        self.assertNotIn("done", self.steps(order.picking_ids))
