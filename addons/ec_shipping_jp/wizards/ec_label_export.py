"""Label files and shipping instructions: checked row by row before anything is written."""

import base64
import io
import zipfile

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..lib.label_file import build


class EcLabelExport(models.TransientModel):
    _name = "ec.label.export"
    _description = "Make label files"

    picking_ids = fields.Many2many("stock.picking", string="Deliveries")
    picking_count = fields.Integer(compute="_compute_picking_count", string="Number of deliveries")
    profile_id = fields.Many2one(
        "ec.label.profile",
        string="Layout",
        domain=[("kind", "in", ("label", "instruction"))],
        help="Empty: the layout of each delivery's carrier.",
    )
    skip_faulty = fields.Boolean(string="Leave out faulty deliveries")
    again = fields.Boolean(string="Also those that have a label already")
    error_text = fields.Text(readonly=True, string="Faults")
    note_text = fields.Text(readonly=True, string="Notes")
    summary = fields.Char(readonly=True)
    file = fields.Binary(readonly=True, attachment=False)
    file_name = fields.Char(readonly=True)
    state = fields.Selection(
        [("draft", "Choose"), ("faulty", "Faults"), ("done", "Done")], default="draft"
    )

    @api.depends("picking_ids")
    def _compute_picking_count(self):
        for wizard in self:
            wizard.picking_count = len(wizard.picking_ids)

    def action_export(self):
        """Check all rows; write the files if none is faulty (or the faulty ones are left out)."""
        self.ensure_one()
        errors, notes, files, done = [], self._note_labelled(), [], self.env["stock.picking"]
        for profile, pickings in self._by_profile(errors).items():
            made, good = self._make(profile, pickings, errors, notes)
            files += made
            done |= good
        if errors and not self.skip_faulty:
            return self._show("faulty", errors, notes)
        if not files:
            return self._show("faulty", errors or [self.env._("There is nothing to write.")], notes)
        name, content = self._pack(files)
        done._ec_tick("labelled")
        self.file, self.file_name = base64.b64encode(content), name
        self.summary = self.env._(
            "%(count)s deliveries in %(files)s files", count=len(done), files=len(files)
        )
        return self._show("done", errors, notes)

    def _labelled(self):
        """Those that have a label and are not to get another."""
        if self.again:
            return self.env["stock.picking"]
        return self.picking_ids.filtered(lambda p: "labelled" in p.ec_tick_ids.mapped("step"))

    def _note_labelled(self):
        labelled = self._labelled()
        if not labelled:
            return []
        text = self.env._("Have a label already and were left out: %s", len(labelled))
        return [text]

    def _by_profile(self, errors):
        """{layout: deliveries}; what cannot have a label goes to ``errors``."""
        pickings = self.picking_ids.filtered(lambda p: p.picking_type_code == "outgoing")
        pickings -= self._labelled()
        problems = pickings._ec_label_problems()
        groups = {}
        for picking in pickings:
            profile = self.profile_id or picking.carrier_id.ec_profile_id
            if picking in problems:
                errors.append(f"{self._title(picking)}: {problems[picking]}")
            elif not profile:
                title = self._title(picking)
                errors.append(self.env._("%s: the carrier has no label file.", title))
            else:
                groups[profile] = groups.get(profile, pickings.browse()) | picking
        return groups

    def _make(self, profile, pickings, errors, notes):
        """The files of one layout: ([(name, bytes)], deliveries in them)."""
        layout = profile._as_profile()
        folds = self.env["ec.label.fold"]._fold_table()
        rows = pickings._ec_label_rows(layout)
        made = build(layout, [data for _picking, data in rows], folds)
        faulty = {finding.row for finding in made.errors}
        errors += [self._text(rows[f.row - 1][0], f) for f in made.errors]
        notes += [self._text(rows[f.row - 1][0], f) for f in made.notes]
        if faulty:
            bad = pickings.browse([rows[row - 1][0].id for row in faulty])
            rows = [(picking, data) for picking, data in rows if picking not in bad]
            pickings -= bad
            if not self.skip_faulty or not rows:
                return [], pickings.browse()
            made = build(layout, [data for _picking, data in rows], folds)
        stamp = fields.Datetime.context_timestamp(self, fields.Datetime.now())
        base = f"{profile.code}_{stamp:%Y%m%d_%H%M%S}"
        if len(made.contents) == 1:
            return [(f"{base}.csv", made.contents[0])], pickings
        return [
            (f"{base}_{number}.csv", content) for number, content in enumerate(made.contents, 1)
        ], pickings

    @api.model
    def _pack(self, files):
        if len(files) == 1:
            return files[0]
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files:
                archive.writestr(name, content)
        return "labels.zip", buffer.getvalue()

    def _show(self, state, errors, notes):
        self.write(
            {
                "state": state,
                "error_text": "\n".join(errors) or False,
                "note_text": "\n".join(dict.fromkeys(notes)) or False,
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Label files"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_download(self):
        """Hand out the file."""
        self.ensure_one()
        if not self.file:
            raise UserError(self.env._("There is no file yet."))
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/file/{self.file_name}?download=true",
            "target": "download",
        }

    @api.model
    def _text(self, picking, finding):
        """A finding in the clerk's words."""
        params = {name: value for name, value in finding.params.items()}
        if finding.code == "no_code":
            params["value"] = self._value_label(params.get("value"))
        if "service" in params:
            params["service"] = self._value_label(params["service"])
        text = self._finding_texts().get(finding.code, finding.code) % params
        place = f"{self._title(picking)} {finding.column}".strip()
        return f"{place}: {text}"

    @api.model
    def _title(self, picking):
        """The delivery as the list beside names it."""
        return f"{picking.ec_order_number or ''} {picking.name}".strip()

    @api.model
    def _value_label(self, key):
        """A key of ours as the screens say it."""
        picking = self.env["stock.picking"]
        for name in ("ec_window", "ec_cool", "ec_service"):
            labels = dict(picking._fields[name]._description_selection(self.env))
            if key in labels:
                return labels[key]
        return key

    @api.model
    def _finding_texts(self):
        return {
            "missing": self.env._("must not be empty."),
            "too_long": self.env._("%(excess)s half-width characters too long."),
            "cut": self.env._("cut by %(excess)s half-width characters."),
            "left_empty": self.env._("left empty, since it was too long: %(value)s"),
            "wish_past": self.env._(
                "%(value)s is before the ship date. Agree on another day with the buyer and "
                "correct it on the delivery."
            ),
            "no_code": self.env._("the carrier has no code for “%(value)s”. Choose another one."),
            "amount_too_big": self.env._("%(value)s is above the limit of %(limit)s."),
            "amount_too_small": self.env._("the amount %(value)s cannot be collected."),
            "bad_zip": self.env._("“%(value)s” is no postal code."),
            "bad_phone": self.env._("“%(value)s” is no phone number."),
            "not_ascii": self.env._("only half-width characters: %(value)s"),
            "not_digits": self.env._("only digits: %(value)s"),
            "folded": self.env._("%(char)s was written as “%(replacement)s”."),
            "refused_characters": self.env._(
                "the tool does not take %(chars)s. Correct the text or add a replacement."
            ),
            "not_for_service": self.env._(
                "has no place in the service “%(service)s” and was left out."
            ),
            "one_parcel_only": self.env._("the service “%(service)s” takes one parcel only."),
            "key_twice": self.env._("this delivery stands in the file twice."),
            "formula": self.env._("a spreadsheet would run %(value)s as a formula."),
            "no_cod": self.env._(
                "Cash on delivery, but the service collects no money: choose another service."
            ),
        }
