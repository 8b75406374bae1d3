"""How far a mail got, judged at a real server on this machine."""

import email.message
import smtplib
import socket
import threading

import pytest
from ec_addons.ec_mail_templates.lib.smtp_probe import (
    REFUSED,
    RETRY,
    SENT,
    UNCERTAIN,
    Probe,
)

_OK = {"EHLO": "250 ok", "MAIL": "250 ok", "RCPT": "250 ok", "DATA": "354 go", ".": "250 ok"}


def serve(script):
    """One connection answered by ``script``; "" drops the connection. Returns the port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def run():
        link, _peer = listener.accept()
        with link, link.makefile("rb") as lines:
            link.sendall(b"220 hello\r\n")
            data = False
            for line in lines:
                word = line.decode().strip()
                if data and word != ".":
                    continue
                verb = "." if data else word.split()[0].upper()
                answer = {**_OK, **script}.get(verb, "250 ok")
                if not answer:
                    return
                data = verb == "DATA" and answer.startswith("354")
                link.sendall(f"{answer}\r\n".encode())
                if verb == "QUIT":
                    return

    threading.Thread(target=run, daemon=True).start()
    return listener.getsockname()[1]


@pytest.mark.parametrize(
    ("script", "state", "code"),
    [
        ({}, SENT, 250),
        ({"RCPT": "550 no such user <a@example.com>"}, REFUSED, 550),
        ({"RCPT": "450 busy"}, RETRY, 450),
        ({"MAIL": "552 5.2.0 sender rejected"}, REFUSED, 552),
        ({"DATA": "451 later"}, RETRY, 451),
        ({".": "554 spam"}, REFUSED, 554),
        ({"MAIL": ""}, RETRY, 0),
        ({"DATA": ""}, RETRY, 0),
        ({".": ""}, UNCERTAIN, 0),
    ],
)
def test_verdict(script, state, code):
    session = smtplib.SMTP("127.0.0.1", serve(script), timeout=10)
    message = email.message.EmailMessage()
    message["Subject"] = "x"
    message.set_content("y")
    verdict = Probe(session).deliver(message, "shop@example.com", ["a@example.com"])
    assert (verdict.state, verdict.code) == (state, code)
    assert "@" not in verdict.text
    session.close()
