"""Health of shops: errors are told once, the mall is left alone, other shops go on."""

from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import psycopg2.errors

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..lib.data import ConnectionReport
from ..lib.errors import DataError, EcError, SetupError, TransientError
from ..models import ec_channel_health as health
from ..models import ec_channel_words as words
from .common import SECRET, EcCommon

LOG = "odoo.addons.ec_unified.models.ec_channel_health"
OP = "pull_orders"


@tagged("post_install", "-at_install")
class TestChannel(EcCommon):
    def run_op(self, work, channels=None, op=OP):
        for channel in (channels or self.channel)._runnable(op):
            with channel._guard(op) as go:
                if go:
                    work(channel)

    def fail(self, error):
        def work(channel):
            raise error

        self.run_op(work)

    def activities(self):
        return self.channel.activity_ids

    # === SETTINGS === #

    def test_required_fields_of_the_mall(self):
        draft = self.make_channel(state="draft", fake_secret=False)
        with self.assertRaisesRegex(ValidationError, "Key of the test mall"):
            draft.state = "active"

    def test_no_mall_no_running(self):
        with self.assertRaises(ValidationError):
            self.make_channel(provider="none")

    def test_copy_takes_no_credentials(self):
        copy = self.channel.copy()
        self.assertFalse(copy.fake_secret)
        self.assertEqual(copy.state, "draft")
        self.assertFalse(any(row.cursor or row.started_at for row in copy.operation_ids))

    def test_running_shop_is_not_deleted(self):
        with self.assertRaises(UserError):
            self.channel.unlink()
        self.channel.button_pause()
        crons = self.channel.cron_ids
        actions = crons.ir_actions_server_id
        self.channel.unlink()
        self.assertFalse(crons.exists())
        self.assertFalse(actions.exists())

    def test_missing_module_is_a_setup_error(self):
        lost = self.make_channel(state="draft")
        lost._on_provider_removed()
        with self.assertRaises(SetupError) as caught:
            lost._adapter()
        self.assertEqual(caught.exception.reason, "module_missing")
        self.assertEqual(lost.state, "paused")

    def test_address_comes_from_the_mall(self):
        self.assertEqual(self.channel.api_url, "http://127.0.0.1/fake")

    # === GUARD === #

    def test_success_is_noted(self):
        self.run_op(lambda channel: channel._set_cursor(OP, {"page": 2}))
        self.assertEqual(self.channel._get_cursor(OP), {"page": 2})
        self.assertEqual(self.channel.cursors, {OP: {"page": 2}})
        self.assertTrue(self.channel.last_pull_at)
        self.assertEqual(self.channel.health, "ok")

    @mute_logger(LOG)
    def test_failure_stays_with_its_shop(self):
        second = self.make_channel(name="Second")
        done = []

        def work(channel):
            if channel.id == self.channel.id:
                raise ValueError("bug")
            done.append(channel.id)

        self.run_op(work, self.channel + second)
        self.assertEqual(done, [second.id])
        self.assertEqual(self.channel.health, "waiting")
        self.assertEqual(second.health, "ok")

    def test_work_before_an_expected_error_is_kept(self):
        def work(channel):
            channel._set_cursor(OP, {"page": 7})
            raise TransientError("down")

        self.run_op(work)
        self.assertEqual(self.channel._get_cursor(OP), {"page": 7})

    def test_serialization_failure_is_no_failure(self):
        self.fail(psycopg2.errors.SerializationFailure("x"))
        self.assertEqual(self.channel.health, "ok")
        self.assertEqual(self.operation(OP).failure_count, 0)

    def test_waits_grow_and_end(self):
        waits = [self.channel._failure_wait(TransientError("x"), n) for n in range(1, 12)]
        self.assertEqual(waits, sorted(waits))
        self.assertEqual((waits[0], waits[-1]), (health.FIRST_WAIT, health.LONGEST_WAIT))

    def test_the_malls_wish_counts(self):
        self.fail(TransientError("slow down", retry_after=900))
        wait = self.operation(OP).blocked_until - fields.Datetime.now()
        self.assertGreater(wait, timedelta(seconds=800))

    def test_failing_operation_waits_others_go_on(self):
        self.fail(TransientError("down"))
        self.assertFalse(self.channel._may_run(OP))
        self.assertTrue(self.channel._may_run("push_stock"))
        self.mend()
        self.assertTrue(self.channel._may_run(OP))

    def test_who_asks_by_name_does_not_wait(self):
        """A wait is for the scheduler: a manager or script may have mended what was wrong."""
        for error in (TransientError("down"), SetupError("x", reason="unauthorised")):
            self.fail(error)
            self.assertTrue(self.channel._runnable(OP))
            self.assertTrue(self.channel._runnable("push_stock"))
            self.assertFalse(self.channel.with_context(ec_scheduled=True)._runnable(OP))
        with patch.object(type(self.channel), "_pull_orders") as pull:
            self.channel._cron_run(self.channel.id, OP)
            self.assertFalse(pull.called)
            self.channel.action_pull_orders()
            self.assertTrue(pull.called)
        self.assertFalse(self.operation(OP).failure_count)

    def test_one_activity_however_long_the_mall_is_down(self):
        for _number in range(health.TELL_AFTER + 10):
            self.mend()
            self.fail(TransientError("down"))
        self.assertEqual(len(self.activities()), 1)
        self.assertEqual(self.activities().user_id, self.manager)
        self.assertEqual(self.channel.health, "waiting")
        self.assertEqual(self.channel.failure_count, health.TELL_AFTER + 10)

    def test_a_short_outage_tells_nobody(self):
        for _number in range(health.TELL_AFTER - 1):
            self.mend()
            self.fail(TransientError("down"))
        self.assertFalse(self.activities())

    def test_recovery_takes_the_activity_away(self):
        for _number in range(health.TELL_AFTER):
            self.mend()
            self.fail(TransientError("down"))
        self.mend()
        self.run_op(lambda channel: None)
        self.assertFalse(self.activities())
        self.assertEqual(self.channel.health, "ok")
        self.assertFalse(self.channel.last_error)

    def test_setup_error_tells_at_once_and_stops_the_shop(self):
        self.fail(SetupError("x", reason="key_expired"))
        self.assertEqual(len(self.activities()), 1)
        self.assertEqual(self.channel.health, "setup")
        self.assertFalse(self.channel._may_run("push_stock"))
        self.assertTrue(self.channel._may_run("check_connection"))

    def test_missing_function_stops_only_its_operation(self):
        self.fail(SetupError("x", reason="function_missing", params={"function": "OrderAPI"}))
        self.assertFalse(self.channel._may_run(OP))
        self.assertTrue(self.channel._may_run("push_stock"))
        self.assertIn("OrderAPI", self.channel.last_error)

    def test_good_check_sets_the_shop_free(self):
        self.fail(SetupError("x", reason="unauthorised"))
        self.assertTrue(self.channel.action_check_connection())
        self.assertEqual(self.channel.health, "ok")
        self.assertTrue(self.channel._may_run(OP))
        self.assertEqual(self.channel.mall_shop_name, "Test shop")
        self.assertGreater(self.channel.credential_days_left, 100)

    def test_good_check_takes_the_activity_away(self):
        self.fail(SetupError("x", reason="unauthorised"))
        self.assertEqual(len(self.activities()), 1)
        self.assertTrue(self.channel.action_check_connection())
        self.assertFalse(self.activities(), "nothing is left to do")
        self.fail(SetupError("x", reason="key_expired"))
        self.assertEqual(len(self.activities()), 1, "the next problem is told anew")

    def test_two_operations_that_fail_at_once_tell_once(self):
        """A key that ends stops several operations in the same moment."""
        with self.registry.cursor() as other:
            other.execute(
                "SELECT pg_try_advisory_xact_lock(%s, hashtext('ec/tell'))", (self.channel.id,)
            )
            self.fail(SetupError("x", reason="key_expired"))
            self.assertFalse(self.activities(), "the other one is telling it")
        self.fail(SetupError("x", reason="key_expired"))
        self.assertEqual(len(self.activities()), 1)

    def test_new_key_is_tried_at_once(self):
        triggers = self.env["ir.cron.trigger"]
        cron = self.channel.cron_ids.filtered(lambda c: c.ec_operation == "check_connection")
        self.channel.fake_secret = "another-0000"
        self.assertTrue(triggers.search([("cron_id", "=", cron.id)]))

    def test_shop_paused_over_a_wrong_key_goes_on(self):
        self.fail(SetupError("x", reason="unauthorised"))
        self.channel.button_pause()
        cron = self.channel.cron_ids.filtered(lambda c: c.ec_operation == "check_connection")
        self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]).unlink()
        self.channel.button_activate()
        self.assertTrue(self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]))
        self.channel._cron_run(self.channel.id, "check_connection")
        self.assertTrue(self.channel._may_run(OP))

    def test_paused_shop_does_nothing(self):
        self.channel.button_pause()
        self.assertFalse(self.channel._may_run(OP))

    def test_shop_goes_on_as_before_the_pause(self):
        self.channel.button_receive_only()
        self.channel.with_user(self.manager).button_pause()
        self.channel.with_user(self.manager).button_resume()
        self.assertEqual(self.channel.state, "test", "what only received writes nothing")
        self.channel.button_activate()
        self.channel.button_pause()
        self.channel.button_pause()
        self.channel.button_resume()
        self.assertEqual(self.channel.state, "active")
        with self.assertRaises(AccessError):
            self.channel.with_user(self.clerk).button_resume()

    def test_receive_only_shop_is_not_written_to(self):
        self.channel.button_receive_only()
        self.assertTrue(self.channel._may_run(OP))
        self.assertFalse(self.channel._may_run("push_stock"))

    def test_clerk_cannot_start_work_that_talks_to_malls(self):
        with self.assertRaises(AccessError):
            self.channel.with_user(self.clerk).action_check_connection()
        with self.assertRaises(AccessError):
            self.channel.with_user(self.clerk).button_check_connection()

    # === CONNECTION CHECK === #

    def test_check_says_exactly_what_is_wrong(self):
        channel = self.make_channel(state="draft", fake_secret=False)
        self.fail_with("check_connection", "setup", "function_missing", channel)
        self.assertFalse(channel.action_check_connection())
        self.assertIn("A function is not enabled", channel.check_report)
        self.assertIn("Credentials are not entered", channel.check_report)
        self.assertFalse(channel.activity_ids, "nobody is told while the shop is being set up")

    def test_check_that_cannot_be_made_now(self):
        self.fail_with("check_connection", "transient", "maintenance")
        self.assertFalse(self.channel.action_check_connection())
        self.assertIn("maintenance", self.channel.check_report)

    def test_button_only_asks(self):
        with patch.object(self.registry["ec.channel.adapter.fake"], "_check_connection") as check:
            self.channel.with_user(self.manager).button_check_connection()
        check.assert_not_called()
        self.assertTrue(self.channel.check_running)
        self.env["ec.channel"]._cron_run(self.channel.id, "check_connection")
        self.assertFalse(self.channel.check_running)
        self.assertTrue(self.channel.check_ok)

    def test_foreign_currency_is_reported(self):
        report = ConnectionReport(currency="XTS")
        with patch.object(
            self.registry["ec.channel.adapter.fake"], "_check_connection", lambda *args: report
        ):
            self.assertFalse(self.channel.action_check_connection())
        self.assertIn("XTS", self.channel.check_report)

    def test_expiring_credentials_warn_and_do_not_stop(self):
        soon = datetime.now(UTC) + timedelta(days=5)
        report = ConnectionReport(currency=self.company.currency_id.name, expires_at=soon)
        with patch.object(
            self.registry["ec.channel.adapter.fake"], "_check_connection", lambda *args: report
        ):
            self.assertTrue(self.channel.action_check_connection())
        self.assertEqual(self.channel.health, "expiring")
        self.assertIn("expire", self.channel.check_report)

    # === WORDS === #

    def test_every_reason_has_a_text_and_every_text_its_values(self):
        for reason, text in self.env["ec.channel"]._reason_texts().items():
            self.assertTrue(self.channel._describe_reason(reason, None, "data"), reason)
            self.assertTrue(text % words._Params(), reason)
        self.assertIn("unexpected", self.channel._describe_error(ValueError("x")))

    def test_reasons_of_the_contract_are_known(self):
        known = self.env["ec.channel"]._reason_texts()
        documented = (
            "unavailable timeout throttled broken_answer maintenance uncertain_write unauthorised "
            "key_expired function_missing scope_missing wrong_host not_installed shop_frozen "
            "credentials_missing protected_data refused not_found malformed too_many unknown_value "
            "stale wrong_state in_progress"
        )
        self.assertFalse(set(documented.split()) - known.keys())

    def test_unknown_reason_falls_back_to_its_kind(self):
        text = self.channel._describe_error(DataError("x", reason="never heard of"))
        self.assertIn("refuses this document", text)

    def test_texts_follow_the_reader(self):
        self.env["res.lang"]._activate_lang("ja_JP")
        self.fail(SetupError("x", reason="key_expired"))
        japanese = self.channel.with_context(lang="ja_JP").last_error
        self.assertRegex(japanese, "[ぁ-んァ-ヶ一-龠]")
        self.assertNotEqual(japanese, self.channel.with_context(lang="en_US").last_error)

    def test_secrets_stay_out_of_what_is_kept(self):
        self.fail(EcError(f"called with {SECRET}", params={"what": SECRET, "url": f"?k={SECRET}"}))
        row = self.operation(OP)
        self.assertNotIn(SECRET, str(row.read()))
        self.assertNotIn(SECRET, self.channel.last_error)


