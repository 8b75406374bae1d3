"""What the mall's documents say about things it was told from here."""

from odoo import api, models

from .ec_order_import import naive_utc

#: Checks that stay on a cancelled order: the two sides do not agree.
DISAGREE = ("cancel_requested", "changed_upstream", "mall_not_told")


class EcOrderImport(models.AbstractModel):
    _inherit = "ec.order.import"

    @api.model
    def _is_own_refund(self, item, flag=None):
        """Say whether the mall's refund is the one that was made from here."""
        order, refunded = item.order, item.data.refunded
        if not order or not refunded or (flag and flag.detail != f"{refunded:f}"):
            return False
        return float(refunded) <= order.ec_refunded

    @api.model
    def _keep_cancelled_reasons(self, item):
        """A cancelled order asks for nothing, unless the mall thinks otherwise.

        :return: whether its reasons have to be looked at
        """
        order, disagree = item.order, "changed_upstream" in item.reasons
        cancelled = item.data.cancelled
        open_checks = order.ec_open_check_ids
        if cancelled and "mall_not_told" in open_checks.mapped("code"):
            order._ec_owed("cancel")._ignore(self.env._("Cancelled at the mall."))
        kept = DISAGREE[:1] if cancelled else DISAGREE
        open_checks.filtered(lambda check: check.code not in kept)._clear(auto=True)
        item.reasons = {"changed_upstream": item.reasons["changed_upstream"]} if disagree else {}
        return disagree

    @api.model
    def _prepare_facts(self, item):
        values, data = super()._prepare_facts(item), item.data
        return {
            **values,
            "ec_confirm_by": (
                data.confirm_by and data.needs_confirm and not data.cancelled
                and naive_utc(data.confirm_by)
            ) or False,
            "ec_needs_confirm": data.needs_confirm and not data.cancelled,
            "ec_mall_sub_status": data.mall_sub_status or False,
        }  # fmt: skip
