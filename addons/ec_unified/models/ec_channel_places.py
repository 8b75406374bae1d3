"""A shop's number shared out over the mall's places, each standing for a warehouse.

The shop's number stays what the rules say; only where it is shown differs. That the same sum moves
from one place to another is a change too, so what each place was told is remembered per SKU.
"""

import json
from dataclasses import replace

from odoo import fields, models

from ..lib.stock_math import spread


class EcChannel(models.Model):
    _inherit = "ec.channel"

    def _stock_places_of(self, skus, targets):
        """What each place of the mall should show of ``skus``.

        :return: {sku id: {place: quantity}}; empty for a mall that shows one number
        :rtype: dict
        """
        adapter = self._adapter_or_none()
        split = adapter._stock_split(self) if adapter is not None and skus else {}
        if not split:
            return {}
        sources = self._stock_sources()
        by_warehouse = {warehouse: place for place, warehouse in split.items()}
        shown = sources.filtered(lambda warehouse: warehouse in by_warehouse)
        free = self._stock_free_by_source(skus.product_id, shown)
        places = [(by_warehouse[warehouse], free[warehouse.id]) for warehouse in shown]
        return {
            sku.id: spread(
                targets[sku.id], {place: units[sku.product_id.id] for place, units in places}
            )
            for sku in skus
            if sku.id in targets
        }

    def _stock_with_places(self, skus, levels, places):
        """``levels`` of ``skus``, each with its share per place."""
        if not places:
            return levels
        return [
            replace(level, places=places[sku.id]) for sku, level in zip(skus, levels, strict=True)
        ]

    def _stock_read_shown(self, adapter, limits, keys):
        """What the mall shows, read once.

        :return: ({ref: quantity}, {ref: {place: quantity}}); the latter empty without places
        """
        if not adapter._stock_split(self):
            return self._stock_read(adapter, limits, keys), {}
        size, places = limits.stock_read_batch, {}
        for start in range(0, len(keys), size):
            places.update(adapter._read_stock_places(self, keys[start : start + size]))
        counted = {ref: units for ref, units in places.items() if units is not None}
        sums = {ref: sum(units.values()) for ref, units in counted.items()}
        return {**dict.fromkeys(places), **sums}, counted

    def _stock_place_detail(self, mall, sent, expected):
        """The places where the mall shows something else, for the list of differences.

        :return: {name of the place: [at the mall, last sent, should be]}
        """
        names = self._adapter()._stock_place_names(self)
        return {
            names.get(place) or place: [
                (mall or {}).get(place, 0),
                (sent or {}).get(place, 0),
                expected.get(place, 0),
            ]
            for place in {**expected, **(mall or {})}
            if (mall or {}).get(place, 0) != expected.get(place, 0)
        }

    def _stock_note(self, run, seen, keys, targets, results):
        noted = super()._stock_note(run, seen, keys, targets, results)
        ids = {(key.item_ref, key.ref): sku_id for sku_id, key in keys.items()}
        told = [ids.get((result.key.item_ref, result.key.ref)) for result in results if result.ok]
        self.env["ec.listing.sku"]._stock_note_places(
            {sku_id: run.places.get(sku_id) for sku_id in told if sku_id}
        )
        return noted


class EcListingSku(models.Model):
    _inherit = "ec.listing.sku"

    places_sent = fields.Json(
        readonly=True, copy=False, help="What each place of the mall was told."
    )

    def _stock_differs(self, target, sold_here=(), places=None):
        """The same sum at other places is told as well."""
        return super()._stock_differs(target, sold_here) or (places or {}) != (
            self.places_sent or {}
        )

    def _stock_note_places(self, told):
        """Keep what each place was told; one statement, none for malls without places.

        :param dict told: {sku id: {place: quantity}, or None for one number}
        """
        before = self.browse(told).filtered("places_sent")
        rows = [
            {"id": sku_id, "places": places}
            for sku_id, places in told.items()
            if places or sku_id in before._ids
        ]
        if not rows:
            return
        self.env.cr.execute(
            """
            UPDATE ec_listing_sku sku SET places_sent = r.places
              FROM jsonb_to_recordset(%s::jsonb) AS r(id int, places jsonb) WHERE sku.id = r.id
            """,
            (json.dumps(rows),),
        )
        self.invalidate_model(["places_sent"])
