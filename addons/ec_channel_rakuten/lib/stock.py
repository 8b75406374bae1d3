"""Stock by the inventory API 2.0 (3): absolute, in the largest batch, read back.

Whether a write by 2.0 keeps the lead times of 2.1 is not known: SKUs that have some are written by
2.1, which is sent back what was read.
"""

import re

from ...ec_unified.lib.data import SkuKey, StockResult
from ...ec_unified.lib.errors import (
    ConflictError,
    DataError,
    SetupError,
    UncertainWriteError,
)
from . import const
from .orders import batches

_ROW = re.compile(r"inventories\[(\d+)\]")
_TRIES = 3
_SEPARATOR = "/"
# What 2.1 knows of a SKU beside its quantity.
_KEPT = ("operationLeadTime", "shipFromIds")


def sku_ref(manage_number, variant_id):
    """The contract's key of a SKU. variantId alone is not unique in a shop; manageNumber is
    lower-cased by the mall and never holds a slash."""
    return f"{str(manage_number).lower()}{_SEPARATOR}{variant_id}"


def split_ref(ref):
    """``(manageNumber, variantId)`` of ``sku_ref``.

    :raise DataError: when ``ref`` is none
    """
    manage_number, separator, variant_id = str(ref).partition(_SEPARATOR)
    if not (separator and manage_number and variant_id):
        raise DataError("not a SKU of this mall", reason="malformed", params={"sku": str(ref)})
    return manage_number, variant_id


