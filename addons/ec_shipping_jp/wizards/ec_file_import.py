"""What all wizards share that read a file somebody hands us."""

import base64
import binascii

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.ec_unified.lib.errors import DataError

from ..lib.issued import read_issued
from ..lib.table_reader import MAX_BYTES


class EcFileImport(models.AbstractModel):
    """Reads a file by a layout; refuses what cannot be read, saying why and what to do."""

    _name = "ec.file.import"
    _description = "Read a file"

    profile_id = fields.Many2one(
        "ec.label.profile",
        string="Layout",
        required=True,
        default=lambda self: self._default_profile(),
    )
    file = fields.Binary(attachment=False)
    file_name = fields.Char()
    state = fields.Selection(
        [("draft", "Choose"), ("read", "Check"), ("done", "Done")], default="draft"
    )
    summary = fields.Char(readonly=True)

    @api.model
    def _default_profile(self):
        raise NotImplementedError

    def _read_rows(self):
        try:
            return read_issued(self.profile_id._as_profile(), self._content())
        except DataError as error:
            raise UserError(self._refusal_text(error)) from error

    def _content(self):
        raw = self.file or b""
        if len(raw) > MAX_BYTES * 4 // 3 + 4:
            raise DataError(
                "too big",
                reason="file_too_big",
                params={"megabytes": len(raw) * 3 // 4 // 1048576, "limit": MAX_BYTES // 1048576},
            )
        try:
            return base64.b64decode(raw)
        except (ValueError, binascii.Error) as error:
            raise DataError("no base64", reason="file_encoding") from error

    @api.model
    def _refusal_text(self, error):
        """Why a file is refused and what to do."""
        texts = {
            "file_empty": self.env._("The file is empty."),
            "file_too_big": self.env._(
                "The file has %(megabytes)s MB; at most %(limit)s MB are read. "
                "Export fewer days at once."
            ),
            "file_is_excel": self.env._(
                "This is an Excel file. Export CSV from the carrier's tool."
            ),
            "file_is_pdf": self.env._("This is a PDF. Export CSV from the carrier's tool."),
            "file_encoding": self.env._(
                "The characters of the file cannot be read. Export it as Shift_JIS or UTF-8."
            ),
            "file_broken_quotes": self.env._(
                "A quotation mark is missing in line %(line)s. Export the file again and do not "
                "open it in between."
            ),
            "file_formula": self.env._(
                "Line %(line)s, column %(column)s holds a formula. For safety the file is not read."
            ),
            "file_too_many_rows": self.env._(
                "More than %(limit)s rows. Export fewer days at once."
            ),
            "file_too_many_columns": self.env._("Line %(line)s has more than %(limit)s columns."),
            "file_cell_too_long": self.env._("Line %(line)s, column %(column)s is far too long."),
            "file_wrong_profile": self.env._(
                "This is not a file of the chosen layout (missing: %(column)s). Choose another one."
            ),
            "file_no_rows": self.env._("The file has no row with a tracking number."),
        }
        text = texts.get(error.reason)
        if not text:
            return error.message
        try:
            return text % error.params
        except KeyError:
            return text

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self._description_text(),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "current",
        }

    def _description_text(self):
        return self.env["ir.model"]._get(self._name).name
