"""Wire client of the Shopify Admin GraphQL API: pure Python, never imports ``odoo``.

Section numbers in docstrings are explained in ``docs/sources.md`` of the repository.
"""
