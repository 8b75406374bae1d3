"""How far a mail got: what is certain, and what nobody can know.

A mail is out of our hands from the moment its last byte (the lone dot) is written until the server
answers. A connection lost in that window leaves a mail that was perhaps delivered.
"""

from __future__ import annotations

import smtplib
from dataclasses import dataclass

SENT = "sent"
RETRY = "retry"  # certainly not delivered, may work later
REFUSED = "refused"  # certainly not delivered, will not work
UNCERTAIN = "uncertain"  # perhaps delivered

_END = b"\r\n.\r\n"


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
        self._handed = False
        self._send = session.send
        session.send = self._watched_send

    def _watched_send(self, data):
        raw = data if isinstance(data, bytes) else data.encode("ascii", "replace")
        if raw.endswith(_END):
            self._handed = True
        return self._send(data)

    def deliver(self, message, sender: str, recipients: list[str]) -> Verdict:
        """Send one message and judge how it went. Raises nothing of SMTP."""
        self._handed = False
        try:
            self.session.send_message(message, sender, recipients)
            return Verdict(SENT, 250)
        except smtplib.SMTPRecipientsRefused as error:
            code, text = next(iter(error.recipients.values()), (550, b""))
            return self._answered(code, text)
        except smtplib.SMTPResponseException as error:
            return self._answered(error.smtp_code, error.smtp_error)
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            state = UNCERTAIN if self._handed else RETRY
            return Verdict(state, text=type(error).__name__, broken=True)
        except (smtplib.SMTPException, UnicodeError, ValueError) as error:
            return Verdict(REFUSED, text=type(error).__name__, broken=True)

    def _answered(self, code: int, text) -> Verdict:
        text = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
        text = " ".join(part for part in text.split() if "@" not in part)[:200]
        # smtplib closes the session by itself on 421.
        state = REFUSED if 500 <= code < 600 else RETRY
        return Verdict(state, code, text, broken=code == 421 or code < 0)

    def close(self) -> None:
        """End the session politely if it still lives."""
        try:
            self.session.quit()
        except (smtplib.SMTPException, OSError):
            self.session.close()
