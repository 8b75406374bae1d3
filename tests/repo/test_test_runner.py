"""A leg of the tests that dies counts as failed, and says why."""

from __future__ import annotations

import pytest

from tools.console import ToolError
from tools.legs import Counts
from tools.test_runner import Run, counted


def _tool_error() -> Counts:
    raise ToolError("chromium is missing")


def _bug() -> Counts:
    raise KeyError("of the leg itself")


def _interrupted() -> Counts:
    raise KeyboardInterrupt


def test_a_good_leg_counts_what_it_counted():
    assert counted("leg x", lambda: Counts(passed=3)).passed == 3


@pytest.mark.parametrize(
    ("work", "said"), [(_tool_error, "chromium is missing"), (_bug, "of the leg itself")]
)
def test_a_leg_that_dies_is_one_failure_with_its_reason(work, said):
    counts = counted("leg x", work)
    assert (counts.passed, counts.failed) == (0, 1)
    assert said in counts.report and "leg x" in counts.report


def test_a_bug_shows_its_trace():
    assert "Traceback" in counted("leg x", _bug).report


def test_ctrl_c_ends_the_run():
    with pytest.raises(KeyboardInterrupt):
        counted("leg x", _interrupted)


def test_a_lane_that_dies_is_counted(capsys):
    run = Run(["pure"])
    run._guarded("first lane", _bug)
    run._guarded("second lane", lambda: None)
    assert [result.counts.failed for result in run.results] == [1]
    assert "of the leg itself" in capsys.readouterr().out
