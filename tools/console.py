"""What the tools print, and the one error type that is shown without a traceback."""

from __future__ import annotations

import sys
import time


class ToolError(Exception):
    """A problem the reader can act on; its text names the fix."""


def say(message: str) -> None:
    """Print one line of progress on stderr, so that stdout stays machine readable."""
    print(f"[ec] {message}", file=sys.stderr, flush=True)


class Progress:
    """A percentage line: rewritten on a terminal, one line per 25 % in a log."""

    def __init__(self, label: str, total: int | None):
        self.label = label
        self.total = total
        self._is_terminal = sys.stderr.isatty()
        self._last = -1
        self._last_time = 0.0

    def update(self, done: int) -> None:
        """Show that ``done`` bytes of the total are there."""
        step = self._step(done)
        if step == self._last:
            return
        self._last = step
        text = f"[ec] {self.label}: {self._describe(done)}"
        end = "\r" if self._is_terminal else "\n"
        print(text.ljust(60), end=end, file=sys.stderr, flush=True)

    def finish(self) -> None:
        """End the line on a terminal."""
        if self._is_terminal and self._last >= 0:
            print(file=sys.stderr, flush=True)

    def _step(self, done: int) -> int:
        if not self.total:
            return int(time.monotonic() if self._is_terminal else time.monotonic() / 10)
        percent = min(100, done * 100 // self.total)
        return percent if self._is_terminal else percent // 25

    def _describe(self, done: int) -> str:
        megabytes = f"{done / 1e6:.1f} MB"
        if not self.total:
            return megabytes
        return f"{min(100, done * 100 // self.total)} % of {self.total / 1e6:.1f} MB"
