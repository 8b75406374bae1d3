"""A command that ends leaves PostgreSQL to the others that still use it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import postgres


@pytest.fixture(autouse=True)
def own_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "_USERS", tmp_path / "pg.users")


def test_only_the_last_user_may_stop_the_server() -> None:
    bench, tests = postgres._InUse(), postgres._InUse()
    bench.hold()
    tests.hold()
    assert not tests.was_last()
    assert bench.was_last()


def test_a_command_that_never_used_the_server_asks_too() -> None:
    bench = postgres._InUse()
    bench.hold()
    assert not postgres._InUse().was_last()
    assert bench.was_last()
    assert postgres._InUse().was_last()
