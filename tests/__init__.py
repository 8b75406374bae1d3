"""Tests and test tools of EC Unified (never part of an addon)."""
