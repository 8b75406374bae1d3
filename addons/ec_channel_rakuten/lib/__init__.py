"""RMS WEB SERVICE client: pure Python, never imports ``odoo``.

Numbers in docstrings, such as (2.8), are explained in ``docs/sources.md`` of the repository.
"""
