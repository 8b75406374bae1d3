"""Tracking numbers in: the issued file of a carrier's tool or a warehouse's result file."""

import unicodedata

from odoo import api, fields, models

from ..lib.chars import Folder


class EcTrackingImport(models.TransientModel):
    _name = "ec.tracking.import"
    _inherit = "ec.file.import"
    _description = "Read tracking numbers"
    _rec_name = "file_name"

    profile_id = fields.Many2one(domain=[("kind", "in", ("issued", "result"))])
    validate = fields.Boolean(
        string="Validate the deliveries", default=True, help="They count as shipped."
    )
    line_ids = fields.One2many("ec.tracking.import.line", "import_id")

    @api.model
    def _default_profile(self):
        return self.env["ec.label.profile"].search([("kind", "=", "issued")], limit=1)

    def action_read(self):
        """Read the file and show what each row will do. Nothing is written yet."""
        self.ensure_one()
        rows = self._read_rows()
        self.line_ids.unlink()
        found = self._find_pickings(rows)
        lines = self.env["ec.tracking.import.line"]
        lines = lines.create([self._prepare_line(row, found) for row in rows])
        lines._judge()
        counts = {state: 0 for state in ("new", "same", "ask", "unknown", "error", "void")}
        for line in lines:
            counts[line.state] += 1
        self.summary = self.env._(
            "%(new)s new, %(same)s already here, %(ask)s to decide, %(unknown)s unknown, "
            "%(error)s faulty, %(void)s voided",
            **counts,
        )
        self.state = "read"
        return self._reopen()

    def _find_pickings(self, rows):
        """{row line: delivery} by key, or by postal code and name where the tool has no key."""
        picking = self.env["stock.picking"]
        if self.profile_id.match == "key":
            found = picking._ec_by_keys({row.key for row in rows if row.key})
            return {row.line: found.get(row.key, picking) for row in rows}
        waiting = picking.search(
            [
                ("ec_tick_ids", "any", [("step", "=", "labelled")]),
                ("carrier_id.ec_carrier_code", "=", self.profile_id.carrier_code),
                ("ec_channel_id", "!=", False),
                ("state", "!=", "cancel"),
            ],
            order="id desc",
            limit=2000,
        )
        folder = Folder(self.env["ec.label.fold"]._fold_table(), "cp932", "jis0208")
        by_place = self._by_place(waiting, folder)
        found = {}
        for row in rows:
            same = by_place.get(_place_key(folder, row.zip, row.name), picking)
            fresh = same.filtered(lambda p, row=row: p._ec_takes_number(row.number))
            found[row.line] = fresh if len(fresh) == 1 else picking
            if len(fresh) > 1:
                row.warnings.append("several_deliveries")
        return found

    @api.model
    def _by_place(self, pickings, folder):
        """{postal code and name as a label may show them: deliveries}."""
        by_place = {}
        for picking in pickings:
            place = picking._ec_place(picking.partner_id)
            for name in {place.name, place.company + place.name}:
                key = _place_key(folder, place.zip, name)
                by_place[key] = by_place.get(key, picking.browse()) | picking
        return by_place

    def _prepare_line(self, row, found):
        picking = found.get(row.line)
        return {
            "import_id": self.id,
            "line": row.line,
            "key": row.key or row.name,
            "number": row.number,
            "parcel_group": row.group or False,
            "picking_id": picking.id if picking else False,
            "shipped_on": row.ship_date,
            "voided": row.voided,
            "status": row.status or False,
            "problem": ",".join(row.problems) or False,
            "warning": ",".join(row.warnings) or False,
        }

    def action_apply(self):
        """Write the numbers, validate, owe the malls."""
        self.ensure_one()
        lines = self.line_ids.filtered(lambda line: line.action != "skip" and line.picking_id)
        changed = self.env["stock.picking"]
        for picking, mine in lines.grouped("picking_id").items():
            if mine._apply(picking, self.file_name):
                changed |= picking
        changed._ec_parcels_changed()
        lines._note_status()
        stay = {}
        if self.validate:
            stay = self._validate_lines(
                lines.filtered(lambda line: line.action in ("add", "replace"))
            )
        for line in self.line_ids:
            if line.picking_id in stay:
                line.write({"state": "error", "message": stay[line.picking_id]})
            elif line in lines:
                line.write({"message": self.env._("Done")})
        self.summary = self.env._(
            "%(changed)s deliveries have new numbers, %(stay)s could not be validated.",
            changed=len(changed),
            stay=len(stay),
        )
        self.state = "done"
        return self._reopen()

    @api.model
    def _validate_lines(self, lines):
        """Validate the deliveries these rows are about.

        :return: {delivery: reason} of those that stay
        """
        return self.env["stock.picking"]._ec_validate_ready(lines.picking_id)


def _place_key(folder, zip_code, name):
    """What is compared: postal code and name, folded as on the label, without spaces."""
    name, _done, _refused = folder.fold(name or "")
    digits = "".join(char for char in zip_code or "" if char.isdigit())
    return digits, "".join(unicodedata.normalize("NFKC", name).split())
