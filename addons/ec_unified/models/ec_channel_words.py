"""Errors in a clerk's words: what happened, and what to do about it."""

from odoo import api, models

from ..lib.errors import EcError


class EcChannel(models.Model):
    """Texts are chosen by the error's ``reason`` when they are read, in the reader's language."""

    _inherit = "ec.channel"

    def _describe_error(self, error):
        """What a clerk reads about ``error``: what happened and what to do, in their language.

        :param Exception error: an ``EcError``, or anything else (then it is our bug)
        :rtype: str
        """
        if not isinstance(error, EcError):
            return self._describe_reason("unexpected", None, "bug")
        return self._describe_reason(error.reason, self._safe_params(error) or {}, error.kind)

    def _describe_reason(self, reason, params, kind):
        """As ``_describe_error``, from the stored parts of an error.

        The adapter is asked first: it knows the names of the mall's own screens.
        """
        params = params or {}
        adapter = self._adapter_or_none() if len(self) == 1 else None
        if adapter is not None:
            text = adapter._describe_reason(self, reason, params)
            if text:
                return text
        text = self._reason_texts().get(reason) or self._kind_texts()[kind or "bug"]
        return text % _Params(params)

    @api.model
    def _kind_texts(self):
        return {
            "transient": self.env._(
                "The mall cannot answer right now. It is tried again by itself."
            ),
            "setup": self.env._(
                "The connection to the mall is not right. Open the shop and check it."
            ),
            "data": self.env._(
                "The mall refuses this document. Open it, correct it and try again."
            ),
            "conflict": self.env._(
                "It was changed at the mall meanwhile. It is read again by itself."
            ),
            "bug": self.env._(
                "An unexpected error. Try again; if it stays, tell your administrator."
            ),
        }

    @api.model
    def _reason_texts(self):
        """Text per reason of ``lib.errors``; ``%(what)s`` and others come from the error."""
        return {
            **self._passing_reason_texts(),
            **self._setup_reason_texts(),
            **self._document_reason_texts(),
        }

    @api.model
    def _passing_reason_texts(self):
        """What goes away by itself."""
        return {
            "unavailable": self.env._("The mall does not answer. It is tried again by itself."),
            "timeout": self.env._("The mall took too long to answer. It is tried again by itself."),
            "throttled": self.env._("Too many calls for the mall right now. It goes on by itself."),
            "broken_answer": self.env._(
                "The mall's answer was damaged. It is tried again by itself."
            ),
            "maintenance": self.env._(
                "The mall is under maintenance. It goes on by itself afterwards."
            ),
            "uncertain_write": self.env._(
                "The connection broke while writing. What the mall has is read before it is tried "
                "again."
            ),
        }

    @api.model
    def _setup_reason_texts(self):
        """What a manager has to mend, here or at the mall."""
        return {
            "unauthorised": self.env._(
                "The mall refuses the credentials. Open the shop and enter the current ones."
            ),
            "key_expired": self.env._(
                "The credentials have expired. Renew them at the mall and enter them in the shop."
            ),
            "function_missing": self.env._(
                "A function is not enabled for the credentials: %(what)s. Enable it at the mall; "
                "it may take until the next day to work."
            ),
            "scope_missing": self.env._(
                "Permissions are missing: %(what)s. Grant them to the app at the mall."
            ),
            "wrong_host": self.env._(
                "There is no such mall server: %(what)s. Check the shop's address."
            ),
            "not_installed": self.env._(
                "The app is not installed in the shop. Install it at the mall."
            ),
            "shop_frozen": self.env._(
                "The shop is frozen or closed at the mall. Ask the mall's support."
            ),
            "credentials_missing": self.env._("Credentials are not entered: %(what)s."),
            "protected_data": self.env._(
                "The mall withholds personal data: %(what)s. Ask the mall for access to it."
            ),
            "module_missing": self.env._(
                "The module for this mall is not installed: %(what)s. Install it under Apps."
            ),
        }

    @api.model
    def _document_reason_texts(self):
        """What concerns one document or one action."""
        return {
            "refused": self.env._("The mall refuses it (%(code)s). Correct it and try again."),
            "not_found": self.env._(
                "The mall does not know it: %(what)s. It may have been deleted there."
            ),
            "key_expires_soon": self.env._(
                "The credentials expire on %(expires_at)s. Renew them at the mall before that."
            ),
            "currency_mismatch": self.env._(
                "The shop sells in %(value)s, the company here keeps its books in another currency."
            ),
            "malformed": self.env._(
                "The mall's document cannot be read. Tell your administrator; nothing was booked."
            ),
            "too_many": self.env._(
                "More than the mall takes at once. It is sent in smaller parts."
            ),
            "unknown_value": self.env._(
                "An unknown value from the mall: %(what)s. Say what it means under Assignments."
            ),
            "stale": self.env._(
                "It was changed at the mall meanwhile. It is read again by itself."
            ),
            "wrong_state": self.env._(
                "The mall does not allow this in the order's present state: %(what)s."
            ),
            "in_progress": self.env._(
                "The mall is still working on it. It is tried again by itself."
            ),
            "rejected": self.env._("It does not fit the settings here: %(what)s"),
            "unsupported": self.env._("This mall cannot do that: %(what)s."),
        }


class _Params(dict):
    """Values for a text. ``what`` is the most telling value there is; a missing one shows as a dash
    instead of breaking the text."""

    ABOUT = (
        "function", "functions", "scope", "scopes", "host", "shop", "field", "fields", "value",
        "state", "sku", "item", "order", "expires_at", "operation",
    )  # fmt: skip

    def __missing__(self, key):
        if key == "what":
            return next((self[name] for name in self.ABOUT if self.get(name)), "–")
        return "–"