class StockService:
    """Writes and reads stock.

    :param client: ``RmsClient``
    :param bool keeps: whether lead times are looked for and sent back
    """

    def __init__(self, client, *, keeps=False):
        self.client = client
        self.keeps = keeps

    # --- read ----------------------------------------------------------------------------------

    def quantities(self, keys):
        """Quantities by ``SkuKey.ref``; what the mall has no stock record of is absent.

        :param keys: ``SkuKey`` objects, any number
        """
        found = {}
        for chunk in batches(keys, const.STOCK_READ_BATCH):
            pairs = {split_ref(key.ref): key.ref for key in chunk}
            shown = self._shown(list(pairs))
            found.update({ref: shown[pair] for pair, ref in pairs.items() if pair in shown})
        return found

    def _shown(self, pairs):
        """Quantities by pair. One key the mall cannot read refuses all: halve until it is alone."""
        try:
            answer = self.client.inventory_get(pairs)
        except DataError:
            if len(pairs) == 1:
                return {}
            half = len(pairs) // 2
            return {**self._shown(pairs[:half]), **self._shown(pairs[half:])}
        return {pair: int(row["quantity"]) for pair, row in _rows(answer)}

    def _before(self, keys):
        """Quantities by ref, and what else has to be sent back with a write.

        :return: ({ref: quantity}, {ref: values})
        """
        shown, kept = {}, {}
        for chunk in batches(keys, const.STOCK_READ_BATCH):
            pairs = {split_ref(key.ref): key.ref for key in chunk}
            answer = self._detailed(list(pairs)) if self.keeps else None
            if answer is None:
                shown.update(self.quantities(chunk))
                continue
            for pair, row in _rows(answer):
                if pair in pairs:
                    shown[pairs[pair]] = int(row["quantity"])
                    kept[pairs[pair]] = {name: row[name] for name in _KEPT if row.get(name)}
        return shown, {ref: values for ref, values in kept.items() if values}

    def _detailed(self, pairs):
        try:
            return self.client.inventory_get_21(pairs)
        except DataError:
            return None  # one of the keys: 2.0 finds out which

    # --- write ---------------------------------------------------------------------------------

    def push(self, levels):
        """Set absolute quantities and read them back; one ``StockResult`` per level, in order.

        Refused rows do not hold up the good ones of their batch. A row the mall accepted but does
        not show is an error: it says OK to SKUs that do not exist (trap 20).

        :param levels: ``StockLevel`` objects; of several for one SKU the last one counts
        """
        levels = list(levels)
        wanted = {level.key.ref: level for level in levels}
        errors, rows = {}, []
        for ref, level in wanted.items():
            try:
                rows.append((ref, _row(level)))
            except DataError as error:
                errors[ref] = error
        before, kept = self._before([wanted[ref].key for ref, _row in rows])
        for chunk in batches([r for r in rows if r[0] not in kept], const.STOCK_WRITE_BATCH):
            errors.update(self._write(chunk))
        for chunk in batches([r for r in rows if r[0] in kept], const.STOCK_WRITE_BATCH):
            errors.update(self._write_kept(chunk, kept))
        written = [level.key for ref, level in wanted.items() if ref not in errors]
        shown = self.quantities(written) if written else {}
        return [_result(level, errors, shown, before) for level in levels]

    def _write_kept(self, rows, kept):
        """Send rows with what they had. The number goes first: where 2.1 refuses a row, for an id
        the shop has deleted since, it is sent without."""
        full = [(ref, {**row, **kept[ref]}) for ref, row in rows]
        try:
            refused = self._write(full, send=self.client.inventory_upsert_21)
        except SetupError:
            refused = kept
        return self._write([(ref, row) for ref, row in rows if ref in refused])

    def _write(self, rows, tries=_TRIES, send=None):
        """Send ``[(ref, row)]``; returns errors by ref.

        ABSOLUTE values may be sent again after a conflict or silence (3); after silence the state
        is read first and only what differs is repeated.
        """
        if not rows:
            return {}
        send = send or self.client.inventory_upsert
        try:
            send([row for _ref, row in rows])
        except ConflictError:
            if tries <= 1:
                raise
            return self._write(rows, tries - 1, send)
        except UncertainWriteError:
            if tries <= 1:
                raise
            return self._write(self._unwritten(rows), tries - 1, send)
        except DataError as error:
            return self._without_bad(rows, error, send)
        return {}

    def _unwritten(self, rows):
        keys = [SkuKey(item_ref=row["manageNumber"], ref=ref) for ref, row in rows]
        shown = self.quantities(keys)
        return [(ref, row) for ref, row in rows if shown.get(ref) != row["quantity"]]

    def _without_bad(self, rows, error, send):
        """Find the refused rows by propertyPath, else by halving, and send the others."""
        paths = error.params.get("paths") or []
        bad = {int(match[1]) for path in paths if (match := _ROW.search(path))}
        bad = {index for index in bad if index < len(rows)}
        if bad:
            errors = {rows[index][0]: error for index in bad}
            good = [row for index, row in enumerate(rows) if index not in bad]
            return {**errors, **self._write(good, send=send)}
        if len(rows) == 1:
            return {rows[0][0]: error}
        half = len(rows) // 2
        return {
            **self._write(rows[:half], send=send),
            **self._write(rows[half:], send=send),
        }


def _rows(answer):
    """``[(pair, row)]`` of an answer, as far as it tells quantities."""
    return [
        ((str(row["manageNumber"]).lower(), str(row["variantId"])), row)
        for row in answer.get("inventories") or []
        if row.get("quantity") is not None
    ]


def _row(level):
    manage_number, variant_id = split_ref(level.key.ref)
    return {
        "manageNumber": manage_number,
        "variantId": variant_id,
        "mode": "ABSOLUTE",
        "quantity": max(0, min(int(level.quantity), const.STOCK_MAX)),
    }


def _result(level, errors, shown, before):
    ref = level.key.ref
    if ref in errors:
        return StockResult(key=level.key, ok=False, error=errors[ref])
    quantity = shown.get(ref)
    if quantity is None:
        error = DataError("accepted, but not on the mall", reason="not_found", params={"sku": ref})
        return StockResult(key=level.key, ok=False, error=error)
    return StockResult(key=level.key, ok=True, quantity=quantity, before=before.get(ref))
