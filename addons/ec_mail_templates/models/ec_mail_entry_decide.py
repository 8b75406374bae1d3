"""Whether a mail goes out, when, and why (not). Every decision leaves its reason."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytz

from odoo import api, fields, models

from ..const import UNPAID_STATES
from ..lib.hours import due_moment

BATCH = 500
#: Beyond these a mail is on its way or settled.
DECIDABLE = ("wanted", "waiting", "held", "missing")
_AFTER_CANCEL = ("cancelled", "refunded", "manual", "paid")
#: Not even by hand: nothing was sold.
_NEVER_AFTER_CANCEL = ("receipt", "out_of_stock")


@dataclass(slots=True)
class Knowledge:
    """What a batch of decisions looks up once."""

    rules: dict
    returning: set
    allowed: dict = field(default_factory=dict)
    last_contact: dict = field(default_factory=dict)
    holidays: dict = field(default_factory=dict)


class EcMailEntry(models.Model):
    _inherit = "ec.mail.entry"

    @api.model
    def _decide_due(self):
        """Decide again on what waited for its time.

        :return: whether all could be decided
        """
        domain = [("state", "=", "waiting"), ("due_at", "<=", fields.Datetime.now())]
        ids = self.search(domain, order="id").ids
        for start in range(0, len(ids), BATCH):
            self.browse(ids[start : start + BATCH])._decide()
            left = self.env["ir.cron"]._commit_progress(0)
            self.env.invalidate_all()
            if left <= 0:
                return False
        return True

    def _decide(self):
        """Decide on each entry that is not on its way yet."""
        entries = self.filtered(lambda entry: entry.state in DECIDABLE)
        known = entries._gather()
        for entry in entries:
            state, reason, values = entry._for_readers()._decision(known)
            entry._settle(state, reason, **values)

    def _gather(self):
        partners = self.order_id.partner_id
        counts = self.env["sale.order"]._read_group(
            [("partner_id", "in", partners.ids), ("state", "=", "sale")],
            ["partner_id"],
            ["__count"],
        )
        known = Knowledge(
            rules=self.env["ec.mail.rule"]._by_kind(),
            returning={partner.id for partner, count in counts if count > 1},
        )
        asking = self.filtered(lambda entry: entry.role != "transaction")
        for role, entries in asking.grouped("role").items():
            for company, some in entries.grouped("company_id").items():
                people = some.order_id.partner_id
                known.allowed[role, company.id] = set(
                    self.env["ec.mail.consent"]._allowed(people, role, company).ids
                )
        if asking:
            known.last_contact = self._last_contacts(asking.order_id.partner_id)
        return known

    @api.model
    def _last_contacts(self, partners):
        """When each buyer last got a mail that was not about an order, over all shops."""
        self.flush_model(["state", "sent_at", "role"])
        rows = self.sudo()._read_group(
            [
                ("order_id.partner_id", "in", partners.ids),
                ("role", "!=", "transaction"),
                ("state", "in", ("sent", "queued", "sending", "uncertain")),
            ],
            ["order_id"],
            ["sent_at:max", "write_date:max"],
        )
        last = {}
        for order, sent_at, written in rows:
            moment = sent_at or written
            partner = order.partner_id.id
            last[partner] = max(moment, last.get(partner, moment))
        return last

    # === ONE DECISION === #

    def _decision(self, known):
        """The state this mail should be in, the reason, and further values."""
        self.ensure_one()
        if why := self._why_not():
            return "not_wanted", why, {"due_at": False}
        # What the rule is called is read in the language of the reason around it.
        rule = self._find_rule(known).with_context(lang=self.env.lang)
        values = {"rule_id": rule.id, "template_id": rule.template_id.id or self.template_id.id}
        if not rule and not self.by_hand:
            return "not_wanted", self.env._("No rule wants this mail."), {"due_at": False}
        if rule.action in ("none", "mall") and not self.by_hand:
            return "not_wanted", rule._why_none(), {**values, "due_at": False}
        if why := self._why_not_asked(known):
            return "not_wanted", why, {**values, "due_at": False}
        if not values["template_id"]:
            return "missing", self.env._("No template for this mail."), values
        if why := self._why_impossible():
            return "missing", why, values
        return self._when(rule, known, values)

    def _why_not(self):
        """A fact that makes this mail unwanted, in words; else an empty text."""
        order, channel, kind = self.order_id, self.channel_id, self.kind_id
        if order.state == "cancel" and kind.code in _NEVER_AFTER_CANCEL:
            return self.env._("The order was cancelled.")
        if self.by_hand:
            return ""
        as_if = self.env.context.get("ec_mail_as_if")
        if channel.ec_mail_mode == "off" and not as_if:
            return self.env._("The shop sends no mails.")
        if (
            channel.ec_mail_since
            and not as_if
            and (self.event_at or self.create_date) < channel.ec_mail_since
        ):
            return self.env._("Happened before the mails of the shop were switched on.")
        if order.state == "cancel" and kind.event not in _AFTER_CANCEL:
            return self.env._("The order was cancelled.")
        if order.state != "cancel" and kind.event == "cancelled":
            return self.env._("The order is active again.")
        if kind.only_unpaid and order.ec_payment_state not in UNPAID_STATES:
            return self.env._("The money has arrived.")
        if kind.event == "waiting_stock" and order.ec_stage not in ("stock", "check", "new"):
            return self.env._("The goods are there.")
        if kind.event == "late" and order.ec_stage in ("shipped", "done"):
            return self.env._("Shipped by now.")
        if kind.event == "completed" and (why := self._why_no_follow_up()):
            return why
        if kind.event == "refunded" and self._told_by_mall():
            return self.env._("The mall tells the buyer, as chosen with the refund.")
        if "test_order" in order.ec_check_ids.mapped("code"):
            return self.env._("A test order.")
        return ""

    def _why_no_follow_up(self):
        """Nobody is asked how he likes what he sent back or never got."""
        order = self.order_id
        if order.ec_payment_state == "refunded":
            return self.env._("The order was paid back.")
        if self._returned_parcels():
            return self.env._("A parcel came back.")
        moves = order.sudo().order_line.move_ids
        if any(move.state == "done" and move.location_id.usage == "customer" for move in moves):
            return self.env._("Goods were sent back.")
        if "cancel_requested" in order.ec_check_ids.mapped("code"):
            # Refused at the door: cash on delivery is never paid back.
            return self.env._("The order was to be cancelled at the mall.")
        return ""

    def _told_by_mall(self):
        """Whether the mall was asked to tell the buyer of all refunds made here."""
        refunds = (
            self.env["ec.exchange"]
            .sudo()
            .search(
                [
                    ("res_model", "=", "sale.order"),
                    ("res_id", "=", self.order_id.id),
                    ("direction", "=", "out"),
                    ("kind", "=", "refund"),
                ]
            )
        )
        return bool(refunds) and all((row.payload or {}).get("notify") for row in refunds)

    def _find_rule(self, known):
        returning = self.order_id.partner_id.id in known.returning
        for rule in known.rules.get(self.kind_id.id, ()):
            if rule._fits(self, returning):
                return rule
        return self.env["ec.mail.rule"]

    def _why_not_asked(self, known):
        """Why a mail nobody needs for his order may not be sent."""
        kind = self.kind_id
        partner = self.order_id.partner_id.id
        if kind.only_repeat and partner not in known.returning:
            return self.env._("Only for returning buyers.")
        if kind.role == "transaction":
            return ""
        policy = self.channel_id.ec_mail_policy_id
        if policy and not policy._allows(kind.role):
            return self.env._("%s forbids such mails.", policy.name)
        if partner not in known.allowed.get((kind.role, self.company_id.id), ()):
            return self.env._("No consent of the buyer is recorded.")
        return ""

    def _why_too_soon(self, known):
        """Why a buyer is left in peace: one such mail within some days, whatever the shop."""
        if self.role == "transaction" or self.by_hand:
            return ""
        days = self.company_id.ec_mail_promotion_days
        partner = self.order_id.partner_id.id
        last = known.last_contact.get(partner)
        now = fields.Datetime.now()
        if last and last > now - timedelta(days=days):
            return self.env._("The buyer had such a mail within %s days.", days)
        known.last_contact[partner] = now
        return ""

    def _why_impossible(self):
        """What has to be mended before this mail can go out."""
        order, channel = self.order_id, self.channel_id
        address = self._recipient()
        if not address:
            return self.env._("The buyer has no mail address.")
        if not channel.ec_mail_from:
            return self.env._("The shop has no sender address.")
        if self.role != "transaction" and not (channel.ec_mail_signature or "").strip():
            return self.env._("The shop has no signature: such mails must say who writes.")
        policy = channel.ec_mail_policy_id
        if policy.needs_own_server and policy._is_relay(address) and not channel.ec_mail_server_id:
            return self.env._(
                "The shop has no server for the mall's relay (%s).", policy.server_hint or ""
            )
        if self.kind_id.event == "shipped" and not self.picking_id and not order.picking_ids:
            return self.env._("No delivery to tell of.")
        return ""

    # === WHEN === #

    def _when(self, rule, known, values):
        now = fields.Datetime.now()
        due = self._due_moment(rule, known)
        # "Now" has no fractions of a second: they would make a mail wait for the next run.
        due = max(due, self.create_date or due).replace(microsecond=0)
        values["due_at"] = due
        if self.approved:
            return "wanted", self.env._("Released by a person."), {**values, "due_at": now}
        if why := self._waits_for():
            return "waiting", why, values
        if due > now:
            return "waiting", self.env._("Waits for its time (rule “%s”).", rule.name or ""), values
        if why := self._why_too_soon(known):
            return "not_wanted", why, {**values, "due_at": False}
        if self.channel_id.ec_mail_mode == "dry" and not self.env.context.get("ec_mail_as_if"):
            text = self.env._(
                "Would go out now by rule “%s”; the shop only decides.", rule.name or ""
            )
            return "waiting", text, {**values, "due_at": False}
        if rule.action == "hold":
            return "held", self.env._("Rule “%s” lets a person look first.", rule.name), values
        return "wanted", self.env._("By rule “%s”.", rule.name or self.env._("by hand")), values

    def _waits_for(self):
        """A fact that has to come first."""
        if self.order_id.ec_undecided:
            return self.env._("Waits until the mall has fixed the amounts.")
        if self._lacks_number():
            return self.env._("Waits for the tracking number.")
        return ""

    def _due_moment(self, rule, known):
        """When the rule lets the mail go, as naive UTC."""
        zone = self._zone()
        start = pytz.utc.localize(self.event_at or self.create_date).astimezone(zone)
        if not rule:
            return self.event_at or self.create_date
        moment = due_moment(
            start,
            delay=timedelta(hours=rule.delay_hours),
            hour_from=rule.hour_from,
            hour_to=rule.hour_to,
            workdays_only=rule.workdays_only,
            holidays=self._holidays(known, zone) if rule.workdays_only else frozenset(),
        )
        return moment.astimezone(pytz.utc).replace(tzinfo=None)

    def _holidays(self, known, zone):
        """Days off of the company around now."""
        company = self.company_id
        if company.id not in known.holidays:
            leaves = self.env["resource.calendar.leaves"].search(
                [("resource_id", "=", False), ("company_id", "=", company.id)]
            )
            days = set()
            for leave in leaves:
                day = pytz.utc.localize(leave.date_from).astimezone(zone).date()
                last = pytz.utc.localize(leave.date_to).astimezone(zone).date()
                while day <= last:
                    days.add(day)
                    day += timedelta(days=1)
            known.holidays[company.id] = frozenset(days)
        return known.holidays[company.id]

    def _zone(self):
        """The shop's clock: a Japanese company's is Japan's, whatever its calendar says."""
        company = self.company_id
        if company.country_id.code == "JP":
            return pytz.timezone("Asia/Tokyo")
        return pytz.timezone(company.resource_calendar_id.tz or "Asia/Tokyo")

    def _recipient(self):
        """The address this order's mails go to; not kept anywhere else."""
        order = self.order_id
        return (order.ec_buyer_email or order.partner_id.email or "").strip()
