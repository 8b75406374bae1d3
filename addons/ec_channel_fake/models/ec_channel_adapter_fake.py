"""Adapter of the fake mall: the contract, with no HTTP behind it."""

from copy import deepcopy
from datetime import UTC, datetime

from odoo import models

from odoo.addons.ec_unified.lib import data, data_change, errors
from odoo.addons.ec_unified.lib.order_json import order_from_json, record_from_json

_ERRORS = {
    "transient": errors.TransientError,
    "setup": errors.SetupError,
    "data": errors.DataError,
    "conflict": errors.ConflictError,
}


class EcChannelAdapterFake(models.AbstractModel):
    _name = "ec.channel.adapter.fake"
    _inherit = "ec.channel.adapter"
    _description = "Test mall adapter"

    def _default_api_url(self):
        return "http://127.0.0.1/fake"

    def _support(self):
        return {
            "confirm": True, "webhook": False, "cancel": True, "mark_paid": True, "memo": True,
            "refund": True, "change_address": True, "status": True,
        }  # fmt: skip

    def _limits(self, channel):
        return data.Limits(stock_batch=50, stock_read_batch=50, confirm_batch=20, shipment_batch=10)

    def _suggest_mapping(self, channel, kind, value, label):
        known = {"1": "card", "2": "cod", "3": "bank", "4": "konbini"}
        if kind == "payment" and value in known:
            return {"payment_method_role": known[value]}
        return {}

    def _order_url(self, channel, order_ref):
        return f"{channel.api_url}/orders/{order_ref}"

    def _cancel_reasons(self, channel):
        return [("1", "Buyer's wish"), ("2", "Out of stock")]

    # === CONNECTION === #

    def _check_connection(self, channel):
        problems = []
        fault = channel._fake_call("check_connection")
        if fault:
            if fault["kind"] == "transient":
                self._raise(fault)
            problems.append(data.Problem(reason=fault["reason"], params=fault.get("params", {})))
        if not channel.fake_secret:
            problems.append(data.Problem(reason="credentials_missing", params={"field": "key"}))
        return data.ConnectionReport(
            shop_name="Test shop",
            shop_ref="fake-1",
            currency="JPY",
            expires_at=datetime.fromisoformat("2030-01-01T00:00:00+00:00"),
            places=(("main", "Main"),),
            problems=tuple(problems),
        )

    # === ORDERS === #

    def _pull_orders(self, channel, cursor, known_open_refs):
        self._call(channel, "pull_orders", cursor)
        done = (cursor or {}).get("number", 0)
        waiting = [d for d in channel.fake_documents or [] if d["number"] > done]
        waiting.sort(key=lambda d: d["number"])
        size = channel.fake_page_size or 100
        for start in range(0, len(waiting), size):
            page = waiting[start : start + size]
            yield data.DocumentPage(
                documents=tuple(self._document(d) for d in page),
                cursor={"number": page[-1]["number"]},
                more=start + size < len(waiting),
            )

    def _fetch_orders(self, channel, refs):
        self._call(channel, "fetch_orders", list(refs))
        return [self._document(d) for d in channel.fake_documents or [] if d["ref"] in set(refs)]

    def _list_order_refs(self, channel, start, end):
        self._call(channel, "list_orders", None)
        return [
            document["ref"]
            for document in channel.fake_documents or []
            if start <= _naive_utc(document["payload"]["ordered_at"]) <= end
        ]

    def _parse_order(self, channel, payload):
        """The payload of the fake mall is ``OrderData`` as JSON."""
        return order_from_json(payload)

    def _confirm_orders(self, channel, refs):
        self._call(channel, "confirm", list(refs))
        results = []
        documents = deepcopy(channel.fake_documents or [])
        by_ref = {d["ref"]: d["payload"] for d in documents}
        for ref in refs:
            if ref not in by_ref:
                error = errors.DataError("unknown order", reason="not_found", params={"order": ref})
                results.append(data.Result(ref=ref, ok=False, error=error))
                continue
            already = not by_ref[ref].get("needs_confirm")
            by_ref[ref]["needs_confirm"] = False
            results.append(data.Result(ref=ref, ok=True, already=already))
        channel.fake_documents = documents
        return results

    def _cancel_order(self, channel, ref, reason_code, restock, notify=False):
        self._call(channel, "cancel", [ref, reason_code, restock])
        return data.Result(ref=ref, ok=True)

    def _mark_order_paid(self, channel, ref):
        self._call(channel, "mark_paid", ref)
        return data.Result(ref=ref, ok=True)

    def _note_order(self, channel, ref, text):
        self._call(channel, "memo", [ref, text])
        return data.Result(ref=ref, ok=True)

    def _refund_order(self, channel, refund):
        self._call(channel, "refund", [refund.order_ref, str(refund.amount), refund.key])
        return data.Result(ref=refund.order_ref, ok=True)

    def _change_order(self, channel, change):
        address = change.address
        self._call(channel, "change", [change.order_ref, address and address.street])
        return data.Result(ref=change.order_ref, ok=True)

    def _list_statuses(self, channel):
        return [
            data_change.MallStatus(ref=ref, name=name, state="new", state_label="新規")
            for ref, name in (("10", "出荷指示待ち"), ("20", "出荷作業中"))
        ]

    def _set_status(self, channel, status_ref, refs):
        self._call(channel, "set_status", [status_ref, list(refs)])
        return [data.Result(ref=ref, ok=True) for ref in refs]

    # === STOCK AND LISTINGS === #

    def _push_stock(self, channel, levels, idempotency_key):
        self._call(channel, "push_stock", [[v.key.ref, v.quantity] for v in levels])
        stock = dict(channel.fake_stock or {})
        results = []
        for level in levels:
            if level.key.ref not in stock:
                error = errors.DataError("no such SKU", reason="not_found")
                results.append(data.StockResult(key=level.key, ok=False, error=error))
                continue
            before, stock[level.key.ref] = stock[level.key.ref], level.quantity
            results.append(
                data.StockResult(key=level.key, ok=True, quantity=level.quantity, before=before)
            )
        channel.fake_stock = stock
        return results

    def _read_stock(self, channel, keys):
        self._call(channel, "read_stock", [key.ref for key in keys])
        stock = channel.fake_stock or {}
        return {key.ref: stock[key.ref] for key in keys if key.ref in stock}

    def _fetch_listings(self, channel, cursor):
        self._call(channel, "fetch_listings", cursor)
        listings = channel.fake_listings or []
        size = channel.fake_page_size or 100
        for start in range((cursor or {}).get("start", 0), len(listings), size):
            yield data.ListingPage(
                listings=tuple(self._listing(channel, v) for v in listings[start : start + size]),
                cursor={"start": start + size},
                more=start + size < len(listings),
            )

    def _push_shipments(self, channel, shipments):
        self._call(channel, "push_shipments", [s.order_ref for s in shipments])
        return [data.Result(ref=s.order_ref, ok=True) for s in shipments]

    # === HELPERS === #

    def _call(self, channel, operation, argument):
        """One call of the mall: observed, and failing as the test wants."""
        fault = channel._fake_call(operation, argument)
        attempt = data.Attempt(operation=operation, status=200, seconds=0.01, request_id="fake")
        if fault:
            attempt.status, attempt.error_kind = 500, fault["kind"]
        channel._attempt_observer()(attempt)
        if fault:
            self._raise(fault)

    def _raise(self, fault):
        if fault["kind"] == "bug":
            raise RuntimeError("the test wants a bug")
        raise _ERRORS[fault["kind"]]("the test wants this", reason=fault.get("reason"))

    def _document(self, document):
        moment = document.get("updated_at")
        return data.SourceDocument(
            ref=document["ref"],
            payload=document["payload"],
            updated_at=moment and datetime.fromisoformat(moment),
        )

    def _listing(self, channel, values):
        stock = channel.fake_stock or {}
        skus = [{"quantity": stock.get(sku["ref"]), **sku} for sku in values.get("skus", ())]
        return record_from_json(data.ListingData, {**values, "skus": skus})


def _naive_utc(text):
    """A moment of a document as the core gives and takes it."""
    return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)
