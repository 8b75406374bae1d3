"""Tooling of this repository: ``python3 -m tools --help``.

The modules that prepare a machine (everything but ``tools.lint``) need nothing
but the standard library, so that they run on a bare Debian.
"""
