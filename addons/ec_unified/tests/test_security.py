"""Who may see what. Holds for every model of ours, also for those of modules to come."""

import ast
import json
import logging

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..lib.data import SourceDocument
from ..lib.errors import DataError
from ..lib.masking_tree import mask_personal
from .common import SECRET, EcCommon

PERSONAL = ("花子", "hanako@example.com", "千代田区", "03-0000-0000")


@tagged("post_install", "-at_install")
class TestModelRules(EcCommon):
    """Access rights and company rules are complete."""

    @classmethod
    def our_models(cls):
        models = [cls.env[name] for name in cls.registry if name.startswith("ec.")]
        return [model for model in models if not model._abstract]

    def test_there_are_models(self):
        names = {model._name for model in self.our_models()}
        self.assertLessEqual({"ec.channel", "ec.exchange", "ec.listing", "ec.order.check"}, names)

    def test_every_model_has_access_rights(self):
        for model in self.our_models():
            rights = self.env["ir.model.access"].search([("model_id.model", "=", model._name)])
            self.assertTrue(rights, f"{model._name} has no access rights")
            self.assertFalse(
                rights.filtered(lambda r: not r.group_id), f"{model._name} is open to everybody"
            )

    def test_every_model_of_a_company_has_a_company_rule(self):
        for model in self.our_models():
            if model._transient or not ({"company_id", "channel_id"} & set(model._fields)):
                continue
            rules = self.env["ir.rule"].search(
                [("model_id.model", "=", model._name), ("groups", "=", False)]
            )
            self.assertTrue(
                any("company_ids" in (rule.domain_force or "") for rule in rules),
                f"{model._name} has no company rule",
            )

    def test_outsiders_see_nothing(self):
        """Not only are there rules: they hold for what is in the database."""
        self.env["ec.exchange"]._store_documents(self.channel, "order", self.make_docs(1))
        self.mapping("99")
        for model in self.our_models():
            if model._transient or not ({"company_id", "channel_id"} & set(model._fields)):
                continue
            if not model.with_user(self.outsider).has_access("read"):
                continue
            mine = model.with_user(self.outsider).search([]).sudo().filtered(self._is_ours)
            self.assertFalse(mine, model._name)

    def _is_ours(self, record):
        """Whether the record belongs to the first company, by its shop or by itself."""
        owner = record
        if record._fields.get("channel_id") and record._fields["channel_id"].type == "many2one":
            owner = record.channel_id
        return "company_id" in owner._fields and owner.company_id == self.company

    def test_outsider_cannot_read_by_id(self):
        outsider = self.channel.with_user(self.outsider)
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
            outsider.read(["name"])
        exchange = self.env["ec.exchange"]._store_documents(
            self.channel, "order", self.make_docs(1)
        )
        for method in ("button_retry", "button_ignore", "button_fix"):
            with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
                getattr(exchange.with_user(self.outsider), method)()

    def test_plain_employee_sees_no_shop(self):
        employee = self._make_user("plain-employee", "base.group_user")
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_model"):
            self.channel.with_user(employee).read(["name"])


@tagged("post_install", "-at_install")
class TestCredentials(EcCommon):
    """A clerk reads no credential by any route."""

    def setUp(self):
        super().setUp()
        self.env.flush_all()
        self.env.invalidate_all()
        self.as_clerk = self.channel.with_user(self.clerk)

    @classmethod
    def secret_fields(cls):
        return {
            name: field
            for name, field in cls.registry["ec.channel"]._fields.items()
            if getattr(field, "ec_secret", False)
        }

    def test_every_secret_is_marked(self):
        """A field whose name speaks of a secret is one, whatever module brings it."""
        words = ("secret", "license_key", "licence_key", "token", "password")
        for name, field in self.registry["ec.channel"]._fields.items():
            if any(word in name for word in words) and field.store and field.type == "char":
                self.assertTrue(getattr(field, "ec_secret", False), f"{name} lacks ec_secret")

    def test_secrets_are_for_managers_are_not_copied_and_not_tracked(self):
        secrets = self.secret_fields()
        self.assertIn("fake_secret", secrets)
        for name, field in secrets.items():
            self.assertEqual(field.groups, "ec_unified.group_ec_manager", name)
            self.assertFalse(field.copy, name)
            self.assertFalse(getattr(field, "tracking", False), name)

    def test_read(self):
        with self.assertRaises(AccessError):
            self.as_clerk.read(["fake_secret"])
        self.assertNotIn("fake_secret", self.as_clerk.read()[0])

    def test_web_read_and_attribute(self):
        with self.assertRaises(AccessError):
            self.as_clerk.web_read({"fake_secret": {}})
        with self.assertRaises(AccessError):
            str(self.as_clerk.fake_secret)

    def test_search_read_and_search_by_value(self):
        model = self.env["ec.channel"].with_user(self.clerk)
        with self.assertRaises(AccessError):
            model.search_read([], ["fake_secret"])
        with self.assertRaises(AccessError):
            model.search([("fake_secret", "=like", "fake%")])
        with self.assertRaises(AccessError):
            model.search([], order="fake_secret")
        with self.assertRaises(AccessError):
            model.formatted_read_group([], ["fake_secret"], ["__count"])

    def test_search_through_relations(self):
        for model in ("ec.exchange", "ec.mapping", "sale.order"):
            field = "ec_channel_id" if model == "sale.order" else "channel_id"
            with self.assertRaises(AccessError):
                self.env[model].with_user(self.clerk).search(
                    [(f"{field}.fake_secret", "=like", "fake%")]
                )

    def test_export(self):
        with self.assertRaises(AccessError):
            self.as_clerk.export_data(["name", "fake_secret"])
        exchange = self.env["ec.exchange"]._store_documents(
            self.channel, "order", self.make_docs(1)
        )
        with self.assertRaises(AccessError):
            exchange.with_user(self.clerk).export_data(["channel_id/fake_secret"])

    def test_fields_and_view_do_not_name_it(self):
        self.assertNotIn("fake_secret", self.as_clerk.fields_get())
        arch = self.as_clerk.get_view(view_type="form")["arch"]
        self.assertNotIn("fake_secret", arch)

    def test_clerk_writes_nothing(self):
        for values in ({"fake_secret": "x"}, {"api_url": "http://evil.example"}):
            with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_model"):
                self.as_clerk.write(values)
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_model"):
            self.as_clerk.copy()

    def test_wizard_is_for_managers_and_forgets(self):
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_model"):
            self.env["ec.channel.onboarding"].with_user(self.clerk).create({})

    def test_cursors_and_crons_are_for_managers(self):
        self.channel._set_cursor("pull_orders", {"token": SECRET})
        row = self.operation("pull_orders")
        with self.assertRaises(AccessError):
            row.with_user(self.clerk).read(["cursor"])
        with self.assertRaises(AccessError):
            self.as_clerk.read(["cursors"])

    def test_chatter_holds_no_secret(self):
        channel = self.channel.with_context(tracking_disable=False)
        channel.write({"fake_secret": "another-secret", "state": "paused"})
        self.env.flush_all()
        values = self.env["mail.tracking.value"].search(
            [("mail_message_id.model", "=", "ec.channel")]
        )
        self.assertNotIn("another-secret", str(values.read()))

    def test_log_holds_no_secret(self):
        with self.assertLogs("odoo.addons.ec_unified", level="DEBUG") as logs:
            with self.channel._guard("pull_orders"):
                raise DataError(f"refused {SECRET}")
            logging.getLogger("odoo.addons.ec_unified").info("end")
        self.assertNotIn(SECRET, "\n".join(logs.output))


