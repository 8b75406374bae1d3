"""Errors a mall can answer with, sorted by who has to act.

The kind decides what the core does: ``transient`` is tried again by itself, ``setup`` pauses the
channel until a manager mends the connection, ``data`` waits in the error inbox for a clerk,
``conflict`` is read again and recomputed, ``bug`` is ours.

Texts here are English and free of personal data and secrets. What a clerk reads is chosen by
``reason`` in the core (``ec.channel._describe_error``), where it can be translated.
"""

KINDS = ("transient", "setup", "data", "conflict", "bug")


class EcError(Exception):
    """Anything a wire client or adapter raises on purpose.

    :param str message: what happened, in English, without secrets or personal data
    :param str reason: machine-readable reason, see the class constants of the subclasses
    :param str code: the mall's own error code, if it gave one
    :param str request_id: the mall's request id, for its support desk
    :param dict params: values for the translated text of ``reason``
    """

    kind = "bug"
    default_reason = "unexpected"

    def __init__(self, message, *, reason=None, code=None, request_id=None, params=None):
        super().__init__(message)
        self.message = message
        self.reason = reason or self.default_reason
        self.code = code
        self.request_id = request_id
        self.params = dict(params or {})


class TransientError(EcError):
    """The mall cannot answer now; the same call may succeed later.

    Reasons: ``unavailable`` (5xx, refused connection), ``timeout``, ``throttled``,
    ``broken_answer`` (cut or non-JSON body), ``maintenance``, ``uncertain_write``.

    :param float retry_after: seconds the mall asks to wait, or None
    """

    kind = "transient"
    default_reason = "unavailable"

    def __init__(self, message, *, retry_after=None, **kwargs):
        super().__init__(message, **kwargs)
        self.retry_after = retry_after


class UncertainWriteError(TransientError):
    """A write was sent and its answer never came: read the mall's state before writing again."""

    default_reason = "uncertain_write"


class SetupError(EcError):
    """The connection itself is wrong; only a manager can mend it.

    Reasons: ``unauthorised`` (key wrong), ``key_expired``, ``function_missing`` (the shop did not
    enable the function, or a new key is not active yet), ``scope_missing``, ``wrong_host``,
    ``not_installed``, ``shop_frozen``, ``credentials_missing``, ``protected_data``.
    """

    kind = "setup"
    default_reason = "unauthorised"


class DataError(EcError):
    """The mall refuses this one document, or we cannot understand it; others may go on.

    Reasons: ``refused``, ``not_found``, ``malformed``, ``too_many``, ``unknown_value``.
    """

    kind = "data"
    default_reason = "refused"


class ConflictError(EcError):
    """The mall's state moved under us: read again, recompute, then decide.

    Reasons: ``stale``, ``wrong_state``, ``in_progress``.
    """

    kind = "conflict"
    default_reason = "stale"
