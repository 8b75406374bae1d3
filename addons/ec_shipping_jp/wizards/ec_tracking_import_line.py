from collections import defaultdict

from odoo import fields, models


class EcTrackingImportLine(models.TransientModel):
    """A row of the file and what becomes of it; a person may decide otherwise."""

    _name = "ec.tracking.import.line"
    _description = "Row of a tracking file"
    _order = "state_order, line"

    import_id = fields.Many2one("ec.tracking.import", required=True, ondelete="cascade", index=True)
    line = fields.Integer(string="Row")
    key = fields.Char()
    number = fields.Char(string="Tracking number")
    picking_id = fields.Many2one("stock.picking", string="Delivery")
    order_number = fields.Char(related="picking_id.ec_order_number")
    shipped_on = fields.Date()
    voided = fields.Boolean()
    status = fields.Selection(
        [("moving", "Under way"), ("delivered", "Delivered"), ("returned", "Returned")]
    )
    problem = fields.Char()
    warning = fields.Char()
    message = fields.Char()
    state = fields.Selection(
        [
            ("new", "New"),
            ("same", "Already here"),
            ("ask", "Please decide"),
            ("unknown", "Unknown"),
            ("error", "Faulty"),
            ("void", "Voided"),
        ]
    )
    state_order = fields.Integer()
    action = fields.Selection(
        [
            ("add", "Add"),
            ("replace", "Replace the old one"),
            ("void", "Void"),
            ("skip", "Leave out"),
        ],
        default="skip",
    )

    def _judge(self):
        """Say for every row what it is and propose what to do."""
        fresh = defaultdict(int)
        for line in self:
            if line.picking_id and not line.problem and not line.voided:
                fresh[line.picking_id.id] += 1
        for line in self:
            state, action, message = line._judge_one(fresh)
            order = ("error", "unknown", "ask", "new", "void", "same").index(state)
            line.write({"state": state, "action": action, "message": message, "state_order": order})

    def _judge_one(self, fresh):
        """(state, action, message) of a row."""
        texts = self._problem_texts()
        if self.problem:
            return "error", "skip", texts.get(self.problem.split(",")[0], self.problem)
        if not self.picking_id:
            return "unknown", "skip", self.env._("No delivery has this key.")
        parcels = self.picking_id.ec_parcel_ids
        same = parcels.filtered(lambda p: p.number == self.number)
        warning = texts.get((self.warning or "").split(",")[0], "")
        if self.voided:
            return "void", "void" if same else "skip", ""
        if self.picking_id.state == "cancel":
            return "error", "skip", self.env._("The delivery is cancelled.")
        if same:
            if same.state == "void":
                return "ask", "skip", self.env._("This slip was voided before.")
            return "same", "add", warning
        active = parcels.filtered(lambda p: p.state == "active")
        wanted = max(self.picking_id.ec_parcel_count, 1)
        if not active or len(active) + fresh[self.picking_id.id] <= wanted:
            return "new", "add", warning
        if fresh[self.picking_id.id] >= wanted and self.picking_id.state != "done":
            return "new", "replace", self.env._("Replaces %s.", ", ".join(active.mapped("number")))
        return (
            "ask",
            "skip",
            self.env._(
                "The delivery has %s already: another parcel, or instead of it?",
                ", ".join(active.mapped("number")),
            ),
        )

    def _problem_texts(self):
        return {
            "number_missing": self.env._("The row has no tracking number."),
            "number_spreadsheet": self.env._(
                "A spreadsheet has destroyed the number. Import the file as the tool wrote it."
            ),
            "number_shape": self.env._("This is no tracking number of the carrier."),
            "number_check_digit": self.env._("The check digit is wrong."),
            "key_missing": self.env._("The row has no key."),
            "bad_date": self.env._("The ship date cannot be read."),
            "bad_quantity": self.env._("The quantity cannot be read."),
        }

    def _apply(self, picking, source):
        """Write these rows of one delivery; returns whether anything changed."""
        add = [line.number for line in self if line.action in ("add", "replace")]
        void = [line.number for line in self if line.action == "void"]
        replace = any(line.action == "replace" for line in self)
        changed = picking._ec_void_parcels(void) if void else False
        if add:
            days = [line.shipped_on for line in self if line.shipped_on]
            keep = list(dict.fromkeys(add))
            changed |= picking._ec_set_parcels(
                keep, replace=replace, shipped_on=days[0] if days else False, source=source
            )
        return changed

    def _note_status(self):
        """What the carrier says about parcels we know."""
        now = fields.Datetime.now()
        for line in self.filtered("status"):
            together = line.picking_id | line.picking_id.sudo()._ec_mates()
            parcels = together.ec_parcel_ids.filtered(lambda p, n=line.number: p.number == n)
            parcels.sudo().write({"status": line.status, "status_at": now})
