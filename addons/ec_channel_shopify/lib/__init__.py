"""Wire client of the Shopify Admin GraphQL API: pure Python, never imports ``odoo``."""
