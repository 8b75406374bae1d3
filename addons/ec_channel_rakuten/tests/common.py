"""Ground for the Odoo tests: a shop of ours on the simulated mall, served over HTTP in a thread."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

from odoo.fields import Command

from odoo.addons.ec_unified.tests.common import EcCommon

ROOT = Path(__file__).resolve().parents[3]


def load_mall():
    """The simulator's package ``tests.malls.rakuten`` of the repository this addon lies in.

    :raise AssertionError: the addon was installed without the repository's ``tests`` folder
    """
    if not (ROOT / "tests/malls/rakuten/mall.py").is_file():
        raise AssertionError(
            f"these tests need the simulated mall: {ROOT}/tests/malls/rakuten is missing. Run "
            "them from a checkout of the repository."
        )
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    try:
        from tests.malls import rakuten
        from tests.malls.common import clock
    except ImportError as error:
        text = f"another package named “tests” hides {ROOT}/tests: {error}"
        raise AssertionError(text) from error
    return rakuten, clock


class RakutenCommon(EcCommon):
    """``self.mall`` is the mall, ``self.shop`` our channel on it. The mall's clock runs with the
    real time, because the crons' waits do."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rakuten, cls.mall_clock = load_mall()
        adapter = cls.registry["ec.channel.adapter.rakuten"]
        # Calls per second are tested in tests/wire; here they would only cost time.
        cls.startClassPatcher(patch.object(adapter, "_rates", lambda self: {}))
        cls.startClassPatcher(patch.object(adapter, "_now", lambda self: datetime.now(UTC)))

    def setUp(self):
        super().setUp()
        self.mall = self.rakuten.RakutenMall(self.mall_clock.SimClock())
        self.mall.add_items()
        self.mall.start()
        self.addCleanup(self.mall.stop)
        self.shop = self.make_shop()

    def make_shop(self, **vals):
        """A running shop on the simulated mall."""
        return self.env["ec.channel"].create(
            {
                "name": "さくらの木",
                "provider": "rakuten",
                "state": "active",
                "api_url": self.mall.base_url,
                "rakuten_service_secret": self.mall.service_secret,
                "rakuten_license_key": self.mall.license_key,
                "company_id": self.company.id,
                "warehouse_ids": [Command.set(self.warehouse.ids)],
                "user_id": self.manager.id,
                "import_from": "2020-01-01 00:00:00",
                **vals,
            }
        )

    def make_product(self, code, quantity=10, **vals):
        """A product on the shelf."""
        product = self.env["product.product"].create(
            {"name": code, "default_code": code, "is_storable": True, **vals}
        )
        self.env["stock.quant"]._update_available_quantity(
            product, self.warehouse.lot_stock_id, quantity
        )
        return product

    def order(self, ref):
        """The order received for a number of the mall."""
        return self.env["sale.order"].search(
            [("ec_channel_id", "=", self.shop.id), ("ec_order_ref", "=", ref)]
        )

    def tax_by_rate(self, order):
        """``{"10": (amount incl. tax, tax)}`` as booked."""
        found = {}
        for line in order.order_line.filtered("tax_ids"):
            percent = f"{line.tax_ids.amount:g}"
            total, tax = found.get(percent, (0, 0))
            found[percent] = (total + line.price_total, tax + line.price_tax)
        return found
