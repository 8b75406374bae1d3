"""Numbers for a whole batch of orders at once."""

from odoo import models


class IrSequence(models.Model):
    _inherit = "ir.sequence"

    def _ec_next_many(self, count):
        """Return the next ``count`` numbers, in one query where the sequence allows gaps."""
        self.ensure_one()
        if self.implementation != "standard" or self.use_date_range or self.number_increment != 1:
            return [self.next_by_id() for _n in range(count)]
        self.env.cr.execute(
            "SELECT nextval(%s) FROM generate_series(1, %s)", (f"ir_sequence_{self.id:03d}", count)
        )
        return [self.get_next_char(number) for (number,) in self.env.cr.fetchall()]
