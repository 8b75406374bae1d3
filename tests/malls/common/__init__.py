"""What every simulated mall shares: clock, faults, HTTP server, control API, people."""
