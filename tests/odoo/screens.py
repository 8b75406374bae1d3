"""What the web client asks the server when a screen opens, and what PostgreSQL reads for it."""

import json
import re
from contextlib import contextmanager
from unittest.mock import patch

from lxml import etree

from odoo.fields import Domain
from odoo.sql_db import Cursor
from odoo.tools.safe_eval import datetime as safe_datetime
from odoo.tools.safe_eval import safe_eval, time

#: Tables that grow with every order; a look-up in them must not read all of it.
BIG = frozenset(
    {
        "sale_order", "sale_order_line", "stock_picking", "stock_move", "stock_move_line",
        "ec_exchange", "ec_order_check", "ec_order_check_event", "mail_message", "mail_mail",
        "res_partner", "ec_mail_entry", "ec_parcel", "ec_shipping_tick", "ec_inspection",
        "account_move", "account_move_line",
    }
)  # fmt: skip
LIMIT = 80
#: The web client counts up to here.
COUNT_LIMIT = 10_001


class Client:
    """Asks as the web client does, as one user."""

    def __init__(self, env):
        self.env = env

    def menus(self):
        """{menu's xml id: its action} of all our menus the user sees."""
        root = self.env.ref("ec_unified.menu_root")
        menus = self.env["ir.ui.menu"].search([("id", "child_of", root.id)])
        return {
            xml_id: menu.action.sudo()
            for menu in menus
            if menu.sudo().action and (xml_id := menu.get_external_id()[menu.id])
        }

    def open(self, action):
        """Open a window action as its menu does: first view, default filters, first page."""
        values = action._get_action_dict() if hasattr(action, "_get_action_dict") else action
        model = self.env[values["res_model"]]
        if values.get("target") == "new" or values.get("view_mode", "").startswith("form"):
            return 0
        names = {"uid": self.env.uid, "context_today": safe_datetime.date.today, "time": time}
        context = values.get("context") or {}
        if isinstance(context, str):
            context = safe_eval(context, names)
        domain = values.get("domain") or []
        if isinstance(domain, str):
            domain = safe_eval(domain, names)
        search_view = values.get("search_view_id") or [False]
        view_id = next((v for v, mode in values["views"] if mode in ("list", "kanban")), False)
        kind = next((m for _v, m in values["views"] if m in ("list", "kanban")), "list")
        views = model.get_views([[view_id, kind], [search_view[0], "search"]])["views"]
        arch = etree.fromstring(views[kind]["arch"])
        filters, groups = self._defaults(etree.fromstring(views["search"]["arch"]), context)
        domain = list(Domain(domain) & Domain.AND([safe_eval(f, names) for f in filters]))
        return self.read(model.with_context(**context), arch, domain, groups)

    def _defaults(self, search, context):
        filters, groups = [], []
        for name, value in context.items():
            if not name.startswith("search_default_") or not value:
                continue
            for node in search.iter("filter"):
                if node.get("name") != name.removeprefix("search_default_"):
                    continue
                if node.get("domain"):
                    filters.append(node.get("domain"))
                group = safe_eval(node.get("context") or "{}").get("group_by")
                groups += [group] if group else []
        return filters, groups

    def read(self, model, arch, domain, groups=()):
        """First page of a list: rows and their number, or its groups with counts and sums."""
        order = arch.get("default_order") or ""
        if groups:
            sums = [
                f"{node.get('name')}:sum"
                for node in arch.iter("field")
                if node.get("sum") and model._fields[node.get("name")].store
            ]
            found = model.web_read_group(
                domain, groups[:1], ["__count", *sums], limit=LIMIT, order=""
            )
            return found["length"]
        return model.web_search_read(
            domain, self._specification(model, arch), limit=LIMIT, order=order,
            count_limit=COUNT_LIMIT,
        )["length"]  # fmt: skip

    def _specification(self, model, arch):
        names = {}
        for node in arch.iter("field"):
            if next(node.iterancestors("field"), None) is not None:
                continue
            field = model._fields[node.get("name")]
            names[field.name] = {"fields": {"display_name": {}}} if field.relational else {}
        return names

    def search_domain(self, model, view, part, text):
        """The domain of the search field that asks for ``part``, within the orders of shops."""
        arch = etree.fromstring(
            self.env[model].get_views([[view.id, "search"]])["views"]["search"]["arch"]
        )
        [node] = [n for n in arch.iter("field") if part in (n.get("filter_domain") or "")]
        domain = safe_eval(node.get("filter_domain"), {"self": text})
        return list(Domain("ec_channel_id", "!=", False) & Domain(domain))

    def form(self, record):
        """Open a record's form, with what stands in its lists."""
        view = self.env[record._name].get_views([[False, "form"]])["views"]["form"]
        record.web_read(self._form_specification(record, etree.fromstring(view["arch"])))

    def _form_specification(self, model, arch):
        found = {}
        for node in arch.iter("field"):
            if next(node.iterancestors("field"), None) is not None:
                continue
            field = model._fields.get(node.get("name"))
            if field is None:
                continue
            found[field.name] = {}
            if field.type == "many2one":
                found[field.name] = {"fields": {"display_name": {}}}
            elif field.relational:
                inner = self.env[field.comodel_name]
                lists = [n for n in node if n.tag in ("list", "kanban")]
                names = (
                    {n.get("name") for n in lists[0].iter("field")} if lists else {"display_name"}
                )
                found[field.name] = {
                    "fields": {
                        name: {"fields": {"display_name": {}}}
                        if inner._fields[name].relational
                        else {}
                        for name in names
                        if name in inner._fields
                    },
                    "limit": 40,
                }
        return found


class Probe:
    """The statements of a block, and what PostgreSQL reads for each."""

    def __init__(self, env):
        self.cr = env.cr
        self.statements = []

    @contextmanager
    def watch(self):
        """Remember the SELECTs of this cursor meanwhile."""
        original = Cursor.execute
        probe = self

        def execute(cursor, query, params=None, log_exceptions=True):
            result = original(cursor, query, params, log_exceptions)
            text = cursor._obj.query
            if cursor is probe.cr and text and _reads_big(text.decode()):
                probe.statements.append(text.decode())
            return result

        with patch.object(Cursor, "execute", execute):
            yield self

    def reads(self):
        """Return rows (table, how, rows examined, statement) of the big tables, worst first."""
        found = []
        for statement in self.statements:
            self.cr.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {_no_percent(statement)}")
            plan = self.cr.fetchone()[0]
            plan = json.loads(plan) if isinstance(plan, str) else plan
            found += [(*row, statement) for row in _walk(plan[0]["Plan"])]
        return sorted(found, key=lambda row: -row[2])


def _no_percent(statement):
    return statement  # without parameters psycopg2 leaves % alone


def _reads_big(statement):
    if not re.match(r"\s*(SELECT|WITH)\b", statement, re.I) or "FOR UPDATE" in statement:
        return False
    return any(f'"{name}"' in statement or f" {name}" in statement for name in BIG)


def _walk(node):
    """Yield (table, kind of scan, rows examined) of every scan of a big table below ``node``."""
    table = node.get("Relation Name")
    if table in BIG:
        rows = node.get("Actual Rows", 0) + node.get("Rows Removed by Filter", 0)
        rows += node.get("Rows Removed by Index Recheck", 0)
        yield table, node["Node Type"], round(rows * node.get("Actual Loops", 1))
    for child in node.get("Plans", ()):
        yield from _walk(child)
