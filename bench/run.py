"""``make bench``: all benchmarks in one run, as ratios; written to ``bench/results.md``.

Arguments name the parts to run (default: all): ``import``, ``lag``, ``calls``, ``crash``,
``oversell``, ``lists``, ``mails``, ``shipping``, ``rewrite``, ``stock-cost``.
Numbers of different runs or machines are not to be compared; the ratios inside one run are.
"""

from __future__ import annotations

import platform
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench import calls, lag, lists, mails, oversell, rewrite, shipping, stock_cost  # noqa: E402
from tests.system import crash, shops  # noqa: E402
from tools.console import say  # noqa: E402
from tools.lab import Lab  # noqa: E402

RESULTS = ROOT / "bench" / "results.md"
CRASH_ORDERS = 2000
CRASH_KILLS = 5


def bench_import() -> list[str]:
    """Cost per imported and confirmed order beside the plain ORM."""
    with Lab("ec_bench_import", {}) as lab:
        rows = lab.script(
            """
            from bench import import_ratio
            answer(list(import_ratio.run(env)))
            env.cr.rollback()
            """
        )
    lines = [
        "## Import: cost per order against plain `create` + `action_confirm`",
        "",
        "| batch | plain ms | ours ms | ratio | ratio (CPU) | plain queries | our queries |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        lines.append(
            "| {size} | {plain_ms:.1f} | {ours_ms:.1f} | {ratio:.2f} | {cpu_ratio:.2f} "
            "| {plain_queries:.1f} | {ours_queries:.1f} |".format(**row)
        )
    return [*lines, "", "Aim: ratio 1.15 or better, queries per order not growing with the batch."]


def bench_lag() -> list[str]:
    """From "bought on A" to "right on B"."""
    return lag.report()


def bench_calls() -> list[str]:
    """Calls made for 10,000 changed SKUs."""
    return calls.report()


def bench_crash() -> list[str]:
    """Orders under faults and hard kills."""
    malls = shops.start_malls()
    try:
        with Lab("ec_bench_crash", malls) as lab:
            shops.connect(lab)
            found = crash.run(lab, CRASH_ORDERS, kills=CRASH_KILLS)
    finally:
        for mall in malls.values():
            mall.stop()
    lines = [
        "## Orders under fire",
        "",
        f"{found.orders} mixed orders of both malls, 5 % of all calls struck by a fault, Odoo "
        f"killed {found.kills} times with SIGKILL: "
        + ", ".join(f"{name} {len(rows)}" for name, rows in found.wrong.items()),
        f"({found.seconds:.0f} s including the restarts).",
    ]
    if not found.ok:
        lines.append(f"\n**FAILED**: {found}")
    return lines


def bench_oversell() -> list[str]:
    """Oversold orders with and without the last-unit guard."""
    return oversell.report()


def bench_shipping() -> list[str]:
    """Cost per row of label and tracking files."""
    with Lab("ec_bench_shipping", {}) as lab:
        return shipping.report(lab)


def bench_mails() -> list[str]:
    """Cost of a mail, and who gets it when everything fails."""
    return mails.report()


def bench_lists() -> list[str]:
    """Screens in a database of many orders."""
    return lists.report()


def bench_rewrite() -> list[str]:
    """A whole big shop written anew, against the mall's own limit."""
    return rewrite.report()


def bench_stock_cost() -> list[str]:
    """Database work per changed SKU while the shop grows."""
    return stock_cost.report()


PARTS: dict[str, Callable[[], list[str]]] = {
    "import": bench_import,
    "calls": bench_calls,
    "lag": bench_lag,
    "rewrite": bench_rewrite,
    "stock-cost": bench_stock_cost,
    "crash": bench_crash,
    "oversell": bench_oversell,
    "mails": bench_mails,
    "shipping": bench_shipping,
    "lists": bench_lists,
}


def main(names: list[str]) -> int:
    """Run the parts, print and write the report."""
    unknown = set(names) - PARTS.keys()
    if unknown:
        print(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
        return 2
    revision = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True
    ).stdout.strip()
    lines = [
        "# Results of `make bench`",
        "",
        f"Run on {time.strftime('%Y-%m-%d')}, revision {revision or 'unknown'}, "
        f"Python {platform.python_version()}. Only ratios inside one run mean anything.",
    ]
    failed = False
    for name, part in PARTS.items():
        if names and name not in names:
            continue
        say(f"benchmark: {name}")
        section = part()
        failed |= any("**FAILED**" in line for line in section)
        print("\n".join(section), flush=True)
        lines += ["", *section]
    if not names:
        RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")
        say(f"written to {RESULTS.relative_to(ROOT)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
