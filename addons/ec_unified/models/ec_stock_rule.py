"""How much of the free stock a shop shows: rules, the nearest of which decides."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..lib.stock_math import Policy

#: What a rule may be fastened to, the nearest to a listed SKU first.
_SCOPES = ("sku_id", "product_id", "product_tmpl_id", "categ_id")
_DEFAULT = Policy()


class EcStockRule(models.Model):
    """One rule. The nearest one decides alone: SKU, variant, product, category (the deepest), shop.

    Between two of the same nearness the one for this very shop wins over the one for all shops.
    Rules are not mixed, so the preview can name the one that decided.
    """

    _name = "ec.stock.rule"
    _description = "Stock rule"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    channel_id = fields.Many2one(
        "ec.channel", string="Shop", ondelete="cascade", index="btree_not_null", check_company=True,
        help="Empty: all shops.",
    )  # fmt: skip
    categ_id = fields.Many2one("product.category", string="Category", ondelete="cascade")
    product_tmpl_id = fields.Many2one(
        "product.template", string="Product", ondelete="cascade", check_company=True
    )
    product_id = fields.Many2one(
        "product.product", string="Variant", ondelete="cascade", check_company=True
    )
    sku_id = fields.Many2one(
        "ec.listing.sku", string="Listed SKU", ondelete="cascade", check_company=True
    )
    mode = fields.Selection(
        [
            ("free", "Free quantity"),
            ("fixed", "Fixed quantity"),
            ("none", "Do not send"),
        ],
        string="Shows",
        required=True,
        default="free",
    )
    buffer = fields.Integer(string="Kept back", help="This many units are never shown.")
    share = fields.Integer(string="Share (%)", default=100, help="Of what is left.")
    cap = fields.Integer(string="At most", help="0: no limit.")
    fixed = fields.Integer(
        string="Quantity", help="Shown while so much is free; never more than is free."
    )
    backorder = fields.Integer(
        string="Back-order units",
        help="Shown on top of what is free, where the mall can tell the buyer the date.",
    )
    available_on = fields.Date(string="Available on", help="The date the mall tells the buyer.")

    _share_range = models.Constraint(
        "CHECK (share BETWEEN 0 AND 100)", "The share is between 0 and 100 percent."
    )
    _not_negative = models.Constraint(
        "CHECK (buffer >= 0 AND cap >= 0 AND fixed >= 0 AND COALESCE(backorder, 0) >= 0)",
        "Quantities cannot be negative.",
    )

    @api.constrains(*_SCOPES)
    def _check_one_scope(self):
        for rule in self:
            if sum(bool(rule[scope]) for scope in _SCOPES) > 1:
                raise ValidationError(
                    self.env._("Fasten a rule to one thing: an SKU, a product or a category.")
                )

    @api.depends(*_SCOPES, "channel_id", "mode", "buffer", "share", "cap", "fixed", "backorder")
    @api.depends_context("lang")
    def _compute_name(self):
        for rule in self:
            target = next((rule[scope] for scope in _SCOPES if rule[scope]), None)
            where = target.display_name if target else self.env._("Everything")
            shop = rule.channel_id.name or self.env._("All shops")
            rule.name = f"{shop} / {where}: {rule._describe()}"

    def _describe(self):
        """The rule in a few words."""
        if self.mode == "none":
            return self.env._("not sent")
        parts = [self.env._("%s kept back", self.buffer)] if self.buffer else []
        if self.mode == "fixed":
            parts.append(self.env._("always %s", self.fixed))
        else:
            if self.share != 100:
                parts.append(self.env._("%s%% of it", self.share))
            if self.cap:
                parts.append(self.env._("at most %s", self.cap))
        if self.backorder:
            parts.append(self.env._("%s on back-order", self.backorder))
        return ", ".join(parts) or self.env._("all that is free")

    # === CRUD: a changed rule is a stock change of its shops === #

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        rules._signal()
        return rules

    def write(self, vals):
        self._signal()
        result = super().write(vals)
        self._signal()
        return result

    def unlink(self):
        self._signal()
        return super().unlink()

    def _signal(self):
        """Have the shops these rules speak of look at all their quantities again."""
        everywhere = self.filtered(lambda rule: not rule.channel_id)
        channels = self.channel_id | self.env["ec.channel"].sudo().search(
            [("company_id", "in", everywhere.company_id.ids)]
        )
        if channels:
            self.env["ec.stock.signal"]._insert_channels(channels.ids)

    # === DECIDING === #

    @api.model
    def _deciding(self, channel, skus):
        """The rule that decides for each SKU of ``channel``; SKUs under no rule are absent.

        :return: {sku id: rule}
        :rtype: dict
        """
        rules = self.search(
            [
                ("company_id", "=", channel.company_id.id),
                ("channel_id", "in", [channel.id, False]),
            ]
        )
        if not rules:
            return {}
        table = {}
        # All-shop rules first, so that those of the shop replace them; a low sequence goes last.
        for rule in rules.sorted(lambda r: (bool(r.channel_id), -r.sequence, -r.id)):
            scope = next((name for name in _SCOPES if rule[name]), None)
            table[scope, rule[scope].id if scope else False] = rule
        return {sku.id: rule for sku in skus if (rule := self._nearest(table, sku))}

    @api.model
    def _nearest(self, table, sku):
        product = sku.product_id
        keys = [("sku_id", sku.id), ("product_id", product.id)]
        keys.append(("product_tmpl_id", product.product_tmpl_id.id))
        path = (product.categ_id.parent_path or "").split("/")
        keys += [("categ_id", int(part)) for part in reversed(path) if part]
        keys.append((None, False))
        return next((table[key] for key in keys if key in table), None)

    @api.model
    def _policies(self, channel, skus):
        """The arithmetic of the deciding rule per SKU.

        :return: {sku id: lib.stock_math.Policy}
        :rtype: dict
        """
        deciding = self._deciding(channel, skus)
        return {
            sku.id: deciding[sku.id]._policy() if sku.id in deciding else _DEFAULT for sku in skus
        }

    def _policy(self):
        return Policy(
            sync=self.mode != "none",
            buffer=self.buffer,
            share=self.share,
            cap=self.cap or None,
            fixed=self.fixed if self.mode == "fixed" else None,
            backorder=self.backorder,
        )