@tagged("post_install", "-at_install")
class TestPersonalData(EcCommon):
    """Documents hold buyers' data: managers read them whole, clerks with that hidden."""

    def setUp(self):
        super().setUp()
        payload = self.order_payload()
        document = SourceDocument(ref="O-1", payload=payload)
        self.exchange = self.env["ec.exchange"]._store_documents(self.channel, "order", [document])
        self.env.invalidate_all()
        self.as_clerk = self.exchange.with_user(self.clerk)

    def test_clerk_reads_a_masked_document(self):
        text = self.as_clerk.payload_masked
        self.assertIn("1100", text)
        for value in PERSONAL:
            self.assertNotIn(value, text)

    def test_clerk_reads_no_raw_document(self):
        for name in ("payload", "payload_text", "error_trace", "error_detail"):
            with self.assertRaises(AccessError):
                self.as_clerk.read([name])
            with self.assertRaises(AccessError):
                self.as_clerk.export_data([name])
        shown = json.dumps(self.as_clerk.read()[0], default=str, ensure_ascii=False)
        for value in PERSONAL:
            self.assertNotIn(value, shown)

    def test_clerk_cannot_search_in_documents(self):
        model = self.env["ec.exchange"].with_user(self.clerk)
        with self.assertRaises(AccessError):
            model.search([("payload", "ilike", "hanako")])

    def test_clerk_reads_no_earlier_version(self):
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_model"):
            self.env["ec.exchange.revision"].with_user(self.clerk).search([])

    def test_clerk_changes_no_document(self):
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_model"):
            self.as_clerk.write({"state": "done"})

    def test_manager_reads_it(self):
        self.assertIn("花子", self.exchange.with_user(self.manager).payload_text)

    def test_mask_hides_what_it_does_not_know(self):
        document = {
            "orderNumber": "1-2",
            "totalPrice": 1100,
            "buyer": {"customerNumber": 5, "zipCode1": "100", "code": "x"},
            "emailAddress": "a@example.com",
            "phoneNumber": "03",
            "somethingNew": "花子",
            "remarks": "call me",
            "lines": [{"sku": "TEA", "units": 2, "title": "Tea"}],
            "status": "someone@example.com",
            "flag": True,
        }
        shown = mask_personal(document)
        self.assertEqual(shown["orderNumber"], "1-2")
        self.assertEqual(shown["totalPrice"], 1100)
        self.assertEqual(shown["lines"], document["lines"])
        self.assertIs(shown["flag"], True)
        hidden = json.dumps(
            [shown["buyer"], *(shown[k] for k in ("emailAddress", "phoneNumber", "somethingNew",
                                                  "remarks", "status"))],
            ensure_ascii=False,
        )  # fmt: skip
        for value in ("100", "5", "03", "花子", "call", "example.com", '"x"'):
            self.assertNotIn(value, hidden)


@tagged("post_install", "-at_install")
class TestManifests(EcCommon):
    def test_rules_are_valid_python(self):
        rules = self.env["ir.rule"].search([("model_id.model", "=like", "ec.%")])
        for rule in rules:
            ast.parse(rule.domain_force)
