"""A mail server on this machine that keeps what it took, writes a log, and fails as told.

Used by the system test and the benchmark, and by the mail module's own tests.
"""

from __future__ import annotations

import asyncio
import email
import email.policy
import random
import socket
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

#: What can go wrong with one mail: where, and how. "taken" ones are delivered all the same.
FAULTS = (
    "ehlo: drop",
    "mail: 451 4.3.2 try later",
    "mail: drop",
    "rcpt: 450 4.2.1 mailbox busy",
    "rcpt: drop",
    "data: 421 4.3.2 closing",
    "data: drop",
    "text: drop",
    "dot: 452 4.3.1 queue full",
    "dot: 554 5.7.1 refused",
    "dot: drop",
    "dot: taken, drop",
)


@dataclass
class Letter:
    """A mail the server took."""

    sender: str
    receivers: list[str]
    message_id: str
    subject: str
    content: bytes = b""

    @property
    def message(self) -> Any:
        """The mail, parsed."""
        return email.message_from_bytes(self.content, policy=email.policy.default)


@dataclass
class Mailbox:
    """aiosmtpd's handler.

    :param rate: share of mails struck by one of ``kinds``; ``plan`` strikes the next ones in order
    """

    rate: float = 0.0
    seed: int = 7
    kinds: tuple[str, ...] = FAULTS
    keep: bool = True
    plan: list[str | None] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    struck: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)
        self.lock = threading.Lock()

    def log_text(self) -> str:
        """The log of this server, as Postfix writes it."""
        with self.lock:
            return "\n".join(
                f"Nov 22 10:00:00 mail postfix/cleanup[1]: {number:06X}: message-id="
                f"{letter.message_id}"
                for number, letter in enumerate(self.letters)
            )

    def choose(self, session: Any) -> None:
        """Decide what happens to the next mail of this session."""
        with self.lock:
            if self.plan:
                session.fault = self.plan.pop(0)
            elif self.rate and self.rng.random() < self.rate:
                session.fault = self.rng.choice(self.kinds)
            else:
                session.fault = None

    def strike(self, server: Any, where: str) -> str | None:
        """The answer if this mail's fault belongs here; "drop" cuts the connection."""
        if not hasattr(server.session, "fault"):
            self.choose(server.session)
        place, _colon, what = (server.session.fault or "").partition(": ")
        if place != where:
            return None
        self.struck[server.session.fault] += 1
        del server.session.fault
        if what.endswith("drop"):
            server.transport.abort()
        return what

    async def handle_EHLO(self, server, session, envelope, hostname, responses):  # noqa: N802
        """First words of a session."""
        session.host_name = hostname
        if self.strike(server, "ehlo"):
            return []
        return responses

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802
        """The sender."""
        if what := self.strike(server, "mail"):
            return what
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        """A receiver."""
        if what := self.strike(server, "rcpt"):
            return what
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        """The whole text has arrived."""
        what = self.strike(server, "dot")
        if what is None or what.startswith("taken"):
            self._take(envelope)
        if hasattr(session, "fault"):
            del session.fault
        if what and what.endswith("drop"):
            await asyncio.sleep(0)
            return "451 gone"
        return what or "250 OK"

    def _take(self, envelope: Any) -> None:
        head = envelope.content.split(b"\r\n\r\n", 1)[0] + b"\r\n\r\n"
        parsed = email.message_from_bytes(head, policy=email.policy.default)
        letter = Letter(
            envelope.mail_from,
            list(envelope.rcpt_tos),
            str(parsed["Message-Id"]),
            str(parsed["Subject"]),
            envelope.content if self.keep else b"",
        )
        with self.lock:
            self.letters.append(letter)


class FaultySmtp(SMTP):
    """Can also fail between the command DATA and the end of the text."""

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        """The command DATA."""
        mailbox = self.event_handler
        if what := mailbox.strike(self, "data"):
            if not what.endswith("drop"):
                await self.push(what)
                self.transport.close()
            return
        if mailbox.strike(self, "text"):
            return
        await super().smtp_DATA(arg)


class _Controller(Controller):
    def factory(self) -> SMTP:
        return FaultySmtp(self.handler, hostname="mail.example.com", enable_SMTPUTF8=True)


class MailServer:
    """``with MailServer() as (mailbox, port):``"""

    def __init__(self, **options: Any) -> None:
        self.mailbox = Mailbox(**options)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._controller = _Controller(
            self.mailbox, hostname="127.0.0.1", port=self.port, ready_timeout=30
        )

    def __enter__(self) -> tuple[Mailbox, int]:
        self._controller.start()
        return self.mailbox, self.port

    def __exit__(self, *exc: object) -> None:
        self._controller.stop()
