"""Each buyer gets his shipped mail once, whatever the mail server does and however Odoo dies
(small; `make bench` sends 1,000, and ``EC_CRASH_MAILS=1000`` has this test do so)."""

import os

import pytest

from . import mails, shops
from .mail_server import MailServer

COUNT = int(os.environ.get("EC_CRASH_MAILS", "120"))
KILLS = 3


@pytest.fixture
def lab():
    with shops.laboratory("ec_mails") as laboratory:
        yield laboratory


def test_each_buyer_gets_exactly_one_mail(lab):
    with MailServer(keep=False) as (mailbox, port):
        numbers = mails.prepare(lab, COUNT, port)
        assert len(numbers) == COUNT
        outcome = mails.run(lab, mailbox, numbers, kills=KILLS, rate=0.1)
    assert outcome.ok, outcome
    assert outcome.struck, "the faults really happened"
