"""A simulated Shopify shop: Admin GraphQL 2026-10, tokens, cost, webhooks, web page.

Sections quoted in docstrings are explained in ``docs/sources.md``.
"""
