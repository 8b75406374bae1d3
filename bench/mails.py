"""Mails: cost of one from the event to the server's answer behind 1,000 and behind 10,000 orders,
and 1,000 shipped mails under faults and kills."""

from __future__ import annotations

from tests.system import mails, shops
from tests.system.mail_server import MailServer
from tools.lab import Lab

ORDERS = (1_000, 10_000)
MEASURED = 500
SHIPPED = 1_000
KILLS = 5
RATE = 0.1
#: More than this, and the cost of a mail grows with their number.
FLAT = 1.25


def cost_report() -> list[str]:
    """Cost per mail, by phase: as many mails each time, with more and more orders behind them."""
    rows = []
    with MailServer(keep=False) as (mailbox, port), Lab("ec_bench_mails", {}) as lab:
        for orders in ORDERS:
            mailbox.letters.clear()
            row = lab.script(
                f"""
                from bench import mail_cost
                answer(mail_cost.run(env, {orders}, {MEASURED}, {port}))
                """
            )
            row["arrived"] = len({letter.message_id for letter in mailbox.letters})
            rows.append(row)
    lines = [
        "## Mails: milliseconds per mail",
        "",
        "| orders | look and decide | write | send over SMTP | in all | queries | arrived |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        lines.append(
            "| {orders:,} | {decide:.1f} | {write:.1f} | {send:.1f} | {total:.1f} | {queries:.1f} "
            "| {arrived:,} |".format(**row)
        )
    ratio = rows[-1]["total"] / rows[0]["total"]
    lines += [
        "",
        f"{MEASURED} mails each time. Cost per mail, {ORDERS[-1]:,} orders against {ORDERS[0]:,}: "
        f"**{ratio:.2f}**.",
    ]
    if ratio > FLAT or any(row["arrived"] != row["mails"] for row in rows):
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
        f"{found.orders} shipped orders of both malls, {sum(found.struck.values())} faults of the "
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
