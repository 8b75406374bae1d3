"""A simulated Shopify shop: Admin GraphQL 2026-10, tokens, cost, webhooks, web page.

Facts: ``reference/shopify-admin.md``; the sections quoted in docstrings are its sections.
"""
