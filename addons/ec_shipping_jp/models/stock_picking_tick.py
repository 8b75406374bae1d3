"""The row of ticks: which steps are done, when, by whom; what is missing stands out."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..const import OPEN_STATES, STEP_SELECTION, STEPS

#: Steps kept as ``ec.shipping.tick``; the others follow from the order.
_ORDER = [code for code, _label, _icon in STEPS]
#: Ticked by people, who make mistakes; the others are facts.
_BY_HAND = ("picked", "inspected", "packed", "labelled")


class StockPicking(models.Model):
    _inherit = "stock.picking"

    ec_tick_ids = fields.One2many("ec.shipping.tick", "picking_id", string="Steps done")
    ec_ticks = fields.Json(compute="_compute_ec_ticks", string="Steps")
    ec_next_step = fields.Selection(STEP_SELECTION, compute="_compute_ec_ticks", string="Next step")

    @api.depends(
        "ec_tick_ids.step", "sale_id.ec_mall_told", "sale_id.ec_open_check_count", "state",
        "ec_channel_id.ec_needs_inspection", "ec_channel_id.ec_needs_mail",
    )  # fmt: skip
    @api.depends_context("lang")
    def _compute_ec_ticks(self):
        labels = dict(self.env["ec.shipping.tick"]._fields["step"]._description_selection(self.env))
        for picking in self:
            if not picking.ec_channel_id or picking.picking_type_code != "outgoing":
                picking.ec_ticks = picking.ec_next_step = False
                continue
            facts = picking._ec_tick_facts()
            states = picking._ec_tick_states(facts)
            picking.ec_ticks = [
                {
                    "step": code,
                    "label": labels[code],
                    "icon": icon,
                    "state": states[code],
                    "at": facts.get(code, ("", ""))[0],
                    "user": facts.get(code, ("", ""))[1],
                }
                for code, _label, icon in STEPS
            ]
            picking.ec_next_step = next(
                (code for code in _ORDER if states[code] in ("open", "missing")), False
            )

    def _ec_tick_facts(self):
        """{step: (time, person)} of what is done."""
        self.ensure_one()
        facts = {
            tick.step: (self._ec_time_text(tick.at), tick.user_id.sudo().name or "")
            for tick in self.ec_tick_ids
        }
        order = self.sale_id
        if not order.ec_open_check_count and order.state == "sale":
            last = order.ec_check_ids.filtered("cleared_at").sorted("cleared_at")[-1:]
            facts["checked"] = (
                self._ec_time_text(last.cleared_at or order.ec_ordered_at or order.date_order),
                last.cleared_by_id.sudo().name or "",
            )
        if not order.ec_mall_told:
            facts.pop("told", None)
        elif "told" not in facts:
            facts["told"] = (self._ec_time_text(order.ec_mall_told_at), "")
        return facts

    def _ec_tick_states(self, facts):
        """``done``, ``missing`` (a later step is done), ``open`` or ``off`` (not used here)."""
        off = set()
        # A salesman may read the order without any right on the shop.
        channel = self.ec_channel_id.sudo()
        if not channel.ec_needs_inspection:
            off |= {"inspected", "packed"}
        if not channel.ec_needs_mail:
            off.add("mailed")
        last = max((_ORDER.index(code) for code in facts), default=-1)
        states = {}
        for number, code in enumerate(_ORDER):
            if code in facts:
                states[code] = "done"
            elif code in off:
                states[code] = "off"
            else:
                states[code] = "missing" if number < last else "open"
        return states

    def _ec_time_text(self, moment):
        """A moment on the clock of the warehouse's company, wherever it is looked at."""
        return self.company_id._ec_local(moment).strftime("%m/%d %H:%M") if moment else ""

    def _ec_tick(self, step, at=None, user=None, note=None):
        """Tick a step of these deliveries; one that is ticked stays as it was.

        Also called by other modules (``mailed`` by the mail module).
        """
        ticks = self.env["ec.shipping.tick"].sudo()
        known = ticks.search([("picking_id", "in", self.ids), ("step", "=", step)]).picking_id
        values = {
            "step": step,
            "at": at or fields.Datetime.now(),
            "user_id": (user or self.env.user).id,
            "note": note,
        }
        return ticks.create([{**values, "picking_id": picking.id} for picking in self - known])

    def _ec_untick(self, step):
        """Take a step back."""
        self.env["ec.shipping.tick"].sudo().search(
            [("picking_id", "in", self.ids), ("step", "=", step)]
        ).unlink()

    def action_ec_tick_picked(self):
        """The goods of these deliveries are in the basket."""
        self.env["ec.order.check"]._forbid_open(self._ec_orders_to_check())
        self._ec_tick("picked")
        return True

    def action_ec_tick_packed(self):
        """These deliveries are packed."""
        self._ec_tick("packed")
        return True

    def action_ec_untick(self):
        """Take back the last step of deliveries that are still here; their history keeps it."""
        self.check_access("write")
        labels = dict(self.env["ec.shipping.tick"]._fields["step"]._description_selection(self.env))
        undone = self.browse()
        for picking in self.filtered(lambda picking: picking.state in OPEN_STATES):
            done = [step for step in _BY_HAND if step in picking.ec_tick_ids.mapped("step")]
            if not done:
                continue
            picking._ec_untick(done[-1])
            if done[-1] == "picked":
                picking.move_ids.filtered(lambda move: move.state in OPEN_STATES).picked = False
            picking.message_post(body=self.env._("Step taken back: %s", labels[done[-1]]))
            undone |= picking
        if not undone:
            raise UserError(self.env._("There is no step to take back."))
        return True
