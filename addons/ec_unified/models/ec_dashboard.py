"""What a clerk sees first: what is to be done today, and whether the shops are well."""

from odoo import api, fields, models
from odoo.fields import Domain

OPEN_STAGES = ("new", "check", "payment", "stock", "ready", "picking", "shipped")
UNPAID = ("unpaid", "partial", "failed")
#: Where a record's shop is, if not in ``channel_id``.
_SHOP_FIELD = {"sale.order": "ec_channel_id", "stock.picking": "sale_id.ec_channel_id"}


class EcDashboard(models.AbstractModel):
    """Counts by a fixed number of grouped queries, whatever the number of orders.

    Every number is counted with the very domain its link opens (``_card_specs``), and under the
    user's own access rights.
    """

    _name = "ec.dashboard"
    _description = "Shop dashboard"

    @api.model
    def get_dashboard_data(self):
        """Everything the screen shows.

        :rtype: dict
        """
        self.env["ec.channel"].check_access("read")
        return {
            "stages": self._stage_cards(),
            "attention": [
                card for key, spec in self._card_specs().items() if (card := self._card(key, spec))
            ],
            "shops": self._shops(),
            "can_manage": self.env["ec.channel"].has_access("write"),
            "now": fields.Datetime.to_string(fields.Datetime.now()),
        }

    @api.model
    def get_action(self, key, channel_id=None):
        """The screen behind a number: exactly the records counted.

        :param str key: of a card, or ``stage:<stage>``
        :rtype: dict
        """
        spec = self._spec(key)
        action = self.env["ir.actions.act_window"]._for_xml_id(spec["action"])
        domain = Domain(spec["domain"])
        if channel_id:
            shop = _SHOP_FIELD.get(spec["model"], "channel_id")
            domain &= Domain(shop, "=", channel_id)
        return {
            **action,
            "display_name": spec["label"],
            "name": spec["label"],
            "domain": list(domain),
            "context": spec.get("context", {}),
            "path": False,
        }

    @api.model
    def _spec(self, key):
        """What ``key`` counts: see ``_card_specs``."""
        if key.startswith("stage:"):
            return self._stage_spec(key.removeprefix("stage:"))
        if key == "open_orders":
            return {
                **self._stage_spec("new"),
                "action": "ec_unified.action_ec_orders",
                "label": self.env._("Open orders"),
                "domain": self._of_shops() & Domain("ec_stage", "in", OPEN_STAGES),
            }
        return self._card_specs()[key]

    @api.model
    def _of_shops(self):
        """Orders that came from a shop.

        Conditions here are ``Domain`` calls: Odoo's extractor of translations takes tuples that
        follow a translated text for texts, too.
        """
        return Domain("ec_channel_id", "!=", False)

    # === STAGES === #

    @api.model
    def _stage_spec(self, stage):
        labels = dict(self.env["sale.order"]._fields["ec_stage"]._description_selection(self.env))
        return {
            "label": labels[stage],
            "model": "sale.order",
            "domain": self._of_shops() & Domain("ec_stage", "=", stage),
            "date": "ec_ordered_at",
            "action": f"ec_unified.action_ec_orders_{stage}",
        }

    @api.model
    def _stage_cards(self):
        """One card per open stage: number of orders and when the oldest was placed."""
        groups = self.env["sale.order"]._read_group(
            self._of_shops() & Domain("ec_stage", "in", OPEN_STAGES),
            ["ec_stage"],
            ["__count", "ec_ordered_at:min"],
        )
        found = {stage: (count, oldest) for stage, count, oldest in groups}
        cards = []
        for stage in OPEN_STAGES:
            count, oldest = found.get(stage, (0, False))
            cards.append(
                {
                    "key": f"stage:{stage}",
                    "stage": stage,
                    "label": self._stage_spec(stage)["label"],
                    "count": count,
                    "oldest": _text(oldest),
                }
            )
        return cards

    # === WHAT NEEDS ATTENTION === #

    @api.model
    def _card_specs(self):
        """Cards beside the stages; extended by other modules.

        ``label``, ``model``, ``domain`` counted and opened, ``date`` field of age, ``action`` xml
        id and its ``context``, ``level`` (danger, warning, info).

        :rtype: dict[str, dict]
        """
        return {
            "ship_today": {
                "label": self.env._("To ship today"),
                "model": "stock.picking",
                "domain": Domain("sale_id.ec_channel_id", "!=", False)
                & Domain("picking_type_code", "=", "outgoing")
                & Domain("state", "in", ["confirmed", "waiting", "assigned"])
                & Domain("scheduled_date", "<=", self._end_of_today()),
                "date": "scheduled_date",
                "action": "ec_unified.action_ec_deliveries",
                "level": "info",
            },
            "shipped_unpaid": {
                "label": self.env._("Shipped but not paid"),
                "model": "sale.order",
                "domain": self._of_shops()
                & Domain("ec_stage", "in", ["shipped", "done"])
                & Domain("ec_payment_state", "in", UNPAID),
                "date": "ec_ordered_at",
                "action": "ec_unified.action_ec_owed",
                "level": "danger",
            },
            **self._exchange_card_specs(),
        }

    @api.model
    def _exchange_card_specs(self):
        """Cards about what is exchanged with the malls; see ``_card_specs``."""
        return {
            "errors": {
                "label": self.env._("Errors"),
                "model": "ec.exchange",
                "domain": Domain("state", "=", "failed"),
                "date": "failed_at",
                "action": "ec_unified.action_ec_exchange_failed",
                "level": "danger",
            },
            "mappings": {
                "label": self.env._("To be assigned"),
                "model": "ec.mapping",
                "domain": Domain("state", "=", "open"),
                "date": "create_date",
                "action": "ec_unified.action_ec_mapping",
                "level": "warning",
            },
            "unmatched": {
                "label": self.env._("Items not matched"),
                "model": "ec.listing.sku",
                "domain": Domain("match_state", "in", ["unmatched", "ambiguous"]),
                "date": None,
                "action": "ec_unified.action_ec_listing_unmatched",
                "context": {"ec_matching": True},
                "level": "warning",
            },
            "stock_refused": {
                "label": self.env._("Stock refused by the mall"),
                "model": "ec.listing.sku",
                "domain": Domain("error_kind", "!=", False),
                "date": None,
                "action": "ec_unified.action_ec_listing_sku",
                "level": "danger",
            },
        }

    @api.model
    def _card(self, key, spec):
        """Count one card; None when the user may not read what it counts."""
        model = self.env[spec["model"]]
        if not model.has_access("read"):
            return None
        aggregates = ["__count"] + ([f"{spec['date']}:min"] if spec["date"] else [])
        [row] = model._read_group(spec["domain"], [], aggregates)
        return {
            "key": key,
            "label": spec["label"],
            "level": spec["level"],
            "count": row[0],
            "oldest": _text(row[1]) if spec["date"] else False,
        }

    @api.model
    def _end_of_today(self):
        """The end of the company's day, as stored (UTC)."""
        return fields.Datetime.to_string(self.env.company._ec_end_of_today())

    # === SHOPS === #

    @api.model
    def _shops(self):
        """One strip per shop."""
        channels = (
            self.env["ec.channel"].with_context(bin_size=True).search([("active", "=", True)])
        )
        states = dict(channels._fields["state"]._description_selection(self.env))
        stages = self._orders_per_shop(channels)
        return [
            {
                "id": channel.id,
                "name": channel.name,
                "color": channel.color,
                "has_icon": bool(channel.icon),
                "state": channel.state,
                "state_label": states[channel.state],
                "remote": channel.is_remote,
                "health": channel.health,
                "problem": channel.last_error or False,
                "waits_until": _text(channel.blocked_until),
                "last_pull": _text(channel.last_pull_at),
                "last_push": _text(channel.last_push_at),
                "stock_lag": channel.stock_lag_label or False,
                "days_left": channel.credential_days_left,
                "errors": channel.exchange_failed_count,
                "unmatched": channel.unmatched_count,
                "open_orders": stages.get(channel.id, 0),
            }
            for channel in channels
        ]

    @api.model
    def _orders_per_shop(self, channels):
        groups = self.env["sale.order"]._read_group(
            [("ec_channel_id", "in", channels.ids), ("ec_stage", "in", OPEN_STAGES)],
            ["ec_channel_id"],
            ["__count"],
        )
        return {channel.id: count for channel, count in groups}


def _text(moment):
    return fields.Datetime.to_string(moment) if moment else False
