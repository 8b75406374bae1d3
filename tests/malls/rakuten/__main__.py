"""``python3 -m tests.malls.rakuten``: serve the simulated Rakuten RMS."""

from __future__ import annotations

import sys

from ..common.cli import parser, serve
from .mall import RakutenMall


def main() -> int:
    """Parse the options, fill the mall, serve until told to stop."""
    args = parser("Simulated Rakuten RMS (模擬モール)")
    args.add_argument("--auto-confirm", action="store_true", help="RMS confirms orders by itself")
    options = args.parse_args()
    mall = RakutenMall(fast=options.fast)
    mall.shop.auto_confirm = options.auto_confirm
    fresh = options.state_file is None or not options.state_file.exists()
    if options.catalog is None and fresh:
        mall.add_items()
    credentials = {"service_secret": mall.service_secret, "license_key": mall.license_key}
    return serve(mall, options, credentials)


if __name__ == "__main__":
    sys.exit(main())
