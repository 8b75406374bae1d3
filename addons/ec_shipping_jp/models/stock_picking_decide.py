"""Carrier, service and ship date by rule; every decision says why."""

from odoo import api, fields, models

from ..const import COD_SERVICE, OPEN_STATES
from ..lib.schedule import plan_ship_date


class DecisionTables:
    """What a company's decisions look up, read once per batch."""

    def __init__(self, env, company):
        self.company = company
        self.now = env["ec.shipping.calendar"]._local_now(company)
        self.rules = env["ec.carrier.rule"]._for_company(company)
        self.prices = env["ec.carrier.price"]._for_company(company)
        self.transit = env["ec.transit.day"].sudo()._days_table(company)
        self.inserts = env["ec.insert.rule"]._for_company(company)
        self._calendars = {}
        self._env = env

    def calendar(self, channel, warehouse):
        """(calendar, its opening function) of what a shop sends from a warehouse."""
        key = (channel, warehouse)
        if key not in self._calendars:
            calendar = self._env["ec.shipping.calendar"].sudo()._for_channel(*key)
            self._calendars[key] = (calendar, calendar._opening())
        return self._calendars[key]


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def action_confirm(self):
        """Decide as soon as the delivery stands; within a batch of orders for all at once."""
        result = super().action_confirm()
        if self.env.context.get("ec_fresh_batch") is None:
            self._ec_decide()
        return result

    def _create_backorder(self, *args, **kwargs):
        backorders = super()._create_backorder(*args, **kwargs)
        backorders._ec_decide()
        return backorders

    @api.model
    def _ec_cron_decide(self):
        """Move on what could not ship on its day because it waited for money, goods or a check."""
        today = self.env["ec.shipping.calendar"]._local_today(self.env.company)
        waiting = self.search(
            [
                ("ec_ship_on", "<", today),
                ("ec_channel_id", "!=", False),
                ("state", "in", OPEN_STATES),
                ("sale_id.ec_stage", "in", ("new", "check", "payment", "stock")),
            ]
        )
        for start in range(0, len(waiting), 200):
            waiting[start : start + 200]._ec_decide()
            self.env["ir.cron"]._commit_progress(200, remaining=len(waiting) - start)

    def _ec_decide(self):
        """Decide for the open deliveries of shops among these; by hand stays by hand."""
        # browse: read all of them at once, however the caller came by them
        pickings = (
            self.sudo()
            .browse(self.ids)
            .filtered(
                lambda p: (
                    p.ec_channel_id and p.picking_type_code == "outgoing" and p.state in OPEN_STATES
                )
            )
        )
        for company, mine in pickings.grouped("company_id").items():
            tables = DecisionTables(self.env(su=True), company)
            purchases = mine._ec_purchase_counts(tables)
            same = {}
            for picking in mine:
                facts = picking._ec_facts()
                facts["purchases"] = purchases.get(picking.sale_id.partner_id.id, 1)
                vals = picking._ec_decision_vals(facts, tables)
                same.setdefault(repr(vals), (vals, []))[1].append(picking.id)
            # Most deliveries of a batch are decided alike: one write for all of those.
            for vals, ids in same.values():
                self.browse(ids).sudo().with_context(ec_deciding=True).write(vals)

    def _ec_purchase_counts(self, tables):
        """{buyer: number of orders}; asked only when a rule wants to know."""
        if not tables.inserts._needs_count():
            return {}
        rows = (
            self.env["sale.order"]
            .sudo()
            ._read_group(
                [("partner_id", "in", self.sale_id.partner_id.ids), ("state", "=", "sale")],
                ["partner_id"],
                ["__count"],
            )
        )
        return {partner.id: count for partner, count in rows}

    def _ec_facts(self):
        """What the rules look at."""
        self.ensure_one()
        moves = self.move_ids.filtered(lambda move: move.state != "cancel")
        templates = moves.product_id.product_tmpl_id
        cools = {template.ec_cool for template in templates if template.ec_cool != "none"}
        order = self.sale_id
        partner = self.partner_id
        return {
            "channel": self.ec_channel_id,
            "warehouse": self.picking_type_id.warehouse_id,
            "state": partner.state_id,
            "zip": "".join(char for char in partner.zip or "" if char.isdigit()),
            "products": moves.product_id,
            "cool": self.ec_cool if self.ec_cool_manual else _coldest(cools),
            "mixed": len(cools) > 1 or (cools and any(t.ec_cool == "none" for t in templates)),
            "weight": self.weight,
            "size": max(templates.mapped("ec_ship_size"), default=0),
            "mail": bool(templates) and all(templates.mapped("ec_fits_mail")),
            "quantity": sum(moves.mapped("product_uom_qty")),
            "amount": order.amount_total,
            "cod": order.ec_payment_role == "cod",
            "wish_date": self.ec_wish_date,
            "window": self.ec_window if self.ec_window_manual else self._ec_window_of_order(),
            "gift": order.ec_is_gift,
        }

    def _ec_decision_vals(self, facts, tables):
        """What to write on one delivery."""
        reasons = []
        vals = {
            "ec_cool": facts["cool"],
            "ec_window": facts["window"],
            "ec_size": self.ec_size or facts["size"],
            "ec_is_single": facts["quantity"] == 1,
        }
        if facts["mixed"]:
            reasons.append(("mixed_cool", {}))
        if facts["window"] == "other":
            reasons.append(("window_other", {}))
        carrier = self._ec_choose_carrier(facts, tables, vals, reasons)
        self._ec_plan_day(facts, tables, carrier, vals, reasons)
        inserts = tables.inserts._for_facts(facts, tables.now.date())
        if inserts != self.ec_insert_ids:
            vals["ec_insert_ids"] = [fields.Command.set(inserts.ids)]
        reasons += [("insert", {"name": rule.product_id.display_name}) for rule in inserts]
        vals["ec_reasons"] = [[code, _plain(params)] for code, params in reasons]
        return vals

    def _ec_choose_carrier(self, facts, tables, vals, reasons):
        carrier = self.carrier_id
        if self.ec_carrier_manual:
            reasons.append(("carrier_manual", {}))
        else:
            rule, why = tables.rules._choose(facts, tables.prices)
            reasons += why
            carrier = rule.carrier_id or carrier
            service = rule.service or carrier.ec_service or "standard"
            vals["ec_service"] = COD_SERVICE.get(service, service) if facts["cod"] else service
            if carrier != self.carrier_id:
                vals["carrier_id"] = carrier.id
        return carrier

    def _ec_plan_day(self, facts, tables, carrier, vals, reasons):
        days = tables.transit._days_for(
            facts["state"], facts["zip"], carrier.ec_carrier_code, facts["warehouse"]
        )
        if facts["state"]:
            reasons.append(("transit", {"days": days, "state": facts["state"].name}))
        if self.ec_ship_on_manual:
            reasons.append(("ship_on_manual", {}))
            vals["ec_arrives_on"] = fields.Date.add(self.ec_ship_on, days=days)
            vals["ec_late"] = bool(
                facts["wish_date"] and vals["ec_arrives_on"] > facts["wish_date"]
            )
            return
        calendar, is_open = tables.calendar(facts["channel"], facts["warehouse"])
        plan = plan_ship_date(
            tables.now,
            is_open=is_open,
            cutoff=calendar.cutoff if calendar else 24,
            lead_days=calendar.lead_days if calendar else 0,
            transit_days=days,
            wish_date=facts["wish_date"] or None,
        )
        reasons += plan.reasons
        vals["ec_ship_on"] = plan.ship_on
        vals["ec_arrives_on"] = plan.arrives_on
        vals["ec_late"] = plan.late


def _coldest(cools):
    return "frozen" if "frozen" in cools else "chilled" if "chilled" in cools else "none"


def _plain(params):
    """Values as JSON keeps them."""
    out = {}
    for name, value in params.items():
        if hasattr(value, "isoformat"):
            value = value.isoformat().replace("-", "/")
        elif isinstance(value, float) and value == int(value):
            value = int(value)
        out[name] = value
    return out
