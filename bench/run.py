"""``make bench``: all benchmarks in one run, as ratios; written to ``bench/results.md``.

Arguments name the parts to run (default: all): ``import``, ``lag``, ``calls``, ``crash``,
``oversell``, ``lists``, ``mails``, ``shipping``, ``rewrite``, ``stock-cost``.
Numbers of different runs or machines are not to be compared; the ratios inside one run are.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench import (  # noqa: E402
    calls,
    lag,
    lists,
    mails,
    oversell,
    report,
    rewrite,
    shipping,
    stock_cost,
)
from tests.system import crash, shops  # noqa: E402
from tools.console import say  # noqa: E402
from tools.lab import Lab  # noqa: E402

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


def run_part(name: str) -> bool:
    """Run one part, print it and renew its section; True when it failed."""
    say(f"benchmark: {name}")
    try:
        section = PARTS[name]()
    except Exception as error:  # noqa: BLE001 - the other parts go on, this one is told as failed
        traceback.print_exc()
        section = [f"## {name}", "", f"**FAILED**: {type(error).__name__}: {error}"]
    print("\n".join(section), flush=True)
    report.write(name, section, list(PARTS))
    return any("**FAILED**" in line for line in section)


def main(names: list[str]) -> int:
    """Run the parts named, or all; one that fails stops no other."""
    unknown = set(names) - PARTS.keys()
    if unknown:
        print(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
        return 2
    failed = [name for name in PARTS if (not names or name in names) and run_part(name)]
    say(f"written to {report.RESULTS.relative_to(ROOT)}")
    if failed:
        say(f"failed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
