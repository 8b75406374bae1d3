"""Simulated malls: stateful HTTP servers, faithful to the references."""
