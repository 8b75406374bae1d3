"""Many products, on the shelf and listed, made by the database itself: for benchmarks only.

Fifty thousand products through the ORM take minutes that measure nothing of ours. One product is
made the ordinary way; its rows are then copied with new ids and codes.
"""

from __future__ import annotations

import json
from typing import Any


def make(env: Any, count: int, quantity: int, code: str) -> list[int]:
    """``count`` storable products with ``quantity`` each on the first warehouse's shelf.

    Codes are ``<code>00000`` and so on.

    :return: ids of ``product.product`` in the order of the codes
    """
    location = env["stock.warehouse"].search([], limit=1).lot_stock_id
    first = env["product.product"].create(
        {"name": f"まとめ品 {code}", "is_storable": True, "list_price": 1000}
    )
    env["stock.quant"]._update_available_quantity(first, location, quantity)
    quant = env["stock.quant"].search([("product_id", "=", first.id)], limit=1)
    env.flush_all()
    templates = _copy(env, "product_template", first.product_tmpl_id.id, count)
    products = _copy(
        env,
        "product_product",
        first.id,
        count,
        product_tmpl_id="(%s::int[])[n]",
        default_code="%s || lpad((n - 1)::text, 5, '0')",
        params=(templates, code),
    )
    _copy(env, "stock_quant", quant.id, count, product_id="(%s::int[])[n]", params=(products,))
    first.active = False
    env.flush_all()
    env.invalidate_all()
    for table in ("product_template", "product_product", "stock_quant"):
        env.cr.execute(f"ANALYZE {table}")  # noqa: S608 - one of three fixed names
    return products


def _copy(
    env: Any, table: str, row_id: int, count: int, params: tuple[Any, ...] = (), **changes: str
) -> list[int]:
    """Insert ``count`` copies of a row; ``changes`` gives SQL for columns (``n`` = 1, 2 …)."""
    env.cr.execute(
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_schema = current_schema AND table_name = %s AND column_name <> 'id'",
        (table,),
    )
    names = [row[0] for row in env.cr.fetchall()]
    names.sort(key=lambda name: list(changes).index(name) if name in changes else len(changes))
    values = [changes.get(name, f'source."{name}"') for name in names]
    columns = ", ".join(f'"{name}"' for name in names)
    env.cr.execute(
        f"INSERT INTO {table} ({columns}) "  # noqa: S608 - names come from the catalogue
        f"SELECT {', '.join(values)} FROM {table} source, generate_series(1, %s) n "
        "WHERE source.id = %s ORDER BY n RETURNING id",
        (*params, count, row_id),
    )
    return sorted(row[0] for row in env.cr.fetchall())


def list_them(
    env: Any, channel: Any, product_ids: list[int], ref: str, sent: int | None = None
) -> None:
    """List the products on ``channel``, matched, one item with one SKU each.

    :param ref: format of an item's and a SKU's id at the mall, ``{n}`` = number; ``item|sku``
    :param sent: what the mall was told yesterday; None = the SKUs wait for their first number
    """
    item, sku = ref.split("|")
    numbers = [f"{n:05d}" for n in range(len(product_ids))]
    rows = [{"item": item.format(n=n), "sku": sku.format(n=n)} for n in numbers]
    list_rows(env, channel, product_ids, rows, sent)


def list_rows(
    env: Any,
    channel: Any,
    product_ids: list[int],
    rows: list[dict[str, Any]],
    sent: int | None = None,
) -> None:
    """The same with given ids.

    :param rows: one per product: ``item`` and ``sku`` (the mall's ids) and perhaps ``extra``
    """
    env.flush_all()
    data = [{**row, "product": product} for row, product in zip(rows, product_ids, strict=True)]
    env.cr.execute(
        """
        WITH goods AS (
            SELECT * FROM jsonb_to_recordset(%s::jsonb)
                       AS g(item text, sku text, extra jsonb, product int)
        ), listed AS (
            INSERT INTO ec_listing (channel_id, company_id, ref, code, name, active, published)
            SELECT %s, %s, item, item, item, TRUE, TRUE FROM goods
            RETURNING id, ref
        )
        INSERT INTO ec_listing_sku (listing_id, channel_id, company_id, ref, sku_code, product_id,
               match_state, tracked, stock_sync, active, dirty, uncertain, seen_at, qty_sent,
               qty_sent_at, extra)
        SELECT listed.id, %s, %s, goods.sku, goods.sku, goods.product, 'auto', TRUE, TRUE, TRUE,
               %s, %s, now() AT TIME ZONE 'UTC', %s,
               CASE WHEN %s THEN now() AT TIME ZONE 'UTC' - interval '1 day' END, goods.extra
          FROM goods JOIN listed ON listed.ref = goods.item
        """,
        (
            json.dumps(data), channel.id, channel.company_id.id, channel.id, channel.company_id.id,
            sent is None, sent is None, sent, sent is not None,
        ),
    )  # fmt: skip
    env.invalidate_all()
    for table in ("ec_listing", "ec_listing_sku"):
        env.cr.execute(f"ANALYZE {table}")  # noqa: S608 - fixed names


def set_quantity(env: Any, product_ids: list[int], quantity: int) -> None:
    """Set what is on the shelf, and leave the signal a commit of the ordinary way would leave."""
    env.flush_all()
    env.cr.execute(
        "UPDATE stock_quant SET quantity = %s WHERE product_id = ANY(%s)", (quantity, product_ids)
    )
    env["stock.quant"].invalidate_model()
    env["ec.stock.signal"]._insert(product_ids)
