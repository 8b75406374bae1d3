"""How far a mail got: what is certain, and what nobody can know.

A mail is out of our hands from the moment its last byte (the lone dot) is written until the server
answers. A connection lost in that window leaves a mail that was perhaps delivered; one lost at any
other moment leaves no doubt.
"""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from dataclasses import dataclass

SENT = "sent"
RETRY = "retry"  # certainly not delivered, may work later
REFUSED = "refused"  # certainly not delivered, will not work
UNCERTAIN = "uncertain"  # perhaps delivered
STOPPED = "stopped"  # certainly not delivered: somebody changed his mind

_END = b"\r\n.\r\n"


class StopSending(Exception):
    """Raised by ``before_text``: this mail is not to be sent now."""


@dataclass(slots=True)
class Verdict:
    """Outcome of one mail. ``text`` holds no address."""

    state: str
    code: int = 0
    text: str = ""
    broken: bool = False  # the session cannot be used again


class Probe:
    """Watches one ``smtplib.SMTP`` session."""

    def __init__(self, session: smtplib.SMTP) -> None:
        self.session = session
        self._before_text: Callable[[], None] | None = None
        self._handed = False
        self._answer: tuple[int, object] | None = None
        self._send, self._getreply = session.send, session.getreply
        session.send, session.getreply = self._watched_send, self._watched_reply

    def _watched_send(self, data):
        raw = data if isinstance(data, bytes) else data.encode("ascii", "replace")
        if raw.endswith(_END):
            # smtplib writes the text and its final dot in one go: nothing has left before.
            if self._before_text is not None:
                self._before_text()
            self._handed = True
        return self._send(data)

    def _watched_reply(self):
        reply = self._getreply()
        if self._handed and self._answer is None:
            self._answer = reply
        return reply

    def deliver(
        self,
        message,
        sender: str,
        recipients: list[str],
        before_text: Callable[[], None] | None = None,
    ) -> Verdict:
        """Send one message and judge how it went. Raises nothing of SMTP.

        :param recipients: the buyer first, then blind copies
        :param before_text: called when the server has taken sender and receivers and waits for
            the text; the mail is not sent if it raises ``StopSending``
        """
        self._handed, self._answer, self._before_text = False, None, before_text
        try:
            refused = self.session.send_message(message, sender, recipients)
        except StopSending as error:
            self.session.close()  # no "quit": the server would take it for the mail's text
            return Verdict(STOPPED, text=str(error), broken=True)
        except smtplib.SMTPRecipientsRefused as error:
            return self._answered(*next(iter(error.recipients.values()), (550, b"")))
        except smtplib.SMTPResponseException as error:
            return self._answered(error.smtp_code, error.smtp_error)
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            return self._lost(error)
        except (smtplib.SMTPException, UnicodeError, ValueError) as error:
            return Verdict(REFUSED, text=type(error).__name__, broken=True)
        if recipients[0] in refused:  # only the blind copy was taken
            return self._answered(*refused[recipients[0]])
        return Verdict(SENT, 250)

    def _lost(self, error) -> Verdict:
        """The connection broke: what counts is whether the text was answered before."""
        if self._answer is not None and self._answer[0] > 0:
            verdict = self._answered(*self._answer)
            verdict.broken = True
            return verdict
        state = UNCERTAIN if self._handed else RETRY
        return Verdict(state, text=type(error).__name__, broken=True)

    def _answered(self, code: int, text) -> Verdict:
        text = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
        text = " ".join(part for part in text.split() if "@" not in part)[:200]
        if 500 <= code < 600:
            state = REFUSED
        elif 200 <= code < 300 and self._handed:
            state = SENT
        elif code < 0 and self._handed:  # an answer that is none
            state = UNCERTAIN
        else:
            state = RETRY
        # smtplib closes the session by itself on 421.
        return Verdict(state, code, text, broken=code == 421 or code < 0)

    def close(self) -> None:
        """End the session politely if it still lives."""
        try:
            self.session.quit()
        except (smtplib.SMTPException, OSError):
            self.session.close()
