"""Root of all test runs: makes the pure `lib` of our addons importable without Odoo."""

from tools import pure_import

pure_import.install()
