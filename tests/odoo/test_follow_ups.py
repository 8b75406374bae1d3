"""The mail module and the shipping module together: nobody is asked how he likes what came back."""

from datetime import timedelta

from odoo import fields
from odoo.tests import Form, tagged

from odoo.addons.ec_mail_templates.tests.common import really_send
from odoo.addons.ec_mail_templates.tests.test_consent import FollowUps

KINDS = ("follow_up", "review", "repeat", "coupon")
NUMBER = "123456789013"


@tagged("post_install", "-at_install")
class TestFollowUps(FollowUps):
    def setUp(self):
        super().setUp()
        self.env["ec.mail.rule"].with_context(active_test=False).search([]).active = True
        self.at_any_hour()
        # One mail of this sort within some days is another rule's business.
        self.env.company.ec_mail_promotion_days = 0

    def shipped(self, ref="FU-1", **changes):
        """Shipped long ago, to a buyer who agreed to follow-ups."""
        order = super().shipped(ref, **changes)
        self.agree(order)
        return order

    def bring_back(self, order, status="returned"):
        """What the carrier's history file says of the parcel."""
        order.picking_ids.ec_parcel_ids.status = status

    def asked(self, order):
        """{kind: state} of the mails that ask the buyer for something."""
        self.look()
        rows = self.entries.search([("order_id", "=", order.id), ("role", "!=", "transaction")])
        return {row.kind_id.code: row.state for row in rows}

    def test_every_kind_of_them_stops_when_the_parcel_came_back(self):
        order = self.shipped()
        self.bring_back(order)
        self.assertEqual(self.asked(order), dict.fromkeys(KINDS, "not_wanted"))
        for kind in KINDS:
            self.assertEqual(self.entry(order, kind).reason, "返送された荷物があります。")

    def test_a_delivered_parcel_stops_nothing(self):
        order = self.shipped()
        self.bring_back(order, "delivered")
        self.assertEqual(self.asked(order)["follow_up"], "queued")

    def test_one_of_two_parcels_is_enough(self):
        order = self.shipped()
        picking = order.picking_ids
        picking.carrier_tracking_ref = f"{NUMBER},444803009836"
        picking.ec_parcel_ids[-1].status = "returned"
        self.assertEqual(self.asked(order)["follow_up"], "not_wanted")

    def test_a_voided_slip_says_nothing(self):
        order = self.shipped()
        picking = order.picking_ids
        self.bring_back(order)
        picking.carrier_tracking_ref = "444803009836"
        self.assertEqual(self.asked(order)["follow_up"], "queued")

    def test_what_waited_for_its_day_stops(self):
        order = self.pull(self.mixed_order("FU-2"))
        self.agree(order)
        self.ship(order)
        self.assertEqual(self.asked(order)["follow_up"], "waiting")
        self.bring_back(order)
        entry = self.entry(order, "follow_up")
        entry.event_at = fields.Datetime.now() - timedelta(days=30)
        entry.due_at = fields.Datetime.now() - timedelta(minutes=1)
        self.assertEqual(self.asked(order)["follow_up"], "not_wanted")

    def test_what_is_in_the_queue_already_stops(self):
        self.connect_server()
        order = self.shipped()
        self.assertEqual(self.asked(order)["follow_up"], "queued")
        self.bring_back(order)
        with really_send():
            self.entries._cron_mails()
        entry = self.entry(order, "follow_up")
        self.assertEqual(entry.state, "not_wanted", entry.reason)
        sent = [letter.message["Subject"] for letter in self.mailbox.letters]
        self.assertTrue(sent)
        self.assertNotIn(entry.mail_subject, sent)
        self.assertEqual(self.entry(order, "shipped").state, "sent", "what is about the order goes")

    def test_a_person_may_write_all_the_same(self):
        order = self.shipped()
        self.bring_back(order)
        self.look()
        wizard = self.env["ec.mail.manual"].create(
            {"order_ids": order.ids, "kind_id": self.kind("follow_up").id, "look_first": False}
        )
        wizard.button_send()
        self.assertIn(wizard.entry_ids.state, ("wanted", "queued"))

    def test_goods_the_buyer_sent_back_stop_them_too(self):
        order = self.shipped()
        wizard = Form(
            self.env["stock.return.picking"].with_context(
                active_id=order.picking_ids.id, active_model="stock.picking"
            )
        ).save()
        for line in wizard.product_return_moves:
            line.quantity = line.move_quantity
        back = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        self.assertEqual(self.asked(order)["follow_up"], "queued", "nothing has arrived yet")
        self.entry(order, "follow_up").unlink()
        back.move_ids.picked = True
        back.button_validate()
        self.assertEqual(back.state, "done")
        self.assertEqual(self.asked(order)["follow_up"], "not_wanted")
