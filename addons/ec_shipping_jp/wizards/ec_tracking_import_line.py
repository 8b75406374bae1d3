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
    parcel_group = fields.Char(string="Parcels that belong together")
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
        listed = defaultdict(self.browse)
        for line in self:
            if line.picking_id and not line.problem and not line.voided:
                listed[line.picking_id.id] |= line
        holders = self._holders()
        for line in self:
            state, action, message = line._judge_one(listed[line.picking_id.id], holders)
            order = ("error", "unknown", "ask", "new", "void", "same").index(state)
            line.write({"state": state, "action": action, "message": message, "state_order": order})

    def _holders(self):
        """{number: deliveries that have it, or get it by this file}."""
        holders = defaultdict(self.env["stock.picking"].browse)
        for line in self:
            if line.picking_id and not line.problem and not line.voided:
                holders[line.number] |= line.picking_id
        known = [("number", "in", list(holders)), ("state", "=", "active")]
        for parcel in self.env["ec.parcel"].search(known):
            holders[parcel.number] |= parcel.picking_id
        return holders

    def _judge_one(self, listed, holders):
        """(state, action, message) of a row.

        :param listed: the file's valid rows of the same delivery
        :param dict holders: see ``_holders``
        """
        texts = self._problem_texts()
        if self.problem:
            return "error", "skip", texts.get(self.problem.split(",")[0], self.problem)
        if not self.picking_id:
            unknown = texts["several_deliveries" if self.warning else "unknown"]
            return "unknown", "skip", unknown
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
        others = holders[self.number] - self.picking_id
        if others - self.picking_id._ec_mates():
            names = ", ".join(others.mapped("name"))
            return "ask", "skip", self.env._("%s has this number as well.", names)
        if other_carrier := self._other_carrier():
            return "ask", "skip", other_carrier
        return self._judge_new(listed, parcels.filtered(lambda p: p.state == "active"), warning)

    def _other_carrier(self):
        """Words for a file of a carrier this delivery was not given to, else an empty text."""
        here, theirs = self.picking_id.carrier_id.ec_carrier_code, self._carrier_of_file()
        if not theirs or here in (False, "other", theirs):
            return ""
        names = dict(self.env["ec.parcel"]._fields["carrier_code"]._description_selection(self.env))
        return self.env._(
            "The delivery is meant for %(here)s, the file comes from %(file)s: add the number if "
            "the parcel went with them.",
            here=names[here],
            file=names[theirs],
        )

    def _carrier_of_file(self):
        """Whose tool wrote the file; None where a file may hold any carrier's numbers."""
        code = self.import_id.profile_id.carrier_code
        return code if code != "other" else None

    def _judge_new(self, listed, active, warning):
        """A number the delivery has not: of one more parcel, or of the same with a new slip.

        Tools do not always say that a slip was made anew. More numbers than parcels are asked
        about, unless the tool itself says that they belong together.
        """
        known, here = set(active.mapped("number")), set(listed.mapped("number"))
        fresh = sorted(here - known)
        wanted = max(self.picking_id.ec_parcel_count, 1)
        groups = set(listed.mapped("parcel_group"))
        if len(active) + len(fresh) <= wanted or (len(groups) == 1 and all(groups)):
            return "new", "add", warning
        numbers = ", ".join(active.mapped("number"))
        if not active:
            text = self.env._("More numbers than parcels (%s): add those that are valid.", wanted)
            return "ask", "skip", text
        if not known & here and len(fresh) == wanted and self.picking_id.state != "done":
            return "new", "replace", self.env._("Replaces %s.", numbers)
        return (
            "ask",
            "skip",
            self.env._("The delivery has %s already: another parcel, or instead of it?", numbers),
        )

    def _problem_texts(self):
        return {
            "unknown": self.env._("No delivery has this key."),
            "several_deliveries": self.env._(
                "Several deliveries wait for this person: enter the number on the right one."
            ),
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
                keep, replace=replace, shipped_on=days[0] if days else False, source=source,
                carrier_code=self._carrier_of_file(),
            )  # fmt: skip
        return changed

    def _note_status(self):
        """What the carrier says about parcels we know; an older file takes nothing back."""
        now = fields.Datetime.now()
        for line in self.filtered("status"):
            together = line.picking_id | line.picking_id.sudo()._ec_mates()
            parcels = together.ec_parcel_ids.filtered(lambda p, n=line.number: p.number == n)
            if line.status == "moving":
                parcels = parcels.filtered(lambda p: p.status not in ("delivered", "returned"))
            parcels.sudo().write({"status": line.status, "status_at": now})
