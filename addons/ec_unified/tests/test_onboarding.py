"""The wizard from credentials to a running shop; all talk with the mall is in the background."""

from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common import SECRET, EcCommon


@tagged("post_install", "-at_install")
class TestOnboarding(EcCommon):
    def wizard(self, **values):
        model = self.env["ec.channel.onboarding"].with_user(self.manager)
        return model.create({"provider": "fake", "company_id": self.company.id, **values})

    def background(self, channel, op):
        self.env["ec.channel"]._cron_run(channel.id, op)
        self.env.invalidate_all()

    def to_check(self, **values):
        wizard = self.wizard(fake_secret=SECRET, **values)
        wizard.action_next()
        return wizard

    def test_whole_way(self):
        wizard = self.to_check()
        channel = wizard.channel_id.sudo()
        self.assertEqual((wizard.step, channel.state), ("check", "draft"))
        self.assertTrue(wizard.busy)
        self.background(channel, "check_connection")
        self.assertFalse(wizard.busy)
        self.assertTrue(wizard.check_ok)
        wizard.action_next()
        self.assertEqual(channel.name, "Test shop", "the name the shop has at the mall")
        self.assertTrue(wizard.import_from, "the day from which orders are received is shown")
        channel.fake_listings = [
            {"ref": "i1", "title": "Tea", "skus": [{"ref": "s1", "sku_code": "NOBODY-HAS-THIS"}]}
        ]
        wizard.action_next()
        self.assertTrue(wizard.busy)
        self.background(channel, "import_listings")
        self.assertFalse(wizard.busy)
        self.assertEqual((wizard.item_count, wizard.unmatched_count), (1, 1))
        action = wizard.action_open_unmatched()
        found = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(found.mapped("sku_code"), ["NOBODY-HAS-THIS"])
        self.assertTrue(action["context"]["ec_matching"], "suggestions are columns of their own")
        self.assertEqual(channel.button_open_unmatched()["context"], action["context"])
        wizard.action_next()
        wizard.action_start()
        self.assertEqual(channel.state, "active")

    def test_no_call_in_the_users_transaction(self):
        adapter = self.registry["ec.channel.adapter.fake"]
        with (
            patch.object(adapter, "_check_connection") as check,
            patch.object(adapter, "_fetch_listings") as fetch,
        ):
            wizard = self.to_check()
            wizard.channel_id.sudo()._note_success("check_connection", result={"ok": True})
            self.env.invalidate_all()
            wizard.action_next()
            wizard.action_next()
        check.assert_not_called()
        fetch.assert_not_called()

    def test_missing_credentials_are_named(self):
        with self.assertRaisesRegex(UserError, "Key of the test mall"):
            self.wizard().action_next()

    def test_no_way_on_with_a_broken_connection(self):
        wizard = self.to_check()
        channel = wizard.channel_id.sudo()
        self.fail_with("check_connection", "setup", "key_expired", channel)
        self.background(channel, "check_connection")
        self.assertIn("expired", wizard.check_report)
        with self.assertRaises(UserError):
            wizard.action_next()
        self.mend(channel)
        wizard.action_check_again()
        self.background(channel, "check_connection")
        wizard.action_next()
        self.assertEqual(wizard.step, "settings")

    def test_wizard_keeps_no_secret(self):
        wizard = self.to_check()
        self.assertEqual(wizard.channel_id.sudo().fake_secret, SECRET)
        self.assertNotIn(SECRET, str(wizard.sudo().read()))

    def test_goes_on_where_it_was_left(self):
        wizard = self.to_check()
        self.background(wizard.channel_id.sudo(), "check_connection")
        action = wizard.channel_id.button_onboarding()
        again = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual((again.step, again.channel_id), ("check", wizard.channel_id))

    def test_form_opens(self):
        with Form(self.env["ec.channel.onboarding"].with_user(self.manager)) as form:
            form.provider = "fake"
            self.assertEqual(form.api_url, "http://127.0.0.1/fake")

    def test_shop_without_a_mall_is_asked_for_what_it_needs_only(self):
        """Orders by hand and by file: nothing to check, nothing to read, no day to begin with."""
        model = self.env["ec.channel.onboarding"].with_user(self.manager)
        wizard = model.create(
            {"provider": "manual", "company_id": self.company.id, "name": "電話・FAX"}
        )
        wizard.action_next()
        channel = wizard.channel_id.sudo()
        self.assertEqual((wizard.step, wizard.busy, channel.state), ("settings", False, "draft"))
        wizard.write({"warehouse_ids": self.warehouse, "name": "電話受注"})
        wizard.action_next()
        self.assertEqual((wizard.step, wizard.busy), ("done", False))
        wizard.action_back()
        self.assertEqual(wizard.step, "settings")
        wizard.action_next()
        wizard.action_start()
        self.assertEqual((channel.name, channel.state), ("電話受注", "active"))
        self.assertEqual((channel.takes_quotations, channel.import_from), (True, False))
        self.assertFalse(channel.operation_ids.filtered(lambda row: row.is_waiting))

    def test_name_of_the_shop_can_be_changed_on_the_way(self):
        wizard = self.to_check()
        channel = wizard.channel_id.sudo()
        self.background(channel, "check_connection")
        wizard.action_next()
        wizard.name = "お茶の店"
        wizard.action_next()
        self.assertEqual(channel.name, "お茶の店")
