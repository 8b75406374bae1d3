"""Leads a person from credentials to a running shop."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.ec_channel import NO_PROVIDER

STEPS = [
    ("credentials", "Credentials"),
    ("check", "Connection check"),
    ("settings", "Settings"),
    ("items", "Items"),
    ("done", "Start"),
]


#: Steps in which the mall is asked.
REMOTE_STEPS = ("check", "items")


class EcChannelOnboarding(models.TransientModel):
    """Connects a shop, step by step. The shop itself (``channel_id``) holds everything that counts,
    so that closing the wizard loses nothing: opened again from the shop it goes on.

    A mall's module adds its credential fields with the names they have on ``ec.channel``, prefixed
    by its provider, and puts them into the group ``credentials`` of the view; they are handed to
    the shop and forgotten here. The mall is only talked to in the background.
    """

    _name = "ec.channel.onboarding"
    _description = "Connect a shop"
    _transient_max_hours = 24

    step = fields.Selection(STEPS, required=True, default="credentials")
    provider = fields.Selection("_selection_provider", string="Mall")
    channel_id = fields.Many2one("ec.channel", string="Shop", readonly=True)
    company_id = fields.Many2one("res.company", default=lambda self: self.env.company)
    name = fields.Char(string="Shop name here", help="Empty: the name the shop has at the mall.")
    api_url = fields.Char(string="Server address")
    show_api_url = fields.Boolean(string="Another server address")

    busy = fields.Boolean(compute="_compute_busy")
    check_ok = fields.Boolean(related="channel_id.check_ok")
    check_running = fields.Boolean(related="channel_id.check_running")
    check_report = fields.Html(related="channel_id.check_report")
    mall_shop_name = fields.Char(related="channel_id.mall_shop_name")

    warehouse_ids = fields.Many2many(
        "stock.warehouse", string="Warehouses", domain="[('company_id', '=', company_id)]"
    )
    import_from = fields.Datetime(string="Receive orders from")
    team_id = fields.Many2one("crm.team", string="Sales team")
    auto_confirm = fields.Boolean(string="Confirm orders at the mall", default=True)
    needs_confirmation = fields.Boolean(related="channel_id.needs_confirmation")
    is_remote = fields.Boolean(compute="_compute_is_remote", string="Has a mall to talk to")
    takes_quotations = fields.Boolean(string="Takes Odoo's own quotations", default=True)

    items_running = fields.Boolean(compute="_compute_busy")
    items_error = fields.Char(compute="_compute_items")
    item_count = fields.Integer(compute="_compute_items", string="SKUs in the shop")
    matched_count = fields.Integer(compute="_compute_items", string="Matched with a product")
    unmatched_count = fields.Integer(compute="_compute_items", string="Not matched")

    # === COMPUTES === #

    @api.model
    def _selection_provider(self):
        options = self.env["ec.channel"]._fields["provider"]._description_selection(self.env)
        return [option for option in options if option[0] != NO_PROVIDER]

    @api.depends("provider")
    def _compute_is_remote(self):
        channels = self.env["ec.channel"]
        for wizard in self:
            wizard.is_remote = channels.new({"provider": wizard.provider or NO_PROVIDER}).is_remote

    @api.depends(
        "step", "channel_id.operation_ids.request_no", "channel_id.operation_ids.answered_no"
    )
    def _compute_busy(self):
        for wizard in self:
            rows = wizard.channel_id.sudo().operation_ids
            items = rows.filtered(lambda r: r.operation == "import_listings")
            wizard.items_running = bool(items) and items.is_waiting
            wizard.busy = (wizard.step == "check" and wizard.check_running) or (
                wizard.step == "items" and wizard.items_running
            )

    @api.depends("step", "channel_id")
    def _compute_items(self):
        for wizard in self:
            channel = wizard.channel_id
            row = channel.sudo().operation_ids.filtered(lambda r: r.operation == "import_listings")
            wizard.items_error = row.error_message
            wizard.item_count = channel.listing_count
            wizard.unmatched_count = channel.unmatched_count
            wizard.matched_count = channel.listing_count - channel.unmatched_count

    @api.onchange("provider")
    def _onchange_provider(self):
        """The mall's own address, where it has one; other malls are asked for theirs."""
        name = f"ec.channel.adapter.{self.provider}"
        known = self.provider and name in self.env and self.env[name]._default_api_url()
        self.api_url = known or False

    # === STEPS === #

    @api.model
    def _start(self, channel):
        """Open the wizard for a shop that exists already, where it was left."""
        return self.create(
            {
                "channel_id": channel.id,
                "provider": channel.provider,
                "company_id": channel.company_id.id,
                "name": channel.name,
                "api_url": channel.api_url,
                "step": "check" if channel.check_done_at else "credentials",
                **self._settings_of(channel),
            }
        )._reopen()

    def action_next(self):
        """Finish the present step and go on to the next."""
        self.ensure_one()
        getattr(self, f"_leave_{self.step}")()
        steps = self._get_steps()
        self.step = steps[steps.index(self.step) + 1]
        return self._reopen()

    def _get_steps(self):
        """The steps of this shop: without a mall there is nothing to check and nothing to read."""
        steps = [step for step, _label in STEPS]
        return steps if self.is_remote else [step for step in steps if step not in REMOTE_STEPS]

    def action_back(self):
        """Go one step back."""
        self.ensure_one()
        steps = self._get_steps()
        self.step = steps[max(steps.index(self.step) - 1, 0)]
        return self._reopen()

    def action_check_again(self):
        """Have the connection checked once more."""
        self.channel_id.button_check_connection()
        return self._reopen()

    def action_read_items_again(self):
        """Have the shop's items read and matched once more."""
        self.channel_id._request_op("import_listings")
        return self._reopen()

    def action_open_unmatched(self):
        """Show the items of the shop that have no product here."""
        return self.env["ec.dashboard"].get_action("unmatched", self.channel_id.id)

    def action_start(self):
        """Let the shop run."""
        self.channel_id.button_activate()
        return self._finish()

    def action_start_receiving(self):
        """Let orders come in, write nothing to the shop yet."""
        self.channel_id.button_receive_only()
        return self._finish()

    def _leave_credentials(self):
        """Hand the credentials to the shop, forget them here, have the connection checked."""
        if not self.provider:
            raise UserError(self.env._("Choose the mall."))
        credentials = self._credential_values()
        if self.channel_id:
            self.channel_id.write({**credentials, **self._address_values()})
        else:
            self.channel_id = self.env["ec.channel"].create(
                {
                    "provider": self.provider,
                    "name": self.name or self._provider_label(),
                    "company_id": self.company_id.id,
                    **credentials,
                    **self._address_values(),
                }
            )
        missing = self.channel_id._missing_for_provider()
        if missing:
            raise UserError(self.env._("Please enter: %s", ", ".join(missing)))
        self.write({**dict.fromkeys(credentials, False), **self._settings_of(self.channel_id)})
        if self.is_remote:
            self.channel_id._request_op("check_connection")
        else:
            self.name = self.channel_id.name

    def _leave_check(self):
        if not self.check_ok:
            raise UserError(
                self.env._("The connection does not work yet. Mend what the check found first.")
            )
        if not self.name:
            self.name = self.mall_shop_name or self._provider_label()
        self.channel_id.name = self.name

    def _leave_settings(self):
        if not self.warehouse_ids:
            raise UserError(self.env._("Choose at least one warehouse."))
        self.channel_id.write(
            {
                "warehouse_ids": [fields.Command.set(self.warehouse_ids.ids)],
                "name": self.name or self.channel_id.name,
                # Orders by hand and by file are wanted, however old they are.
                "import_from": self.is_remote and (self.import_from or fields.Datetime.now()),
                "team_id": self.team_id.id,
                "auto_confirm": self.auto_confirm,
                "takes_quotations": self.takes_quotations and not self.is_remote,
            }
        )
        if self.is_remote:
            self.channel_id._request_op("import_listings")

    def _leave_items(self):
        """Unmatched items stop nobody: their orders arrive with a check on them."""

    # === HELPERS === #

    def _credential_values(self):
        """What was entered of the mall's fields: those named like the shop's own ones."""
        own = [
            name
            for name in self._fields
            if name.startswith(f"{self.provider}_") and name in self.env["ec.channel"]._fields
        ]
        return {name: self[name] for name in own if self[name]}

    def _address_values(self):
        return {"api_url": self.api_url} if self.api_url else {}

    @api.model
    def _settings_of(self, channel):
        return {
            "warehouse_ids": [fields.Command.set(channel.warehouse_ids.ids)],
            "import_from": channel.import_from or fields.Datetime.now(),
            "team_id": channel.team_id.id,
            "auto_confirm": channel.auto_confirm,
        }

    def _provider_label(self):
        return dict(self._selection_provider()).get(self.provider, "")

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Connect a shop"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [[False, "form"]],
            "target": "new",
        }

    def _finish(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.channel_id.name,
            "res_model": "ec.channel",
            "res_id": self.channel_id.id,
            "views": [[False, "form"]],
            "target": "current",
        }
