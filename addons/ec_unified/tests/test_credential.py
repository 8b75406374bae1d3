"""Credentials are counted down: 30, 14, 7 and 1 days, each told once; renewing ends it."""

from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from .common import EcCommon


@tagged("post_install", "-at_install")
class TestCredentialCountdown(EcCommon):
    def setUp(self):
        super().setUp()
        self.now = fields.Datetime.now().replace(microsecond=0)
        self.channel.credential_expires_at = self.now + timedelta(days=90)

    def day(self, number):
        """The daily clock, ``number`` days from now. :return: open reminders"""
        with freeze_time(self.now + timedelta(days=number)):
            self.env["ec.channel"]._credential_clock()
        return self.open()

    def open(self):
        kind = self.env.ref("ec_unified.activity_channel_credential")
        self.channel.invalidate_recordset(["activity_ids"])
        return self.channel.activity_ids.filtered(lambda a: a.activity_type_id == kind)

    def test_told_on_the_four_days_only(self):
        told, seen = [], set()
        for number in range(0, 91):
            for activity in self.day(number):
                if activity.id not in seen:
                    seen.add(activity.id)
                    told.append(90 - number)
        self.assertEqual(told, [30, 14, 7, 1])
        self.assertEqual(len(self.open()), 1, "one at a time")

    def test_done_by_a_person_is_not_told_again_in_the_same_step(self):
        [activity] = self.day(61)
        self.assertEqual(activity.user_id, self.channel.user_id)
        activity.action_feedback()
        self.assertFalse(self.day(62))
        self.assertFalse(self.day(75))
        self.assertTrue(self.day(76))

    def test_clock_that_stood_still_tells_the_nearest_step_once(self):
        self.assertEqual(len(self.day(85)), 1)
        self.assertEqual(self.channel.credential_told_days, 7)

    def test_renewed(self):
        self.assertTrue(self.day(84))
        self.channel.credential_expires_at = self.now + timedelta(days=174)
        self.assertFalse(self.open(), "taken away at once")
        self.assertFalse(self.day(85))
        self.assertTrue(self.day(145), "the new key has its own countdown")

    def test_shop_that_does_not_run_reminds_nobody(self):
        self.channel.state = "paused"
        self.assertFalse(self.day(89))
        with freeze_time(self.now + timedelta(days=89)):
            self.channel.state = "active"
        self.assertEqual(len(self.open()), 1)

    def test_without_a_known_end_nothing_is_said(self):
        self.channel.credential_expires_at = False
        self.assertFalse(self.day(89))

    def test_the_day_is_that_of_the_shop(self):
        """The clock runs as a user without time zone; a key that ends at midnight in Japan ends
        there on the day before by the server's clock."""
        self.channel.credential_expires_at = "2027-02-19 15:00:00"
        clock = self.env["ec.channel"].with_user(self.env.ref("base.user_root"))
        clock.env.user.tz = False
        with freeze_time("2027-01-21 00:00:00"):
            clock._credential_clock()
        [activity] = self.open()
        self.assertEqual(str(activity.date_deadline), "2027-02-20")
        self.assertIn("2027/02/20 00:00", activity.summary)
