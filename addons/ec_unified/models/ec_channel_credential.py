"""Credentials that end on a known day are counted down: one reminder per step, none twice."""

from datetime import timedelta

from odoo import api, fields, models

from .ec_channel import RUNNING_STATES

#: Days before the end on which the responsible person is reminded.
COUNTDOWN = (30, 14, 7, 1)


class EcChannel(models.Model):
    """The step told last is kept with the end it was told for: a renewed key has another end, so
    its countdown starts anew and what is left of the old one is taken away."""

    _inherit = "ec.channel"

    credential_told_days = fields.Integer(copy=False, readonly=True)
    credential_told_for = fields.Datetime(copy=False, readonly=True)

    def write(self, vals):
        result = super().write(vals)
        if {"credential_expires_at", "state"} & vals.keys():
            self._credential_countdown()
        return result

    @api.model
    def _credential_clock(self):
        """Work of the daily clock; needs no answer of a mall."""
        self.search([("credential_expires_at", "!=", False)])._credential_countdown()

    def _credential_countdown(self):
        """Tell the responsible person when a step of the countdown is reached."""
        for channel in self.sudo():
            ends = channel.credential_expires_at
            if channel.credential_told_for and channel.credential_told_for != ends:
                channel._credential_activities().action_feedback(
                    feedback=self.env._("The credentials were renewed.")
                )
                channel.write({"credential_told_for": False, "credential_told_days": 0})
            step = channel._credential_step()
            if step and step != channel.credential_told_days:
                channel._credential_tell(step)

    def _credential_step(self):
        """The step of the countdown this shop is in, or None."""
        ends = self.credential_expires_at
        if not ends or self.state not in RUNNING_STATES:
            return None
        left = ends - fields.Datetime.now()
        reached = [days for days in COUNTDOWN if left <= timedelta(days=days)]
        return min(reached) if reached else None

    def _credential_tell(self, step):
        """One activity at a time: the one of an earlier step makes room, done or not."""
        working = self._working()
        # The clock's own user has no time zone: the day is the shop's.
        ends = self.company_id._ec_local(self.credential_expires_at)
        day = ends.strftime("%Y/%m/%d %H:%M")
        self._credential_activities().unlink()
        working.activity_schedule(
            "ec_unified.activity_channel_credential",
            date_deadline=ends.date(),
            user_id=self.user_id.id or self.env.ref("base.user_admin").id,
            summary=working.env._("%(shop)s: credentials end on %(day)s", shop=self.name, day=day),
            note=working.env._(
                "Renew them at the mall and enter them here. After %s neither orders nor stock are "
                "exchanged.",
                day,
            ),
        )
        self.write(
            {"credential_told_for": self.credential_expires_at, "credential_told_days": step}
        )

    def _credential_activities(self):
        kind = self.env.ref("ec_unified.activity_channel_credential", False)
        return self.activity_ids.filtered(
            lambda activity: kind and activity.activity_type_id == kind
        )
