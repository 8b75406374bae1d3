"""Checks that a rule of the shop opened, and the correction of an address by one click."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..lib import address_check


class EcOrderCheck(models.Model):
    _inherit = "ec.order.check"

    rule_id = fields.Many2one("ec.check.rule", index="btree_not_null", ondelete="cascade")
    user_id = fields.Many2one("res.users", string="Who", index="btree_not_null")
    suggestion = fields.Char(compute="_compute_suggestion")

    @api.depends("rule_id")
    def _compute_reason(self):
        ruled = self.filtered("rule_id")
        result = super(EcOrderCheck, self - ruled)._compute_reason()
        for check in ruled:
            rule = check.rule_id.sudo()
            label = rule.reason or rule.name
            check.reason = f"{label}: {check.detail}" if check.detail else label
            check.todo = rule.todo or ""
        return result

    @api.model
    def _search_reason(self, operator, value):
        found = super()._search_reason(operator, value)
        if found is NotImplemented:
            return found
        rules = self.env["ec.check.rule"].sudo().with_context(active_test=False)
        named = rules.search([("reason", "ilike", value)])
        named |= rules.search([("reason", "=", False), ("name", "ilike", value)])
        return found | Domain("rule_id", "in", named.ids)

    @api.depends("rule_id", "order_id.partner_shipping_id")
    def _compute_suggestion(self):
        for check in self:
            values = {}
            if check.state == "open" and check.rule_id.sudo().kind == "address":
                values = check._get_correction()
            check.suggestion = " ".join(str(text) for text in self._describe_correction(values))

    def _get_correction(self):
        """Return what to write on the address so that it fits; {} where nothing is certain."""
        partner = self.order_id.partner_shipping_id
        values = {}
        for name in ("city", "street", "street2"):
            text = partner[name] or ""
            if address_check.unprintable(text):
                values[name] = address_check.printable(text)
        state = partner.state_id.with_context(lang="ja_JP")
        place = address_check.corrected(
            partner.zip, state.name or "", partner.city or "", partner.street or ""
        )
        if place:
            domain = [("country_id.code", "=", "JP"), ("name", "=", place.prefecture)]
            right = state.search(domain, limit=1)
            # The city is only rewritten where the street does not hold it.
            if right and (partner.city or "").strip():
                values |= {"state_id": right.id, "city": place.city}
        return values

    @api.model
    def _describe_correction(self, values):
        values = dict(values)
        if "state_id" in values:
            state = self.env["res.country.state"].browse(values.pop("state_id"))
            yield state.with_context(lang="ja_JP").name
        yield from values.values()

    @api.model
    def _sync_rules(self, orders, rules, found):
        """Make the checks of ``rules`` on ``orders`` say what the rules found.

        :param dict found: {(order id, rule id): detail}
        """
        known = self.search([("order_id", "in", orders.ids), ("rule_id", "in", rules.ids)])
        gone = self.browse()
        for check in known:
            detail = found.pop((check.order_id.id, check.rule_id.id), None)
            if detail is None:
                if check.rule_id.auto_clear:
                    gone |= check
            elif check._must_open(detail):
                check._reopen(detail)
        gone._clear(auto=True)
        rules = {rule.id: rule for rule in rules}
        self.create(
            [
                {
                    "order_id": order_id,
                    "code": "rule",
                    "rule_id": rule_id,
                    "detail": detail,
                    "user_id": rules[rule_id].user_id.id,
                }
                for (order_id, rule_id), detail in found.items()
            ]
        )

    # === BUTTONS === #

    def action_accept_suggestion(self):
        """Write the suggested address and look again."""
        self.ensure_one()
        self.order_id.check_access("write")
        values = self._get_correction()
        if not values:
            raise UserError(self.env._("There is no certain correction of this address."))
        # Clerks hold the order, not the right to edit any contact.
        self.order_id.partner_shipping_id.sudo().write(values)
        self.env["ec.check.rule"]._run(self.order_id)
        return True
