"""What the tools run inside Odoo's shell (here and in the Docker demo): ``env`` is Odoo's."""

from __future__ import annotations

import json
from typing import Any

#: Printed before the JSON answer, which Odoo's log lines may surround.
ANSWER = "EC-ANSWER "


def prepare_base(env: Any) -> None:
    """Make the base company Japanese: yen, Japanese accounts and taxes."""
    company = env.ref("base.main_company")
    env.ref("base.JPY").active = True
    company.write({"country_id": env.ref("base.jp").id, "currency_id": env.ref("base.JPY").id})
    if company.chart_template != "jp":
        env["account.chart.template"].try_loading("jp", company=company, install_demo=False)
    env.ref("base.user_admin").tz = "Asia/Tokyo"
    env.cr.commit()


def build_demo(env: Any, malls: dict[str, dict[str, Any]]) -> None:
    """Fill a fresh database with the demo company; ``malls`` as the simulators print it."""
    from demo import build

    build.build(env, malls)
    env.cr.commit()


def connect_demo(env: Any, malls: dict[str, dict[str, Any]]) -> None:
    """Point the demo's channels at the running simulators; print the logins."""
    from demo import build

    logins = build.connect(env, malls)
    env.cr.commit()
    print(ANSWER + json.dumps(logins, ensure_ascii=False))
