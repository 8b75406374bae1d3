"""The mail module and the shipping module together: what was mailed is ticked on the delivery."""

from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.ec_mail_templates.lib import smtp_probe
from odoo.addons.ec_mail_templates.tests.common import MailCommon, really_send


@tagged("post_install", "-at_install")
class TestMailedStep(MailCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.channel.ec_needs_mail = True

    def setUp(self):
        super().setUp()
        self.connect_server()
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

    def test_a_carrier_without_numbers_keeps_no_mail_back(self):
        order = self.pull(self.mixed_order("ST-5"))
        self.ship(order, number=False)
        self.look()
        entry = self.entry(order, "shipped")
        self.assertEqual(entry.state, "waiting", "a number may still come")
        carrier = self.env["delivery.carrier"].create(
            {"name": "定形外郵便", "product_id": self.tea.id, "ec_no_number": True}
        )
        order.picking_ids.carrier_id = carrier
        self.look()
        self.assertEqual(entry.state, "queued", entry.reason)
        self.assertIn("お問い合わせ番号がございません", entry.mail_id.ec_text)

    def test_one_parcel_of_a_buyer_with_two_contacts(self):
        orders = self.pull(self.mixed_order("ST-6"), self.mixed_order("ST-7"))
        orders[1].partner_id = self.env["res.partner"].create({"name": "山田 花子"})
        orders.ec_check_ids._clear()
        self.env["ec.merge"]._merge(orders.picking_ids)
        orders[0].picking_ids.carrier_tracking_ref = "444803009836"
        orders.picking_ids.move_ids.picked = True
        orders[0].picking_ids.with_context(skip_sms=True)._action_done()
        self.look()
        self.send()
        self.assertEqual(set(orders.picking_ids.mapped("state")), {"done"})
        self.assertEqual(len(self.mailbox.letters), 1)
        for number in ("ST-6", "ST-7"):
            self.assertIn(number, self.mailbox.letters[0].subject)

    def test_the_mall_writes_where_a_rule_says_so(self):
        """Either the mall is asked to tell the buyer, or we do; never both."""
        order = self.pull(self.mixed_order("ST-8"))
        self.assertFalse(order._ec_mall_tells("shipped"))
        rule = self.env.ref("ec_mail_templates.rule_shipped_90")
        rule.copy({"sequence": 1, "action": "mall", "channel_ids": self.channel.ids})
        self.ship(order)
        self.look()
        self.assertTrue(order._ec_shipment_payload()["notify_buyer"])
        entry = self.entry(order, "shipped")
        self.assertEqual(entry.state, "not_wanted", entry.reason)
        other = self.pull(self.mixed_order("ST-9"), channel=self.make_channel(name="Second"))
        self.assertFalse(other._ec_mall_tells("shipped"))
        rule.search([("action", "=", "mall"), ("kind_id", "=", rule.kind_id.id)]).unlink()
        self.assertFalse(order._ec_mall_tells("shipped"))
