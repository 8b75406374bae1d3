"""Orders survive faults of the malls and hard kills of Odoo (small; `make bench` runs it large)."""

import pytest

from tools.lab import Lab

from . import crash, shops


@pytest.fixture
def lab():
    malls = shops.start_malls()
    try:
        with Lab("ec_crash", malls) as laboratory:
            shops.connect(laboratory)
            yield laboratory
    finally:
        for mall in malls.values():
            mall.stop()


def test_nothing_is_lost_or_doubled_under_faults_and_kills(lab):
    outcome = crash.run(lab, 200, kills=3)
    assert outcome.ok, outcome
