"""Contract between the core and the malls: pure Python, never imports ``odoo``."""
