"""A copied database leaves real shops alone."""

from odoo.modules.neutralize import get_neutralization_queries
from odoo.tests import tagged

from .common import EcCommon


@tagged("post_install", "-at_install")
class TestNeutralize(EcCommon):
    def neutralize(self):
        modules = self.env["ir.module.module"].search(
            [("name", "=like", "ec\\_%"), ("state", "=", "installed")]
        )
        self.env.flush_all()
        for query in get_neutralization_queries(modules.mapped("name")):
            self.env.cr.execute(query)
        self.env.invalidate_all()

    def test_nothing_reaches_a_shop(self):
        owed = self.env["ec.exchange"]._owe(self.channel, "confirm", "O-1", {})
        kept = self.env["ec.exchange"]._store_documents(self.channel, "order", self.make_docs(1))
        self.neutralize()
        self.assertEqual(self.channel.state, "paused")
        self.assertFalse(self.channel.cron_ids.filtered("active"))
        self.assertEqual(owed.state, "ignored")
        self.assertEqual(kept.state, "pending")

    def test_no_credential_is_left(self):
        """Of no mall whatever: every field marked as secret is empty."""
        fields_by_provider = {
            provider: [name for name in self.secrets() if name.startswith(f"{provider}_")]
            for provider in self.channel._fields["provider"].get_values(self.env)
        }
        channels = {
            provider: self.make_channel(
                provider=provider, state="draft", **dict.fromkeys(names, "secret-value")
            )
            for provider, names in fields_by_provider.items()
            if names
        }
        self.assertEqual(set(sum(fields_by_provider.values(), [])), set(self.secrets()))
        self.neutralize()
        for provider, channel in channels.items():
            for name in fields_by_provider[provider]:
                self.assertFalse(channel[name], name)

    def secrets(self):
        return [
            name
            for name, field in self.channel._fields.items()
            if getattr(field, "ec_secret", False) and field.store and field.type == "char"
        ]
