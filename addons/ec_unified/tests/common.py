"""Ground for the tests of all our modules: a company with shops of the fake mall, and users."""

from contextlib import contextmanager
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user

from odoo.addons.base.models.ir_cron import IrCron

from ..lib.data import SourceDocument

SECRET = "fake-secret-4711"


class EcCommon(TransactionCase):
    """Work that commits runs inside the test's transaction: commits only flush, a rollback only
    forgets what was not flushed. Tests of real transactions open their own cursors."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if "ec.channel.adapter.fake" not in cls.env:
            raise AssertionError("install the module ec_channel_fake to run these tests")
        cls._patch_transactions()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        cls.company = cls.env.company
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.company.id)], limit=1
        )
        cls.other_company = cls.env["res.company"].create(
            {"name": "Other Ltd", "country_id": cls.env.ref("base.jp").id}
        )
        groups = "ec_unified.group_ec_clerk,base.group_allow_export"
        cls.clerk = cls._make_user("ec-clerk", groups)
        cls.manager = cls._make_user("ec-manager", "ec_unified.group_ec_manager")
        cls.outsider = new_test_user(
            cls.env,
            "ec-outsider",
            "ec_unified.group_ec_manager",
            company_id=cls.other_company.id,
            company_ids=[Command.set(cls.other_company.ids)],
        )
        cls.channel = cls.make_channel()

    @classmethod
    def _request_handler(cls, s, r, /, **kw):
        # Odoo's guard against foreign hosts compares the timeout and knows no (connect, read).
        if isinstance(kw.get("timeout"), tuple):
            kw["timeout"] = max(kw["timeout"])
        return super()._request_handler(s, r, **kw)

    @classmethod
    def _make_user(cls, login, groups):
        return new_test_user(cls.env, login, groups, company_id=cls.company.id, tz="Asia/Tokyo")

    @classmethod
    def _patch_transactions(cls):
        original = IrCron._commit_progress

        def commit_progress(cron, processed=0, *, remaining=None, deactivate=False):
            if cron.env.cr is cls.cr:
                cron.env.cr.flush()
                return float("inf")
            return original(cron, processed, remaining=remaining, deactivate=deactivate)

        def rollback(channel):
            if channel.env.cr is cls.cr:
                channel.env.cr.clear()
            else:
                channel.env.cr.rollback()

        cls.startClassPatcher(patch.object(IrCron, "_commit_progress", commit_progress))
        cls.startClassPatcher(patch.object(cls.registry["ec.channel"], "_rollback", rollback))

    @classmethod
    def make_channel(cls, **vals):
        """A running shop of the fake mall."""
        return cls.env["ec.channel"].create(
            {
                "name": "Test shop",
                "provider": "fake",
                "state": "active",
                "fake_secret": SECRET,
                "company_id": cls.company.id,
                "warehouse_ids": [Command.set(cls.warehouse.ids)],
                "user_id": cls.manager.id,
                "import_from": "2020-01-01 00:00:00",
                **vals,
            }
        )

    @classmethod
    def make_docs(cls, count, start=0, **payload):
        """Documents nobody needs to understand."""
        return [
            SourceDocument(ref=f"D-{number}", payload={"ref": f"D-{number}", **payload})
            for number in range(start, start + count)
        ]

    @classmethod
    def order_payload(cls, ref="O-1", **changes):
        """An ordinary order as the fake mall tells it: one line of 1,100 yen, paid by card."""
        address = {
            "name": "山田 花子", "kana": "ヤマダ ハナコ", "zip": "100-0001", "state_code": "JP-13",
            "city": "千代田区", "street": "千代田1-1", "phone": "03-0000-0000",
            "email": "hanako@example.com",
        }  # fmt: skip
        return {
            "ref": ref,
            "number": ref,
            "ordered_at": "2026-11-01T10:00:00+09:00",
            "updated_at": "2026-11-01T10:00:00+09:00",
            "mall_status": "new",
            "mall_status_label": "新規",
            "buyer": address,
            "destinations": [{"ref": "1", "address": address}],
            "lines": [
                {
                    "ref": "1", "name": "Tea", "sku_ref": "tea", "item_ref": "tea",
                    "sku_code": "TEA-1", "quantity": "1", "price_unit": "1100", "amount": "1100",
                    "tax_rate": "0.10",
                }
            ],
            "tax_summary": [{"rate": "0.10", "total": "1100", "tax": "100"}],
            "buyer_total": "1100",
            "total": "1100",
            "payment_code": "1",
            "payment_label": "クレジットカード",
            "payment_state": "authorized",
            **changes,
        }  # fmt: skip

    @classmethod
    def mapping(cls, value, label="", kind="payment", channel=None):
        """The row of one of the mall's own values, as the import of an order makes it."""
        channel = channel or cls.channel
        return cls.env["ec.mapping"]._resolve_many(channel, kind, [(value, label)])[value]

    def fail_with(self, operation, kind="transient", reason=None, channel=None):
        """Have the fake mall answer ``operation`` with an error from now on."""
        channel = channel or self.channel
        channel.fake_faults = {
            **(channel.fake_faults or {}),
            operation: {"kind": kind, "reason": reason},
        }

    def mend(self, channel=None):
        """The fake mall works again and waits are over."""
        channel = channel or self.channel
        channel.fake_faults = False
        channel.operation_ids.write({"blocked_until": False})

    def open_codes(self, order):
        """Codes of the order's open checks."""
        return sorted(order.ec_check_ids.filtered(lambda c: c.state == "open").mapped("code"))

    def operation(self, op, channel=None):
        """The row of an operation, fresh."""
        return (channel or self.channel)._operation(op)

    @contextmanager
    def handler(self, kind, function, prefix="_process_batch_"):
        """Work on exchanges of ``kind`` by ``function(exchanges)`` meanwhile."""
        model = self.registry["ec.exchange"]
        with patch.object(model, f"{prefix}{kind}", function, create=True):
            yield
