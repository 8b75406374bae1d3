"""``python3 -m tests.malls.shopify``: serve the simulated Shopify shop."""

from __future__ import annotations

import sys

from ..common.cli import parser, serve
from .settings import PLANS
from .shop import ShopifyShop


def main() -> int:
    """Parse the options, fill the shop, serve until told to stop."""
    args = parser("Simulated Shopify Admin GraphQL shop (模擬ショップ)")
    args.add_argument("--plan", default="basic", choices=sorted(PLANS))
    options = args.parse_args()
    shop = ShopifyShop(plan=options.plan)
    fresh = options.state_file is None or not options.state_file.exists()
    if options.catalog is None and fresh:
        shop.add_items()
    return serve(shop, options, dict(shop.credentials()))


if __name__ == "__main__":
    sys.exit(main())
