"""Which records of Odoo's log fail the install leg."""

from __future__ import annotations

from tools import odoo_run

HEAD = "2026-11-22 02:55:33,503 9932"


def test_only_problems_are_found_with_their_traceback():
    log = "\n".join(
        [
            f"{HEAD} INFO db odoo.modules: fine",
            f"{HEAD} WARNING db odoo.modules: careful",
            "Stack (most recent call last):",
            f"{HEAD} INFO db odoo.modules: the word ERROR in a text",
            f"{HEAD} ERROR db odoo.modules: broken",
            f"{HEAD} CRITICAL db odoo.modules: gone",
        ]
    )
    found = odoo_run.problems(log)
    assert [line.split()[3] for line in found] == ["WARNING", "ERROR", "CRITICAL"]
    assert "Stack" in found[0]


def test_a_traceback_without_a_record_is_a_problem():
    found = odoo_run.problems("Traceback (most recent call last):\n  x\nValueError: y\n")
    assert len(found) == 1 and "ValueError" in found[0]


def test_free_port_is_free():
    assert odoo_run.is_free(odoo_run.free_port())
