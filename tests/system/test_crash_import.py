"""Orders survive faults of the malls and hard kills of Odoo (small; `make bench` runs it large)."""

import pytest

from . import crash, shops


@pytest.fixture
def lab():
    with shops.laboratory("ec_crash") as laboratory:
        yield laboratory


def test_nothing_is_lost_or_doubled_under_faults_and_kills(lab):
    outcome = crash.run(lab, 200, kills=3)
    assert outcome.ok, outcome
