"""The tax-included sales tax of a rate, made at first need."""

from decimal import Decimal

from odoo import models


class ResCompany(models.Model):
    _inherit = "res.company"

    def _ec_get_sale_tax(self, rate):
        """Return the tax-included sales tax of ``rate`` of this company; made at first need.

        :param rate: fraction, ``Decimal("0.08")``; None = outside of the tax
        :rtype: account.tax
        """
        self.ensure_one()
        taxes = self.env["account.tax"].sudo()
        if rate is None:
            return taxes
        percent = float(Decimal(rate) * 100)
        found = taxes.search(self._ec_sale_tax_domain(percent), order="sequence, id")
        included = found.filtered(lambda tax: tax.price_include)
        return included[:1] or self._ec_create_sale_tax(percent, found)

    def _ec_sale_tax_domain(self, percent):
        return [
            *self.env["account.tax"]._check_company_domain(self),
            ("type_tax_use", "=", "sale"),
            ("amount_type", "=", "percent"),
            ("amount", "=", percent),
            ("is_base_affected", "=", True),
            ("include_base_amount", "=", False),
        ]

    def _ec_create_sale_tax(self, percent, found):
        """Create the included twin of the first tax in ``found``, so that accounts, report tags and
        the tax group (the invoice's sum per rate) are those the accountant knows."""
        name = self.env._("%(percent)g%% incl. (shops)", percent=percent)
        taxes = self.env["account.tax"].sudo().with_company(self)
        if found:
            return (
                found[0]
                .with_company(self)
                .copy({"name": name, "price_include_override": "tax_included", "sequence": 90})
            )
        return taxes.create(
            {
                "name": name,
                "amount": percent,
                "amount_type": "percent",
                "type_tax_use": "sale",
                "price_include_override": "tax_included",
                "company_id": self.id,
                "tax_group_id": self._ec_get_tax_group(percent).id,
                "sequence": 90,
            }
        )

    def _ec_get_tax_group(self, percent):
        groups = self.env["account.tax.group"].sudo().with_company(self)
        name = f"{percent:g}%"
        domain = [*groups._check_company_domain(self), ("name", "=", name)]
        return groups.search(domain, limit=1) or groups.create(
            {"name": name, "company_id": self.id}
        )
