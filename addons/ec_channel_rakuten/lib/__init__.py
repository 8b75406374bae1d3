"""RMS WEB SERVICE client: pure Python, never imports ``odoo``.

Section numbers in docstrings point to ``reference/rakuten-rms.md``.
"""
