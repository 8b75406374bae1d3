"""Static checks. Each is a function that returns a list of problems, one line each."""
