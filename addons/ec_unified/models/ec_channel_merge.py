"""With which other orders those of a shop may share a parcel."""

from odoo import fields, models


class EcChannel(models.Model):
    _inherit = "ec.channel"

    merge_policy = fields.Selection(
        [
            ("none", "Every order its own parcel"),
            ("own", "Together with orders of this shop"),
            ("all", "Together with orders of other shops too"),
        ],
        string="One parcel for several orders",
        required=True,
        default="own",
    )
