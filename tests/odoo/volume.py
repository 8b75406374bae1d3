"""A database of many orders: a few real imported ones, copied by SQL into all that hangs on them.

The seeds come in through the import and are worked on through Odoo (reserved, shipped, cancelled).
Copies differ in numbers, persons and dates; who is copied how often is an honest shop's: of a
hundred orders two are open, in all stages. Used by tests and by ``bench/lists.py``.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from odoo import fields

from odoo.addons.ec_unified.lib import data as d

#: Seed → copies in a hundred thousand orders.
SHARES = {
    "done": 93_400,
    "cancel": 4_500,
    "owed": 100,
    "check": 250,
    "bank": 200,
    "konbini": 200,
    "stock": 200,
    "ready": 650,
    "picking": 300,
    "shipped": 200,
}
OPEN = ("check", "bank", "konbini", "stock", "ready", "picking", "shipped")
#: Tables copied, parents first: (table, column → table it hangs on).
_TREE = [
    ("sale_order_line", "order_id", "sale_order"),
    ("stock_picking", "sale_id", "sale_order"),
    ("stock_move", "sale_line_id", "sale_order_line"),
    ("stock_move_line", "move_id", "stock_move"),
    ("ec_order_check", "order_id", "sale_order"),
    ("ec_order_check_event", "check_id", "ec_order_check"),
    ("ec_parcel", "picking_id", "stock_picking"),
    ("ec_shipping_tick", "picking_id", "stock_picking"),
    ("ec_mail_entry", "order_id", "sale_order"),
]
#: Relations without a key of their own, by the column that hangs on a copied table.
_RELATIONS = [
    ("account_tax_sale_order_line_rel", "sale_order_line_id", "sale_order_line"),
    ("stock_reference_sale_rel", "sale_id", "sale_order"),
    ("stock_reference_move_rel", "move_id", "stock_move"),
]
#: Columns that must differ between copies.
_OWN = {
    "res_partner": {
        "name": "t.name || m.n",
        "complete_name": "t.complete_name || m.n",
        "ec_name_kana": "t.ec_name_kana || m.n",
        "ec_match_kana": "t.ec_match_kana || m.n",
        "phone": "'090' || lpad(m.n::text, 8, '0')",
        "ec_match_phone": "t.ec_match_phone || m.n",
        "ec_match_address": "t.ec_match_address || m.n",
    },
    "ec_exchange": {
        "external_ref": "t.external_ref || '-' || m.n",
        "idempotency_key": "t.idempotency_key || '-' || m.n",
        "res_id": "(SELECT new FROM volume_ids WHERE tab = 'sale_order' AND n = m.n)",
    },
    "sale_order": {
        "name": "t.name || '-' || m.n",
        "ec_order_ref": "t.ec_order_ref || '-' || m.n",
        "ec_order_number": "t.ec_order_number || '-' || m.n",
    },
    "stock_picking": {"name": "t.name || '-' || m.n"},
    "stock_reference": {"name": "t.name || '-' || m.n"},
}


class Volume:
    """Makes the orders of one shop many.

    :param channel: the shop the orders belong to
    """

    def __init__(self, env, channel):
        self.env = env(context={**env.context, "tracking_disable": True})
        self.cr = env.cr
        self.channel = channel.with_env(self.env)
        self.warehouse = channel.warehouse_ids[:1]

    # === SEEDS === #

    def seed(self):
        """Import one order per kind and bring it to its stage.

        :return: {kind: order}
        """
        goods, scarce = self.env["product.product"].create(
            [
                {"name": f"Volume {code}", "default_code": code, "is_storable": True}
                for code in ("VOL-1", "VOL-0")
            ]
        )
        shelf = self.warehouse.lot_stock_id
        self.env["stock.quant"]._update_available_quantity(goods, shelf, 1_000_000)
        orders = self._import({kind: self._order(kind) for kind in SHARES})
        orders["stock"].ec_check_ids._clear()
        orders["picking"].picking_ids.write({"printed": True})
        for kind in ("done", "owed", "shipped"):
            pickings = orders[kind].picking_ids
            pickings.write({"carrier_tracking_ref": "4000-0000-0001"})
            pickings.move_ids.picked = True
            pickings.with_context(skip_sms=True).button_validate()
        (orders["done"] | orders["owed"]).ec_mall_told = True
        orders["cancel"].with_context(disable_cancel_warning=True)._action_cancel()
        self._seed_mails(orders)
        self.env.flush_all()
        expected = {"bank": "payment", "konbini": "payment", "owed": "done"}
        for kind, order in orders.items():
            assert order.ec_stage == expected.get(kind, kind), (kind, order.ec_stage)
        return orders

    def _seed_mails(self, orders):
        """Two mails of every finished order went out; of the open ones, the first."""
        if "ec.mail.entry" not in self.env:
            return
        first, last = self.env["ec.mail.kind"].search([], limit=2)
        for kind, order in orders.items():
            entries = order.env["ec.mail.entry"].search([("order_id", "=", order.id)])
            entries.unlink()
            for mail in first if kind in OPEN else first | last:
                self.env["ec.mail.entry"].create(
                    {
                        "order_id": order.id,
                        "channel_id": self.channel.id,
                        "kind_id": mail.id,
                        "state": "wanted" if kind == "ready" else "sent",
                        "due_at": fields.Datetime.now(),
                        "sent_at": kind != "ready" and fields.Datetime.now(),
                    }
                )

    def _import(self, documents):
        self.env["ec.mapping"].create(
            [
                {
                    "channel_id": self.channel.id,
                    "kind": "payment",
                    "mall_value": role,
                    "payment_method_role": role,
                }
                for role in ("card", "bank", "konbini")
            ]
        )
        stored = self.env["ec.exchange"]._store_documents(
            self.channel,
            "order",
            [d.SourceDocument(ref=o.ref, payload={"ref": o.ref}) for o in documents.values()],
        )
        by_ref = {exchange.external_ref: exchange for exchange in stored}
        pairs = [(by_ref[order.ref], order) for order in documents.values()]
        outcomes = self.env["ec.order.import"]._import_batch(self.channel, pairs)
        stored._link_orders({e.id: o.order.id for (e, _d), o in zip(pairs, outcomes, strict=True)})
        stored._done()
        orders = dict(zip(documents, (outcome.order for outcome in outcomes), strict=True))
        for (exchange, _data), order in zip(pairs, orders.values(), strict=True):
            order.ec_exchange_id = exchange
        return orders

    def _order(self, kind):
        code = "VOL-0" if kind == "stock" else "VOL-1"
        buyer = d.Address(
            name="試験 太郎", kana="シケンタロウ", phone="0300000000",
            zip="1000001", state_code="JP-13", city="千代田区", street="千代田1-1",
        )  # fmt: skip
        order = d.OrderData(
            ref=f"VOL-{kind}", number=f"VOL-{kind}",
            ordered_at=datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2),
            mall_status="100", buyer=buyer, destinations=(d.Destination(ref="1", address=buyer),),
            lines=(
                d.OrderLine(
                    ref="1", kind=d.PRODUCT, name="Goods", sku_code=code, quantity=Decimal(1),
                    price_unit=Decimal(1000), amount=Decimal(1000), tax_rate=Decimal("0.10"),
                ),
                d.OrderLine(
                    ref="2", kind=d.PRODUCT, name="More", sku_code=code, quantity=Decimal(2),
                    price_unit=Decimal(500), amount=Decimal(1000), tax_rate=Decimal("0.10"),
                ),
                d.OrderLine(
                    ref="3", kind=d.SHIPPING, name="Postage", quantity=Decimal(1),
                    price_unit=Decimal(550), amount=Decimal(550), tax_rate=Decimal("0.10"),
                ),
            ),
            tax_summary=(
                d.TaxSummary(rate=Decimal("0.10"), total=Decimal(2550), tax=Decimal(231)),
            ),
            buyer_total=Decimal(2550), total=Decimal(2550),
            payment_code="card", payment_label="card", payment_state=d.PAY_PAID,
        )  # fmt: skip
        if kind in ("bank", "konbini", "owed"):
            code = kind if kind != "owed" else "card"
            unpaid = "unpaid" if kind != "owed" else d.PAY_PAID
            order = replace(order, payment_code=code, payment_label=code, payment_state=unpaid)
        if kind == "check":
            order = replace(order, remarks="急ぎでお願いします")
        return order

    # === COPIES === #

    def fill(self, total, open_orders=None):
        """Make it ``total`` orders of the shop.

        :param int open_orders: how many of them are open; without it two in a hundred
        :return: {kind: number of orders}
        """
        seeds = self.seed()
        # Shipped on credit, then the money did not come.
        seeds["owed"].ec_payment_state = "unpaid"
        self.env.flush_all()
        counts = self._count(total, open_orders)
        self.copy(seeds, counts)
        return counts

    def copy(self, seeds, counts):
        """Make so many of each of these orders, with all that hangs on them.

        :param dict seeds: {kind: order}
        :param dict counts: {kind: number of orders, the seed among them}
        """
        self._plan(seeds, counts)
        self._number(seeds)
        for table in ("res_partner", "ec_exchange", "sale_order"):
            self._copy(table)
        self._copy("stock_reference")
        for table, _column, _parent in _TREE:
            if self._exists(table):
                self._copy(table)
        self._copy("mail_message")
        for table, column, parent in _RELATIONS:
            self._relate(table, column, parent)
        self._reserve()
        self._settle()
        self.env.invalidate_all()

    def _count(self, total, open_orders):
        scale = total
        if open_orders:
            scale = open_orders * 100_000 / sum(SHARES[kind] for kind in OPEN)
        counts = {
            kind: max(round((scale if kind in OPEN else total) * share / 100_000), 1)
            for kind, share in SHARES.items()
        }
        counts["done"] += total - sum(counts.values())
        return counts

    def _plan(self, seeds, counts):
        """One row per copy: which seed, and how many days earlier."""
        self.cr.execute(
            "CREATE TEMP TABLE volume_copy (n int PRIMARY KEY, seed int, days int);"
            "CREATE TEMP TABLE volume_ids (tab text, n int, old int, new int)"
        )
        number = 1_000
        for kind, count in counts.items():
            # History of two years; what is open is two weeks old at most.
            span = 14 if kind in OPEN else 730
            self.cr.execute(
                "INSERT INTO volume_copy SELECT %s + i, %s, (i * 7919) %% %s"
                "  FROM generate_series(1, %s) AS i",
                (number, seeds[kind].id, span, count - 1),
            )
            number += count

    def _number(self, seeds):
        """Give every row to come its id, table by table."""
        self._draw("sale_order", "t.id = c.seed")
        # Some customers come often: their contact is not copied.
        self._draw(
            "res_partner",
            "t.id = (SELECT partner_id FROM sale_order WHERE id = c.seed) AND c.n % 200 <> 7",
        )
        self._draw(
            "ec_exchange", "t.id = (SELECT ec_exchange_id FROM sale_order WHERE id = c.seed)"
        )
        self._draw(
            "stock_reference",
            "t.id IN (SELECT reference_id FROM stock_reference_sale_rel WHERE sale_id = c.seed)",
        )
        self.cr.execute("CREATE INDEX ON volume_ids (tab, n, old)")
        self.cr.execute("CREATE INDEX ON volume_ids (tab, old)")
        self.cr.execute("ANALYZE volume_ids")
        for table, column, parent in _TREE:
            if self._exists(table):
                self._draw_below(table, f"t.{column} = m.old", parent)
        for model, parent in (("sale.order", "sale_order"), ("stock.picking", "stock_picking")):
            self._draw_below("mail_message", f"t.model = '{model}' AND t.res_id = m.old", parent)
        self.cr.execute("ANALYZE volume_ids")

    def _draw(self, table, condition):
        self.cr.execute(
            f"INSERT INTO volume_ids SELECT '{table}', c.n, t.id, nextval('{table}_id_seq')"
            f"  FROM volume_copy c JOIN {table} t ON {condition}"
        )

    def _draw_below(self, table, condition, parent):
        self.cr.execute(
            f"INSERT INTO volume_ids SELECT '{table}', m.n, t.id, nextval('{table}_id_seq')"
            f"  FROM volume_ids m JOIN {table} t ON {condition} WHERE m.tab = '{parent}'"
        )

    def _copy(self, table):
        """Insert the copies of a table; keys to copied rows point at their own copy."""
        own, keys = _OWN.get(table, {}), self._keys(table)
        names, values, joins = ["id"], ["m.new"], []
        for name, kind in self._columns(table):
            if name == "id":
                continue
            value = f't."{name}"'
            if name in own:
                value = own[name]
            elif table == "mail_message" and name == "res_id":
                value = (
                    "(SELECT new FROM volume_ids x WHERE x.n = m.n AND x.old = t.res_id"
                    " AND x.tab = replace(t.model, '.', '_'))"
                )
            elif name in keys:
                alias = f"k{len(joins)}"
                joins.append(
                    f"LEFT JOIN volume_ids {alias} ON {alias}.tab = '{keys[name]}'"
                    f" AND {alias}.n = m.n AND {alias}.old = {value}"
                )
                value = f"COALESCE({alias}.new, {value})"
            elif kind == "date":
                value = f"{value} - c.days"
            elif kind.startswith("timestamp"):
                value = f"{value} - c.days * interval '1 day'"
            names.append(f'"{name}"')
            values.append(value)
        self.cr.execute(
            f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(values)}"
            f"  FROM volume_ids m JOIN volume_copy c ON c.n = m.n JOIN {table} t ON t.id = m.old"
            f"  {' '.join(joins)} WHERE m.tab = '{table}' ORDER BY m.new"
        )

    def _relate(self, table, column, parent):
        keys = self._keys(table)
        names, values, joins = [], [], []
        for name, _kind in self._columns(table):
            names.append(name)
            if name == column:
                values.append("m.new")
                continue
            joins.append(
                f"LEFT JOIN volume_ids k ON k.tab = '{keys.get(name)}' AND k.n = m.n"
                f" AND k.old = t.{name}"
            )
            values.append(f"COALESCE(k.new, t.{name})")
        self.cr.execute(
            f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(values)}"
            f"  FROM volume_ids m JOIN {table} t ON t.{column} = m.old {' '.join(joins)}"
            f" WHERE m.tab = '{parent}'"
        )

    def _reserve(self):
        """The shelf knows what the copies hold."""
        self.cr.execute(
            """
            UPDATE stock_quant q SET reserved_quantity = held.quantity
              FROM (SELECT product_id, location_id, sum(quantity) AS quantity
                      FROM stock_move_line WHERE state NOT IN ('done', 'cancel')
                     GROUP BY product_id, location_id) held
             WHERE q.product_id = held.product_id AND q.location_id = held.location_id
            """
        )

    def _settle(self):
        """What autovacuum does on a database in use."""
        self.cr.execute(
            "SELECT gin_clean_pending_list(i.indexrelid::regclass) FROM pg_index i"
            "  JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam"
            " WHERE a.amname = 'gin' AND c.relnamespace = current_schema::regnamespace"
        )
        self.cr.execute("ANALYZE")

    # === CATALOGUE === #

    def _exists(self, table):
        self.cr.execute("SELECT to_regclass(%s)", (table,))
        return self.cr.fetchone()[0] is not None

    def _columns(self, table):
        self.cr.execute(
            "SELECT column_name, data_type FROM information_schema.columns"
            " WHERE table_name = %s AND table_schema = current_schema ORDER BY ordinal_position",
            (table,),
        )
        return self.cr.fetchall()

    def _keys(self, table):
        """{column: table it points at}."""
        self.cr.execute(
            "SELECT a.attname, c.confrelid::regclass::text FROM pg_constraint c"
            "  JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]"
            " WHERE c.contype = 'f' AND c.conrelid = %s::regclass",
            (table,),
        )
        return dict(self.cr.fetchall())
