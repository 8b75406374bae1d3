"""One shop account on one mall: settings, state and the way to its adapter."""

import base64
from contextlib import suppress

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools.misc import file_open

from ..lib.errors import SetupError

NO_PROVIDER = "none"
#: States in which the shop's orders are received, and in which the shop may be written to.
RUNNING_STATES = ("test", "active")
WRITING_STATES = ("active",)


class EcChannel(models.Model):
    """A shop. The mall behind it is chosen by ``provider``; what it does differently lives in the
    adapter ``ec.channel.adapter.<provider>``, never here.

    Keep this row cold: whatever changes while the shop runs (cursors, health, times) is kept in
    ``ec.channel.operation``, one row per operation. A hot row here would make every concurrent
    insert that refers to the channel fail with a serialization error.
    """

    _name = "ec.channel"
    _description = "Shop"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    provider = fields.Selection(
        [(NO_PROVIDER, "Not chosen")],
        string="Mall",
        required=True,
        default=NO_PROVIDER,
        help="The marketplace or cart system the shop is on.",
    )
    state = fields.Selection(
        [
            ("draft", "Being set up"),
            ("test", "Receive only"),
            ("active", "Running"),
            ("paused", "Paused"),
        ],
        required=True,
        default="draft",
        copy=False,
        tracking=True,
        help="Receive only: orders come in, nothing is written to the shop.",
    )
    resume_state = fields.Char(string="State before the pause", readonly=True, copy=False)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        default=lambda self: self.env.user,
        check_company=True,
        help="Is told when the connection needs a person.",
    )
    team_id = fields.Many2one("crm.team", string="Sales team", check_company=True)
    warehouse_ids = fields.Many2many(
        "stock.warehouse",
        string="Warehouses",
        check_company=True,
        default=lambda self: self._default_warehouse_ids(),
        help="Their stock is offered in the shop; orders are shipped from the first one that has "
        "all of the order.",
    )
    pricelist_id = fields.Many2one("product.pricelist", check_company=True)
    color = fields.Integer(string="Colour")
    icon = fields.Image(
        string="Picture",
        compute="_compute_icon",
        store=True,
        readonly=False,
        max_width=128,
        max_height=128,
    )
    api_url = fields.Char(
        string="Server address",
        compute="_compute_api_url",
        store=True,
        readonly=False,
        precompute=True,
        help="Filled with the mall's own address. Only change it for a proxy or a simulator.",
    )
    import_from = fields.Datetime(
        string="Receive orders from",
        copy=False,
        help="Orders placed earlier are not received. Empty: as far back as the mall shows them.",
    )
    auto_confirm = fields.Boolean(
        string="Confirm orders at the mall",
        default=True,
        help="Tell the mall by itself that the order is accepted, where it waits for that.",
    )
    order_prefix = fields.Char(help="Put before the mall's order number to make the order's name.")
    partner_policy = fields.Selection(
        [
            ("match", "Recognise returning buyers"),
            ("new", "A new contact for every order"),
        ],
        string="Buyers",
        required=True,
        default="match",
    )
    pull_seconds = fields.Integer(
        string="Fetch orders every (seconds)",
        compute="_compute_pull_seconds",
        precompute=True,
        store=True,
        readonly=False,
        required=True,
        help="Where the mall sends notifications, orders come at once; this is the safety net.",
    )
    credential_expires_at = fields.Datetime(string="Credentials expire", copy=False)
    credential_days_left = fields.Integer(compute="_compute_credential_days_left")
    mall_shop_name = fields.Char(string="Shop name at the mall", copy=False, readonly=True)
    mall_shop_ref = fields.Char(string="Shop id at the mall", copy=False, readonly=True)
    needs_confirmation = fields.Boolean(
        compute="_compute_support", string="Mall awaits confirmation"
    )
    is_remote = fields.Boolean(compute="_compute_support", string="Has a mall to talk to")
    support_webhook = fields.Boolean(compute="_compute_support", string="Mall sends notifications")
    support_cancel = fields.Boolean(
        compute="_compute_support", string="Orders can be cancelled here"
    )

    _pull_seconds_sensible = models.Constraint(
        "CHECK (pull_seconds >= 10)", "Leave the mall at least 10 seconds between two looks."
    )

    # === FIELD PARAMETERS === #

    def _valid_field_parameter(self, field, name):
        # required_if_provider: as in payment. ec_secret: value never appears in a log or error.
        own = ("required_if_provider", "ec_secret")
        return name in own or super()._valid_field_parameter(field, name)

    # === DEFAULTS AND COMPUTES === #

    @api.model
    def _default_warehouse_ids(self):
        return self.env["stock.warehouse"].search(
            [("company_id", "=", self.env.company.id)], limit=1
        )

    @api.depends("provider")
    def _compute_icon(self):
        icons = {}
        for channel in self:
            provider = channel.provider
            if provider not in icons:
                icons[provider] = self._provider_icon(provider)
            channel.icon = icons[provider] or channel.icon

    @api.model
    def _provider_icon(self, provider):
        """The picture of the module that brings ``provider``, else our own; base64."""
        for module in (f"ec_channel_{provider}", "ec_unified"):
            with suppress(FileNotFoundError, ValueError):
                path = f"{module}/static/description/icon.png"
                with file_open(path, "rb", filter_ext=(".png",)) as handle:
                    return base64.b64encode(handle.read())
        return False

    @api.depends("provider")
    def _compute_api_url(self):
        for channel in self:
            adapter = channel._adapter_or_none()
            known = adapter._default_api_url() if adapter is not None else None
            channel.api_url = known or False

    @api.depends("credential_expires_at")
    def _compute_credential_days_left(self):
        now = fields.Datetime.now()
        for channel in self:
            expires = channel.credential_expires_at
            # -1 = no known expiry; an expired credential counts 0.
            channel.credential_days_left = max((expires - now).days, 0) if expires else -1

    @api.depends("provider")
    def _compute_support(self):
        for channel in self:
            adapter = channel._adapter_or_none()
            support = adapter._support() if adapter is not None else {}
            channel.is_remote = support.get("remote", True)
            channel.needs_confirmation = support.get("confirm", False)
            channel.support_webhook = support.get("webhook", False)
            channel.support_cancel = support.get("cancel", False)

    @api.depends("provider")
    def _compute_pull_seconds(self):
        for channel in self:
            channel.pull_seconds = 30 if channel.support_webhook else 15

    # === CONSTRAINTS AND CRUD === #

    @api.constrains("provider", "state")
    def _check_provider(self):
        for channel in self:
            if channel.state in RUNNING_STATES and channel.provider == NO_PROVIDER:
                raise ValidationError(
                    self.env._("Choose the mall of “%s” before it can run.", channel.name)
                )

    @api.model_create_multi
    def create(self, vals_list):
        channels = super().create(vals_list)
        channels._check_required_if_provider()
        channels._sync_crons()
        return channels

    def write(self, vals):
        result = super().write(vals)
        self._check_required_if_provider()
        if {"state", "active", "provider", "pull_seconds", "name"} & vals.keys():
            self._sync_crons()
        return result

    def unlink(self):
        crons = self.sudo().with_context(active_test=False).cron_ids
        actions = crons.ir_actions_server_id
        crons.unlink()
        actions.unlink()
        return super().unlink()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_running(self):
        if any(channel.state in RUNNING_STATES for channel in self):
            raise UserError(self.env._("Pause the shop before deleting it."))

    def copy_data(self, default=None):
        vals_list = super().copy_data(default=default)
        return [
            dict(vals, name=self.env._("%s (copy)", channel.name))
            for channel, vals in zip(self, vals_list, strict=True)
        ]

    def _check_required_if_provider(self):
        """Refuse to run a shop while a field its mall needs is empty.

        :raise ValidationError: a field with ``required_if_provider`` is missing
        """
        for channel in self.sudo().filtered(lambda c: c.state in RUNNING_STATES):
            missing = channel._missing_for_provider()
            if missing:
                raise ValidationError(
                    self.env._("Fill in before the shop can run: %s", ", ".join(missing))
                )

    def _missing_for_provider(self):
        """Labels of the fields this channel's mall needs and that are empty."""
        self.ensure_one()
        channel = self.sudo()
        return [
            field._description_string(self.env)
            for name, field in self._fields.items()
            if getattr(field, "required_if_provider", None) == channel.provider
            and not channel[name]
        ]

    # === ADAPTER === #

    def _adapter(self):
        """The adapter of this channel's mall.

        :rtype: ``ec.channel.adapter.<provider>`` model, in this record's environment
        :raise SetupError: the module of the mall is not installed
        """
        self.ensure_one()
        adapter = self._adapter_or_none()
        if adapter is None:
            raise SetupError(
                f"no adapter for provider {self.provider}",
                reason="module_missing",
                params={"what": self.provider},
            )
        return adapter

    def _adapter_or_none(self):
        name = f"ec.channel.adapter.{self.provider}"
        return self.env[name] if name in self.env else None

    def _secrets(self):
        """Values that must never appear in logs, errors or excerpts (fields with ``ec_secret``)."""
        self.ensure_one()
        channel = self.sudo()
        return tuple(
            str(channel[name])
            for name, field in self._fields.items()
            if getattr(field, "ec_secret", False) and channel[name]
        )

    def _rate_slots(self):
        """The rate limit book of this channel, shared by all processes.

        :return: object with ``reserve(key, interval, now)``, see ``lib.ratelimit.MemorySlots``
        """
        self.ensure_one()
        return self.env["ec.rate.slot"]._book(self.id)

    def _on_provider_removed(self):
        """For ``ondelete`` of ``provider``: the mall's module goes, the shop stays, stopped."""
        self.write({"provider": NO_PROVIDER, "state": "paused"})

    def _working(self):
        """This channel as background work needs it: full rights, the shop's company and the
        responsible person's language (texts written by the machine are read by people)."""
        self.ensure_one()
        channel = self.sudo()
        lang = channel.user_id.lang or channel.company_id.partner_id.lang or self.env.user.lang
        return channel.with_company(channel.company_id).with_context(lang=lang)

    # === BUTTONS === #

    def button_activate(self):
        """Let the shop run: orders in, stock and shipments out."""
        self._check_manager()
        self.write({"state": "active"})
        self._trigger_op("pull_orders")
        self._trigger_op("push_stock")
        return True

    def button_receive_only(self):
        """Let the shop run without writing anything to it."""
        self._check_manager()
        self.write({"state": "test"})
        self._trigger_op("pull_orders")
        return True

    def button_pause(self):
        """Stop all exchange with the shop."""
        self._check_manager()
        for channel in self.filtered(lambda channel: channel.state != "paused"):
            channel.write({"state": "paused", "resume_state": channel.state})
        return True

    def button_resume(self):
        """Go on as before the pause: a shop that only received writes nothing to the mall."""
        for channel in self:
            if channel.resume_state == "test":
                channel.button_receive_only()
            else:
                channel.button_activate()
        return True

    def button_onboarding(self):
        """Open the wizard that leads to a running shop."""
        self.ensure_one()
        self._check_manager()
        return self.env["ec.channel.onboarding"]._start(self)

    def button_fetch_orders(self):
        """Have orders fetched now, in the background."""
        self._check_manager()
        self._trigger_op("pull_orders")
        return self.env["ec.exchange"]._notify_client(
            self.env._("Orders are being fetched."), kind="success"
        )

    def _check_manager(self):
        """:raise AccessError: the user may not run shops"""
        self.check_access("write")
