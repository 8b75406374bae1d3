"""Label files and tracking files: cost per row for a hundred and for a thousand.

Measured in Odoo, as a clerk does it: the export wizard from deliveries to the finished file, the
import wizard from the file to numbers on the deliveries that are owed to the mall.
"""

import base64
import gc
import random
import time

SMALL, LARGE = 100, 1000
#: A thousand rows may cost this much more per row than a hundred.
AIM = 1.3
ROUNDS = 3


def report(lab):
    """The lines of this part of the report."""
    rows = lab.script(
        """
        from bench import shipping
        answer(shipping.run(env))
        env.cr.rollback()
        """
    )
    lines = [
        "## Shipping: cost per row of label and tracking files",
        "",
        f"| step | ms per row, {SMALL} rows | ms per row, {LARGE} rows | ratio "
        f"| queries per row, {SMALL} | {LARGE} |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        lines.append(
            "| {step} | {small_ms:.2f} | {large_ms:.2f} | {ratio:.2f} | {small_queries:.2f} "
            "| {large_queries:.2f} |".format(**row)
        )
    lines += ["", f"Aim: ratio {AIM} or better."]
    if any(row["ratio"] > AIM for row in rows):
        lines.append("\n**FAILED**: a row costs more when there are many.")
    return lines


def run(env):
    """Measure every step with both sizes; one dict per step."""
    pickings = _deliveries(env, LARGE)
    found = []
    for step, measure in (
        ("label file: check all rows, write the file", _labels),
        ("tracking file: read and judge all rows", _read),
        ("tracking file: write the numbers, owe the mall", _apply),
    ):
        best = {}
        for _round in range(ROUNDS):
            for size in (SMALL, LARGE):
                cost = measure(env, pickings[:size])
                best[size] = min(best.get(size, cost), cost)
        (small, small_queries), (large, large_queries) = best[SMALL], best[LARGE]
        found.append(
            {
                "step": step, "small_ms": small * 1000, "large_ms": large * 1000,
                "ratio": large / small, "small_queries": small_queries,
                "large_queries": large_queries,
            }
        )  # fmt: skip
    return found


def _deliveries(env, count):
    """Reserved deliveries of imported orders, with a carrier and a sender."""
    from bench import import_ratio

    env.company.partner_id.write(
        {"zip": "150-0001", "state_id": env.ref("base.state_jp_jp-13").id, "city": "渋谷区",
         "street": "神宮前1-2-3", "phone": "03-0000-1234"}
    )  # fmt: skip
    carrier = env.ref("ec_shipping_jp.carrier_yamato")
    carrier.ec_account = "0300001234"
    env["ec.carrier.rule"].search([]).active = False
    env["ec.carrier.rule"].create({"name": "Bench", "carrier_id": carrier.id})
    channel, products = import_ratio.set_up(env)
    rng = random.Random(1)
    orders = env["sale.order"]
    for _start in range(0, count, 100):
        batch = [import_ratio.make_order(rng, products) for _number in range(100)]
        orders = orders.union(*import_ratio.run_import(env, channel, batch))
    pickings = orders.picking_ids
    assert set(pickings.mapped("state")) == {"assigned"}, set(pickings.mapped("state"))
    return pickings


def _measure(env, count, function):
    """(seconds of CPU, queries) per row; what was written is taken back."""
    env.flush_all()
    env.invalidate_all()
    gc.collect()
    queries, start = env.cr.sql_log_count, time.process_time()
    with env.cr.savepoint() as savepoint:
        function()
        env.flush_all()
        seconds = time.process_time() - start
        queries = env.cr.sql_log_count - queries
        savepoint.close(rollback=True)
    env.invalidate_all()
    env.cr.precommit.clear()
    env.cr.postcommit.clear()
    return seconds / count, queries / count


def _labels(env, pickings):
    def export():
        wizard = env["ec.label.export"].create({"picking_ids": [(6, 0, pickings.ids)]})
        wizard.action_export()
        assert wizard.state == "done", wizard.error_text

    return _measure(env, len(pickings), export)


def _wizard(env, pickings):
    lines = [
        f"{picking.ec_key},0,0,{number}{number % 7},2026/11/24"
        for number, picking in enumerate(pickings, 10**10)
    ]
    profile = env["ec.label.profile"].search([("code", "=", "yamato_b2cloud_issued")])
    return env["ec.tracking.import"].create(
        {
            "profile_id": profile.id,
            "file": base64.b64encode("\r\n".join(lines).encode()),
            "file_name": "issued.csv",
            "validate": False,
        }
    )


def _read(env, pickings):
    wizard = _wizard(env, pickings)
    return _measure(env, len(pickings), wizard.action_read)


def _apply(env, pickings):
    wizard = _wizard(env, pickings)
    wizard.action_read()
    cost = _measure(env, len(pickings), wizard.action_apply)
    wizard.unlink()
    return cost
