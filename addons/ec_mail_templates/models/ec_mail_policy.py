from odoo import api, fields, models

from ..lib.links import address_in, findings, split_list


class EcMailPolicy(models.Model):
    """What a mall demands of mails to its buyers. Data, so that a change of its rules needs no
    new program; shops find theirs by the code of their mall."""

    _name = "ec.mail.policy"
    _description = "Mail rules of a mall"
    _order = "name"

    name = fields.Char(required=True, translate=True)
    provider = fields.Char(string="Code of the mall", required=True)
    relay_domains = fields.Text(
        string="Domains of forwarding addresses",
        help="One per line. Mails to these addresses go through the mall's relay only.",
    )
    needs_own_server = fields.Boolean(
        string="Relay demands the shop's own server",
        help="Mails to forwarding addresses wait until the shop has its own outgoing server.",
    )
    server_hint = fields.Char(string="The relay", help="Host, port and encryption, to read.")
    links_allowed = fields.Boolean(default=True, string="Any links allowed")
    link_domains = fields.Text(string="Domains links may lead to", help="One per line.")
    forbidden_phrases = fields.Text(
        help="Words that must not be in a mail, one per line: a mail with one waits for a person."
    )
    promotion_allowed = fields.Boolean(default=True, string="Advertising allowed")
    followup_allowed = fields.Boolean(default=True, string="Follow-ups allowed")
    note = fields.Text(translate=True)

    _provider_unique = models.Constraint(
        "UNIQUE (provider)", "There are mail rules for this mall already."
    )

    @api.model
    def _of(self, provider):
        """The policy of a mall; empty where nothing is known."""
        return self.sudo().search([("provider", "=", provider)], limit=1)

    def _allows(self, role):
        """Whether the mall lets its buyers get mails of this role."""
        allowed = {"promotion": self.promotion_allowed, "followup": self.followup_allowed}
        return allowed.get(role, True)

    def _is_relay(self, address):
        """Whether ``address`` is a forwarding address of the mall."""
        return bool(self) and address_in(address, split_list(self.relay_domains))

    def _findings(self, body):
        """What in ``body`` the mall forbids, see ``lib.links.findings``."""
        if not self:
            return []
        return findings(
            body,
            links=self.links_allowed,
            allowed=split_list(self.link_domains),
            phrases=split_list(self.forbidden_phrases),
        )
