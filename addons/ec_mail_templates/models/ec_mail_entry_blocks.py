"""What a template may put into a mail: ready-made blocks, as HTML and as text.

The fields take no argument, so that templates stay within what an ordinary template editor of
Odoo may write (``<t t-out="object.block_items"/>``).
"""

from html import escape

import pytz
from markupsafe import Markup

from odoo import api, fields, models, tools

from ..const import PREPAID_ROLES, UNPAID_STATES
from ..lib.blocks import Block, as_html, as_text

GOODS = ("product", "unknown", False)
#: Two lines that cancel out; the buyer sees the coupon itself.
HIDDEN = ("mall_discount", "mall_paid")
_CONTEXT = ("ec_mail_format", "lang")
WEEKDAYS = "月火水木金土日"


class EcMailEntry(models.Model):
    _inherit = "ec.mail.entry"

    lang = fields.Char(compute="_compute_lang", export_string_translation=False)
    buyer_name = fields.Char(compute="_compute_buyer_name")
    shop_name = fields.Char(compute="_compute_shop_name")
    numbers = fields.Char(compute="_compute_numbers", string="Order numbers")
    pay_by = fields.Char(compute="_compute_pay_by")
    block_order = fields.Html(compute="_compute_block_order", sanitize=False)
    block_items = fields.Html(compute="_compute_block_items", sanitize=False)
    block_destinations = fields.Html(compute="_compute_block_destinations", sanitize=False)
    block_payment = fields.Html(compute="_compute_block_payment", sanitize=False)
    block_refund = fields.Html(compute="_compute_block_refund", sanitize=False)
    block_parcels = fields.Html(compute="_compute_block_parcels", sanitize=False)
    block_short = fields.Html(compute="_compute_block_short", sanitize=False)
    block_next = fields.Html(compute="_compute_block_next", sanitize=False)
    block_plan = fields.Html(compute="_compute_block_plan", sanitize=False)
    block_signature = fields.Html(compute="_compute_block_signature", sanitize=False)

    def _told(self):
        """This entry and those whose event is told in the same mail."""
        return (self | self.follower_ids).sorted("id")

    def _show(self, blocks):
        """Blocks in the form the mail is written in just now."""
        if self.env.context.get("ec_mail_format") == "text":
            return Markup("<pre>%s</pre>") % as_text(blocks)
        return Markup(as_html(blocks))

    # === SINGLE WORDS === #

    def _compute_lang(self):
        for entry in self:
            entry.lang = entry.channel_id.ec_mail_lang or self.env.lang

    @api.depends("order_id")
    def _compute_buyer_name(self):
        for entry in self:
            entry.buyer_name = entry.order_id.partner_id.name or ""

    @api.depends("channel_id")
    def _compute_shop_name(self):
        for entry in self:
            entry.shop_name = entry.channel_id.ec_mail_sender or entry.channel_id.name

    @api.depends("order_id", "follower_ids")
    def _compute_numbers(self):
        for entry in self:
            orders = entry._told().order_id
            entry.numbers = "、".join(o.ec_order_number or o.name for o in orders)

    @api.depends("order_id")
    def _compute_pay_by(self):
        for entry in self:
            entry.pay_by = entry._day(entry.order_id.ec_payment_due_on)

    def _day(self, value):
        """A day as it is written in letters: 2026年11月25日（水）."""
        if not value:
            return ""
        if not (self.lang or "").startswith("ja"):
            return tools.format_date(self.env, value, lang_code=self.lang)
        return f"{value.year}年{value.month}月{value.day}日（{WEEKDAYS[value.weekday()]}）"

    def _moment(self, value):
        if not value:
            return ""
        local = pytz.utc.localize(value).astimezone(self._zone())
        return f"{self._day(local.date())} {local:%H:%M}"

    def _money(self, amount, order):
        if order.currency_id.name == "JPY":
            sign = "-" if amount < 0 else ""
            return self.env._("%s yen", f"{sign}{abs(amount):,.0f}")
        return order.currency_id.format(amount)

    # === THE ORDER === #

    @api.depends_context(*_CONTEXT)
    @api.depends("order_id")
    def _compute_block_order(self):
        for entry in self:
            blocks = []
            for order in entry._told().order_id:
                block = Block(self.env._("Your order"))
                block.add(self.env._("Order number"), order.ec_order_number or order.name)
                block.add(
                    self.env._("Ordered on"), entry._moment(order.ec_ordered_at or order.date_order)
                )
                if entry.role == "transaction":
                    entry._add_particulars(block, order)
                blocks.append(block)
            entry.block_order = entry._show(blocks)

    def _add_particulars(self, block, order):
        """How it is paid and delivered; follow-ups need no more than number and day."""
        block.add(self.env._("Payment"), self._payment_name(order))
        block.add(self.env._("Delivery"), order.ec_delivery_label)
        if not order._ec_wishes_differ():  # else each destination says its own
            block.add(self.env._("Wished delivery"), self._wish(order))
        block.add(self.env._("Drop-off place"), order.ec_drop_off)
        self._add_gift(block, order)
        block.add(self.env._("Remarks"), (order.ec_remarks or "").strip())

    def _payment_name(self, order):
        """How the buyer pays, in words he knows: not the name of a payment company's product."""
        label = (order.ec_payment_label or "").rpartition(" - ")[2]
        if not label.isascii() or order.ec_payment_role in (False, "other", "wallet"):
            return label
        roles = dict(order._fields["ec_payment_role"]._description_selection(self.env))
        return roles[order.ec_payment_role]

    def _wish(self, order):
        """Wish date and hours in words."""
        hours = order.ec_wish_text or ""
        return self._wish_words(
            order.ec_wish_date, order.ec_wish_time_from, order.ec_wish_time_to, hours
        )

    def _wish_words(self, day, start, end, hours=""):
        day = self._day(day)
        if start or end:
            if not start:
                hours = self.env._("until %s h", end)
            elif not end:
                hours = self.env._("from %s h", start)
            else:
                hours = self.env._("%(start)s–%(end)s h", start=start, end=end)
        return " ".join(part for part in (day, hours) if part)

    def _add_gift(self, block, order):
        if order.ec_is_gift:
            block.add(self.env._("Gift"), self.env._("We send it as a gift."))
        block.add(self.env._("Noshi"), order.ec_noshi)
        block.add(self.env._("Wrapping"), order.ec_wrapping_text)
        block.add(self.env._("Message card"), order.ec_gift_message)

    @api.depends_context(*_CONTEXT)
    @api.depends("order_id")
    def _compute_block_items(self):
        for entry in self:
            blocks = []
            for order in entry._told().order_id:
                number = order.ec_order_number or order.name
                of_order = f"（{number}）" if entry.follower_ids else ""
                for block in (entry._items(order), entry._amounts(order)):
                    block.title += of_order
                    blocks.append(block)
            entry.block_items = entry._show(blocks)

    def _items(self, order):
        block = Block(self.env._("Goods"))
        for line in self._goods_lines(order):
            quantity = f"{line.product_uom_qty:g}"
            name = (line.name or "").split("\n")[0]
            if line.ec_sku_code:
                name = f"{name}（{line.ec_sku_code}）"
            sums = self.env._(
                "%(price)s × %(quantity)s = %(total)s (%(rate)s%% tax included)",
                price=self._money(line.price_unit, order),
                quantity=quantity,
                total=self._money(line.price_unit * line.product_uom_qty, order),
                rate=f"{sum(line.tax_ids.mapped('amount')):g}",
            )
            options = (line.ec_options or "").strip()
            block.add("", name, note="\n".join(part for part in (options, sums) if part))
        return block

    def _goods_lines(self, order):
        return order.order_line.filtered(
            lambda line: (
                not line.display_type
                and line.ec_line_kind in GOODS
                and line.product_uom_qty
                and not line.is_delivery
            )
        )

    def _amounts(self, order):
        """Sum of goods, fees and discounts, what the mall pays, the total, tax per rate."""
        block = Block(self.env._("Amounts"))
        goods = self._goods_lines(order)
        subtotal = sum(line.price_unit * line.product_uom_qty for line in goods)
        block.add(self.env._("Goods in all"), self._money(subtotal, order))
        for kind, label in self._fee_labels().items():
            lines = order.order_line.filtered(lambda line, kind=kind: line.ec_line_kind == kind)
            amount = sum(line.price_unit * line.product_uom_qty for line in lines)
            if amount or kind == "shipping":
                block.add(label, self._money(amount, order))
            if kind == "shop_discount":
                self._add_discount_in_prices(block, order, -amount)
        if order.ec_undecided:
            block.add(
                self.env._("Total"), self.env._("We will tell you the amount by mail."), strong=True
            )
            return block
        if order.ec_mall_coupon:
            block.add(self.env._("Coupon used"), self._money(-order.ec_mall_coupon, order))
        if order.ec_points:
            # The amounts per tax rate below add up to this one: points pay, they take nothing off.
            whole = self._money(order.ec_buyer_total + order.ec_points, order)
            block.add(self.env._("Sum"), self.env._("%s (tax included)", whole))
            block.add(self.env._("Points used"), self._money(-order.ec_points, order))
        total = self._money(order.ec_buyer_total, order)
        label = self.env._("Order total") if order.state == "cancel" else self.env._("You pay")
        block.add(label, self.env._("%s (tax included)", total), strong=True)
        for row in order.ec_tax_summary or []:
            block.add(
                self.env._("of this %s%%", f"{float(row['rate']) * 100:g}"),
                self.env._(
                    "%(total)s (consumption tax %(tax)s)",
                    total=self._money(row["total"], order),
                    tax=self._money(row["tax"], order),
                ),
            )
        return block

    def _add_discount_in_prices(self, block, order, shown):
        """Some malls tell discounts that their prices contain already."""
        rest = order.ec_shop_coupon - shown
        if rest > 0:
            text = self.env._("%s (already taken off the prices)", self._money(rest, order))
            block.add(self.env._("Discount"), text)

    @api.model
    def _fee_labels(self):
        return {
            "shipping": self.env._("Postage"),
            "cod_fee": self.env._("Cash on delivery fee"),
            "payment_fee": self.env._("Payment fee"),
            "wrapping": self.env._("Gift wrapping"),
            "shop_discount": self.env._("Shop coupon"),
            "tip": self.env._("Tip"),
            "other_fee": self.env._("Other fees"),
            "difference": self.env._("Adjustment"),
        }

    # === PAYMENT === #

    @api.depends_context(*_CONTEXT)
    @api.depends("order_id")
    def _compute_block_payment(self):
        for entry in self:
            order = entry.order_id
            block = Block(self.env._("Payment"))
            total = entry._told().order_id._ec_left_to_pay()
            block.add(self.env._("Amount"), entry._money(total, order), strong=True)
            block.add(self.env._("Method"), entry._payment_name(order))
            block.add(self.env._("Pay by"), entry._pay_until(order))
            label, how = entry._how_to_pay(order)
            block.add(label, how)
            entry.block_payment = entry._show([block])

    def _pay_until(self, order):
        """The last day; where the mall does not tell it, the payment company's mail does."""
        day = self._day(order.ec_payment_due_on)
        if day or order.ec_payment_role != "konbini":
            return day
        return self.env._("The day told in that mail")

    @api.depends_context(*_CONTEXT)
    @api.depends("order_id")
    def _compute_block_refund(self):
        """What goes back to the buyer, where it is known."""
        for entry in self:
            orders = entry._told().order_id
            block = Block(self.env._("Your refund"))
            amount = sum(entry._refunded(order) for order in orders)
            if amount and all(entry._refunded(order) for order in orders):
                label = self.env._("Amount refunded")
                block.add(label, entry._money(amount, orders[0]), strong=True)
                block.add(self.env._("Paid by"), entry._payment_name(orders[0]))
            entry.block_refund = entry._show([block]) if block.rows else ""

    @api.model
    def _refunded(self, order):
        """What the buyer got back: all of it where the mall says so, else what went from here."""
        if order.ec_payment_state == "refunded":
            return max(order.ec_refunded, order.ec_buyer_total)
        return order.ec_refunded

    def _how_to_pay(self, order):
        """(label, text) of the way to pay; malls and payment companies tell it themselves."""
        channel = self.channel_id
        if order.ec_payment_role == "bank" and channel.ec_mail_bank_account:
            return self.env._("Our account"), channel.ec_mail_bank_account
        if order.ec_payment_role == "konbini" and channel.ec_mail_konbini_note:
            return self.env._("How to pay"), channel.ec_mail_konbini_note
        text = self.env._("As told in the mail of the shop's site or of the payment company.")
        return self.env._("How to pay"), text

    # === WHAT COMES NEXT === #

    @api.depends_context(*_CONTEXT)
    @api.depends("order_id")
    def _compute_block_next(self):
        for entry in self:
            texts = entry._next_steps()
            entry.block_next = Markup("<p>%s</p>") % "".join(texts) if texts else ""

    def _next_steps(self):
        """What the buyer may expect now, sentence by sentence."""
        orders = self._told().order_id
        if all(order.state == "cancel" for order in orders):
            return [self.env._("The order is cancelled: what you paid is paid back.")]
        if self.kind_id.event == "paid" and not orders.filtered(
            lambda order: order.ec_stage not in ("shipped", "done")
        ):
            return []  # paid after delivery
        unpaid = orders.filtered(lambda order: order.ec_payment_state in UNPAID_STATES)
        if self.kind_id.event == "paid":
            unpaid = orders.browse()  # this very mail says that the money is here
        if unpaid and set(PREPAID_ROLES) & set(orders.mapped("ec_payment_role")):
            first = self.env._("We prepare the goods as soon as your payment has arrived.")
        else:
            first = self.env._("We ship as soon as the goods are ready.")
        return [first, self.env._("You get another mail when they have left.")]

    @api.depends_context(*_CONTEXT)
    @api.depends("order_id")
    def _compute_block_plan(self):
        """The day we mean to ship, where it is known and not past."""
        for entry in self:
            block = Block("")
            block.add(self.env._("Planned shipping"), entry._day(entry._planned_day()))
            entry.block_plan = entry._show([block]) if block.rows else ""

    def _planned_day(self):
        order = self.order_id
        pickings = order.picking_ids.filtered(lambda p: p.state not in ("done", "cancel"))
        days = [order.commitment_date and self._local(order.commitment_date)]
        if "ec_ship_on" in pickings._fields:
            days = pickings.mapped("ec_ship_on") + days
        today = self._local(fields.Datetime.now())
        return next((day for day in days if day and day >= today), None)

    def _local(self, moment):
        return pytz.utc.localize(moment).astimezone(self._zone()).date()

    # === SIGNATURE === #

    @api.depends_context(*_CONTEXT)
    @api.depends("channel_id")
    def _compute_block_signature(self):
        for entry in self:
            text = (entry.channel_id.ec_mail_signature or "").strip() or entry.shop_name
            if self.env.context.get("ec_mail_format") == "text":
                entry.block_signature = Markup("<pre>%s\n%s\n%s</pre>") % ("=" * 36, text, "=" * 36)
            else:
                lines = "<br/>".join(escape(line) for line in text.split("\n"))
                style = "border-top:1px solid #888;margin-top:16px;padding-top:8px;color:#444;"
                entry.block_signature = Markup(f'<div style="{style}">{lines}</div>')
