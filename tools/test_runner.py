"""``make test``: all legs, their counts added up; the last line is `N passed, N failed`.

    prepare   Odoo, Python, system packages          (downloads, cached)
    lint      ruff, pylint-odoo, data files, layers
    pure      wire clients, simulators, repository: plain pytest
    install   -i, at_install tests, -u, uninstall: a clean log each time
    i18n      every term of ours is translated
    odoo      post_install tests and browser tours by pytest-odoo
    system    Odoo processes killed, malls failing: tests from outside

Two lanes run side by side, for two cores: lint, pure and install need no template with
our addons; i18n, odoo and system do. A leg that crashes counts as failed.
"""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from . import database, environment, legs, postgres, python_env, system
from .console import ToolError, say
from .environment import Environment
from .legs import Counts

LEGS = ("lint", "pure", "install", "i18n", "odoo", "system")


@dataclass
class Result:
    """What became of one leg."""

    name: str
    counts: Counts
    seconds: float


def counted(what: str, work: Callable[[], Counts]) -> Counts:
    """What ``work`` counted. Whatever it raises is one failure that shows its whole trace: nothing
    passes unseen, and the other legs still run."""
    try:
        return work()
    except ToolError as error:
        report = f"{what} could not run: {error}"
    except Exception:
        report = f"{what} crashed:\n{traceback.format_exc()}"
    return Counts(failed=1, report=report)


class Run:
    """One run of the wanted legs."""

    def __init__(self, wanted: list[str]):
        self.wanted = wanted or list(LEGS)
        self.results: list[Result] = []
        self._lock = threading.Lock()
        self._base_ready = threading.Event()
        self._env: Environment | None = None

    def leg(self, name: str, function: Callable[[], Counts]) -> None:
        """Run one leg; whatever it raises is one failure."""
        if name not in self.wanted and name != "prepare":
            return
        say(f"leg {name}: started")
        start = time.monotonic()
        counts = counted(f"leg {name}", function)
        seconds = time.monotonic() - start
        with self._lock:
            self.results.append(Result(name, counts, seconds))
            if counts.report:
                print(counts.report, flush=True)
            say(f"leg {name}: {counts} in {seconds:.0f} s")

    def prepare(self) -> Counts:
        """Fetch everything; the database server runs afterwards."""
        installing = threading.Thread(target=self._system)
        installing.start()
        self._env = environment.ensure()
        installing.join()
        database.drop_stale(self._env)
        return Counts()

    @staticmethod
    def _system() -> None:
        try:
            system.ensure()
        except ToolError as error:
            # The tests that need the package fail and name it.
            say(str(error))

    def first_lane(self) -> None:
        """Legs that need no template of our addons."""
        python = python_env.ensure()
        self.leg("lint", partial(legs.lint, python))
        self.leg("pure", partial(legs.pure, python))
        self._base_ready.wait()
        if self._env:
            self.leg("install", partial(legs.install, self._env))

    def second_lane(self) -> None:
        """The templates, and the legs that work on copies of them."""
        env = self._env
        try:
            if {"install", "i18n", "odoo", "system"} & set(self.wanted):
                database.ensure_base(env)
        finally:
            self._base_ready.set()
        if {"i18n", "odoo", "system"} & set(self.wanted):
            template = database.ensure_ours(env)
            self.leg("i18n", partial(legs.translations, env, template))
            self.leg("odoo", partial(legs.odoo, env, template))
            self.leg("system", partial(legs.system, env.python))

    def all(self) -> None:
        """Run both lanes to their end."""
        self.leg("prepare", self.prepare)
        if self._env is None:
            return
        lane = threading.Thread(target=self._guarded, args=("first lane", self.first_lane))
        lane.start()
        self._guarded("templates", self.second_lane)
        lane.join()

    def _guarded(self, name: str, lane: Callable[[], None]) -> None:
        """Count a lane that dies outside of a leg as one failure."""

        def work() -> Counts:
            lane()
            return Counts()

        counts = counted(name, work)
        if counts.failed:
            print(counts.report, flush=True)
            with self._lock:
                self.results.append(Result(name, counts, 0))


def main(arguments: list[str]) -> int:
    """Command `test`."""
    unknown = set(arguments) - set(LEGS)
    if unknown:
        raise ToolError(f"no such leg: {', '.join(sorted(unknown))} (of {', '.join(LEGS)})")
    was_running = postgres.is_running()
    run = Run(arguments)
    start = time.monotonic()
    try:
        run.all()
    finally:
        if not was_running:
            postgres.stop_if_unused()
    total = sum((result.counts for result in run.results), Counts())
    done = {result.name for result in run.results}
    for name in run.wanted:
        if name not in done:
            print(f"leg {name} did not run", flush=True)
            total += Counts(failed=1)
    print(f"\n{'leg':10} {'passed':>7} {'failed':>7} {'seconds':>8}")
    for result in run.results:
        counts = result.counts
        print(f"{result.name:10} {counts.passed:7} {counts.failed:7} {result.seconds:8.0f}")
    if missing := system.missing_text():
        print(missing)
    print(f"whole run: {(time.monotonic() - start) / 60:.1f} minutes")
    print(f"{total.passed} passed, {total.failed} failed", flush=True)
    return 1 if total.failed or not total.passed else 0
