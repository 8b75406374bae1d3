from odoo import api, fields, models

from ..lib import standard


class EcLabelFold(models.Model):
    """A character carriers' tools may refuse, and what is written instead."""

    _name = "ec.label.fold"
    _description = "Replaced character"
    _order = "char"
    _rec_name = "char"

    char = fields.Char(string="Character", required=True, size=1)
    replacement = fields.Char(help="Empty: the character is left out.")

    _char_unique = models.Constraint("UNIQUE (char)", "This character is already in the table.")

    @api.model
    def _load_standard(self):
        """Add the characters we know of; never change a line that is there."""
        rows = standard.fold_rows()
        found = self.search([("char", "in", [row["char"] for row in rows])])
        known = set(found.mapped("char"))
        return self.create([row for row in rows if row["char"] not in known])

    @api.model
    def _fold_table(self):
        """{character: replacement} for the engine."""
        folds = self.sudo().search([("char", "!=", False)])
        return {fold.char: fold.replacement or "" for fold in folds}