@tagged("post_install", "-at_install")
class TestChannelLock(EcCommon):
    def test_operation_runs_once_at_a_time(self):
        """Another process (connection) holds the operation: this one does nothing, and says so."""
        with self.registry.cursor() as other:
            other.execute(
                "SELECT pg_try_advisory_lock(%s, hashtext(%s))", (self.channel.id, f"ec/{OP}")
            )
            with self.channel._guard(OP) as go:
                self.assertFalse(go)
            with self.channel._guard("push_stock") as go:
                self.assertTrue(go)
            other.execute(
                "SELECT pg_advisory_unlock(%s, hashtext(%s))", (self.channel.id, f"ec/{OP}")
            )
        with self.channel._guard(OP) as go:
            self.assertTrue(go)

    def test_lock_is_given_back(self):
        with self.assertRaises(KeyboardInterrupt), self.channel._guard(OP):
            raise KeyboardInterrupt
        with self.registry.cursor() as other:
            other.execute(
                "SELECT pg_try_advisory_lock(%s, hashtext(%s))", (self.channel.id, f"ec/{OP}")
            )
            self.assertTrue(other.fetchone()[0])
            other.execute(
                "SELECT pg_advisory_unlock(%s, hashtext(%s))", (self.channel.id, f"ec/{OP}")
            )
