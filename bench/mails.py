"""Mails: cost of one from the event to the server's answer behind 1,000 and behind 10,000 orders,
and 1,000 shipped mails under faults and kills."""

from __future__ import annotations

from tests.system import mails, shops
from tests.system.mail_server import MailServer
from tools.lab import Lab

#: (orders in the database, mails due at once time after time; the best of equal ones counts)
CASES = ((1_000, (100, 100, 100)), (10_000, (100, 100, 100, 400)))
SHIPPED = 1_000
KILLS = 5
RATE = 0.1
#: More than this, and the cost of a mail grows with the number of orders or of mails.
FLAT = 1.25


def cost_report() -> list[str]:
    """Cost per mail, by phase: with more orders behind them, and with more of them at once."""
    rows, arrived = [], 0
    for orders, rounds in CASES:
        with MailServer(keep=False) as (mailbox, port), Lab("ec_bench_mails", {}) as lab:
            rows += lab.script(
                f"""
                from bench import mail_cost
                answer(mail_cost.run(env, {orders}, {rounds}, {port}))
                """
            )
            arrived += len({letter.message_id for letter in mailbox.letters})
    lines = [
        "## Mails: milliseconds per mail",
        "",
        "| orders | mails at once | look and decide | write | send over SMTP | in all | CPU "
        "| queries |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        lines.append(
            "| {orders:,} | {at_once:,} | {decide:.1f} | {write:.1f} | {send:.1f} | {total:.1f} "
            "| {cpu:.1f} | {queries:.1f} |".format(**row)
        )
    first, *others = rows
    ratios = [row["total"] / first["total"] for row in others]
    lines += [
        "",
        "Cost per mail against the first row: "
        + ", ".join(f"**{ratio:.2f}**" for ratio in ratios)
        + f". Aim: {FLAT} or better. {arrived:,} mails arrived.",
    ]
    if max(ratios) > FLAT or arrived != sum(row["mails"] for row in rows):
        lines.append("\n**FAILED**: the cost grows, or mails are missing")
    return lines


def crash_report() -> list[str]:
    """Each buyer exactly one."""
    malls = shops.start_malls()
    try:
        with Lab("ec_bench_mails", malls) as lab:
            shops.connect(lab)
            with MailServer(keep=False) as (mailbox, port):
                numbers = mails.prepare(lab, SHIPPED, port)
                found = mails.run(lab, mailbox, numbers, kills=KILLS, rate=RATE)
    finally:
        for mall in malls.values():
            mall.stop()
    lines = [
        "## Shipped mails under fire",
        "",
        f"{found.orders} shipped orders ({mails.IMPORTED} of both malls and copies of them), "
        f"{sum(found.struck.values())} faults of the "
        f"mail server at {len(found.struck)} places of the dialogue, Odoo killed {found.kills} "
        f"times with SIGKILL ({found.seconds:.0f} s).",
        "",
        f"By itself: {len(found.doubled_by_itself)} buyers with two mails, "
        f"{found.missing_by_itself} without; {found.uncertain} mails were perhaps sent, "
        f"{found.failed} refused for good. After the comparison with the server's log and a resend "
        f"of the refused ones: {len(found.doubled)} doubled, {len(found.missing)} missing.",
    ]
    if not found.ok or len(numbers) != SHIPPED:
        lines.append(f"\n**FAILED**: {found}")
    return lines


def report() -> list[str]:
    """Both parts."""
    return [*cost_report(), "", *crash_report()]
