"""Stock by the inventory API 2.0 (3): absolute, in the largest batch, read back."""

import re

from ...ec_unified.lib.data import SkuKey, StockResult
from ...ec_unified.lib.errors import ConflictError, DataError, UncertainWriteError
from . import const
from .orders import batches

_ROW = re.compile(r"inventories\[(\d+)\]")
_TRIES = 3
_SEPARATOR = "/"


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
    """

    def __init__(self, client):
        self.client = client

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
        return {
            (str(row["manageNumber"]).lower(), str(row["variantId"])): int(row["quantity"])
            for row in answer.get("inventories") or []
            if row.get("quantity") is not None
        }

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
        before = self.quantities([wanted[ref].key for ref, _row in rows]) if rows else {}
        for chunk in batches(rows, const.STOCK_WRITE_BATCH):
            errors.update(self._write(chunk))
        written = [level.key for ref, level in wanted.items() if ref not in errors]
        shown = self.quantities(written) if written else {}
        return [_result(level, errors, shown, before) for level in levels]

    def _write(self, rows, tries=_TRIES):
        """Send ``[(ref, row)]``; returns errors by ref.

        ABSOLUTE values may be sent again after a conflict or silence (3); after silence the state
        is read first and only what differs is repeated.
        """
        if not rows:
            return {}
        try:
            self.client.inventory_upsert([row for _ref, row in rows])
        except ConflictError:
            if tries <= 1:
                raise
            return self._write(rows, tries - 1)
        except UncertainWriteError:
            if tries <= 1:
                raise
            return self._write(self._unwritten(rows), tries - 1)
        except DataError as error:
            return self._without_bad(rows, error)
        return {}

    def _unwritten(self, rows):
        keys = [SkuKey(item_ref=row["manageNumber"], ref=ref) for ref, row in rows]
        shown = self.quantities(keys)
        return [(ref, row) for ref, row in rows if shown.get(ref) != row["quantity"]]

    def _without_bad(self, rows, error):
        """Find the refused rows by propertyPath, else by halving, and send the others."""
        paths = error.params.get("paths") or []
        bad = {int(match[1]) for path in paths if (match := _ROW.search(path))}
        bad = {index for index in bad if index < len(rows)}
        if bad:
            errors = {rows[index][0]: error for index in bad}
            good = [row for index, row in enumerate(rows) if index not in bad]
            return {**errors, **self._write(good)}
        if len(rows) == 1:
            return {rows[0][0]: error}
        half = len(rows) // 2
        return {**self._write(rows[:half]), **self._write(rows[half:])}


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
