"""Shipped mails under fire: faults of the mail server, Odoo killed hard, then who got what."""

from __future__ import annotations

import random
import re
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tools.lab import Lab

from .mail_server import Mailbox

#: Orders that really come from the malls; more are copies of these.
IMPORTED = 60


@dataclass
class Outcome:
    """What was found. ``doubled`` and ``missing`` are orders by their number in the subject."""

    orders: int
    kills: int
    seconds: float = 0.0
    struck: dict[str, int] = field(default_factory=dict)
    #: Before anybody decided on the mails that were perhaps sent.
    uncertain: int = 0
    doubled_by_itself: list[str] = field(default_factory=list)
    missing_by_itself: int = 0
    #: After the comparison with the server's log, and the resend of refused ones.
    failed: int = 0
    doubled: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    wrong_states: str = ""

    @property
    def ok(self) -> bool:
        return not (
            self.doubled_by_itself or self.doubled or self.missing or self.wrong_states
        ) and self.missing_by_itself <= (self.uncertain + self.failed)


def prepare(lab: Lab, count: int, port: int) -> list[str]:
    """Import orders of both malls, ship them all, copy them; each of ``count`` owes its buyer one
    mail.

    :return: the order numbers
    """
    for offset, mall in enumerate(lab.malls.values()):
        mall.generate(count=IMPORTED // 2, seed=11 + offset, mix="ordinary")
    return lab.script(
        f"""
        channels = env["ec.channel"].search([])
        for number, channel in enumerate(channels):
            address = f"shop{{number}}@example.com"
            channel.ec_mail_server_id = env["ir.mail_server"].create({{
                "name": channel.name, "smtp_host": "127.0.0.1", "smtp_port": {port},
                "smtp_encryption": "none", "from_filter": address, "ec_rate": 0}})
            channel.write({{"ec_mail_from": address, "ec_mail_mode": "on"}})
            channel.ec_mail_since = "2000-01-01 00:00:00"  # copies are of earlier days
        env.cr.commit()
        # Only the shipped mails are counted, and only their cron shall run.
        env["ec.mail.kind"].search([("code", "!=", "shipped")]).event = "manual"
        channels.action_pull_orders()
        env.cr.commit()
        orders = env["sale.order"].search([("ec_channel_id", "!=", False)])
        orders.ec_check_ids._clear(note="bench")
        pickings = orders.picking_ids.filtered(lambda p: p.state not in ("done", "cancel"))
        for start in range(0, len(pickings), 100):
            batch = pickings[start:start + 100]
            for number, picking in enumerate(batch, start=start):
                picking.carrier_tracking_ref = f"4400{{number:08d}}"
                for move in picking.move_ids:
                    move.quantity = move.product_uom_qty
                    move.picked = True
            batch.with_context(skip_backorder=True, skip_sms=True)._action_done()
            env.cr.commit()
        from tests.system.mails import copy
        orders = copy(env, orders.filtered(lambda o: "done" in o.picking_ids.mapped("state")),
                      {count})
        mails = env.ref("ec_mail_templates.cron_mails")
        env["ir.cron"].search([("id", "!=", mails.id)]).active = False
        env.cr.commit()
        answer(orders.mapped("ec_order_number"))
        """
    )


def copy(env: Any, orders: Any, count: int) -> Any:
    """In Odoo's shell: make these shipped orders ``count``, each with a parcel of its own.

    :return: all of them
    """
    from tests.odoo.volume import Volume

    seeds = {order.id: order for order in orders}
    each, rest = divmod(count, len(seeds))
    env.flush_all()
    Volume(env, orders.ec_channel_id[:1]).copy(
        seeds, {id_: each + (number < rest) for number, id_ in enumerate(seeds)}
    )
    env.cr.execute(
        "UPDATE stock_picking SET carrier_tracking_ref = '55' || lpad(id::text, 10, '0')"
        " WHERE sale_id IS NOT NULL;"
        "UPDATE ec_parcel SET number = '55' || lpad(picking_id::text, 10, '0');"
        "DELETE FROM ec_mail_signal;"
        "INSERT INTO ec_mail_signal (order_id, company_id)"
        " SELECT id, company_id FROM sale_order WHERE ec_channel_id IS NOT NULL"
    )
    env.cr.commit()
    env.invalidate_all()
    return env["sale.order"].search([("ec_channel_id", "!=", False)])


def run(
    lab: Lab, mailbox: Mailbox, numbers: list[str], *, kills: int, rate: float, seed: int = 7
) -> Outcome:
    """Send under faults and kills; then decide on what was perhaps sent, by the server's log."""
    rng = random.Random(seed)
    outcome = Outcome(len(numbers), kills)
    started = time.monotonic()
    mailbox.rate = rate
    _send_with_kills(lab, mailbox, len(numbers), kills, rng)
    _until_quiet(lab)
    lab.kill_odoo()
    mailbox.rate = 0.0
    got = _receivers(mailbox)
    outcome.struck = dict(mailbox.struck)
    states = _states(lab)
    outcome.uncertain = states.get("uncertain", 0)
    outcome.failed = states.get("failed", 0)
    outcome.doubled_by_itself = [number for number in numbers if got[number] > 1]
    outcome.missing_by_itself = sum(not got[number] for number in numbers)
    _decide_by_log(lab, mailbox)
    lab.start_odoo()
    _until_quiet(lab)
    lab.kill_odoo()
    got = _receivers(mailbox)
    outcome.doubled = [number for number in numbers if got[number] > 1]
    outcome.missing = [number for number in numbers if not got[number]]
    states = _states(lab)
    if set(states) != {"sent"}:
        outcome.wrong_states = str(states)
    outcome.seconds = time.monotonic() - started
    return outcome


def _send_with_kills(
    lab: Lab, mailbox: Mailbox, count: int, kills: int, rng: random.Random
) -> None:
    """Kill Odoo while it sends, each time after some more mails have left."""
    goals = sorted(rng.randrange(1, max(2, int(count * 0.9))) for _ in range(kills))
    for goal in goals:
        lab.start_odoo()
        _wait(lab, lambda goal=goal: len(mailbox.letters) >= goal, f"{goal} mails")
        time.sleep(rng.random() / 5)
        lab.kill_odoo()
    lab.start_odoo()


def _until_quiet(lab: Lab) -> None:
    """Wait until nothing happens by itself any more."""
    _wait(
        lab,
        lambda: not _states(lab).keys() & {"wanted", "queued", "sending"} and _read(lab),
        "all mails sent or decided",
    )


def _read(lab: Lab) -> bool:
    return lab.psql("SELECT count(*) FROM ec_mail_signal") == "0"


def _states(lab: Lab) -> dict[str, int]:
    """How many mails are in which state."""
    rows = lab.psql("SELECT state || ' ' || count(*) FROM ec_mail_entry GROUP BY state")
    return {line.split()[0]: int(line.split()[1]) for line in rows.splitlines() if line.strip()}


def _receivers(mailbox: Mailbox) -> Counter[str]:
    """Mails by the order number in their subject."""
    with mailbox.lock:
        return Counter(
            match[1]
            for letter in mailbox.letters
            if (match := re.search("ご注文番号：(.+?)）", letter.subject))
        )


def _hurry(lab: Lab) -> None:
    """Let waiting times pass, and wake the mails' cron."""
    lab.psql(
        "SET lock_timeout = '200ms';"
        "UPDATE ec_mail_entry SET next_try_at = NULL "
        "WHERE state = 'queued' AND next_try_at IS NOT NULL;"
        "INSERT INTO ir_cron_trigger (cron_id, call_at) "
        "SELECT res_id, now() AT TIME ZONE 'UTC' FROM ir_model_data "
        "WHERE module = 'ec_mail_templates' AND name = 'cron_mails';"
    )
    lab.wake_crons()


def _wait(lab: Lab, condition: Any, what: str) -> None:
    def hurried() -> bool:
        if condition():
            return True
        if time.monotonic() - last[0] > 2:
            last[0] = time.monotonic()
            _hurry(lab)
        return False

    last = [0.0]
    lab.wait_for(hurried, 600, what)


def _decide_by_log(lab: Lab, mailbox: Mailbox) -> None:
    """A clerk pastes the server's log, and sends refused mails again in bulk."""
    lab.script(
        f"""
        log = env["ec.mail.server.log"].create(
            {{"log": {mailbox.log_text()!r}, "complete": True}})
        log.button_compare()
        failed = env["ec.mail.entry"].search([("state", "=", "failed")])
        env["ec.mail.ledger"].resend(failed.order_id.ids)
        env.cr.commit()
        """
    )
