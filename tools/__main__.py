"""Command line of the tools: ``python3 -m tools COMMAND``."""

from __future__ import annotations

import sys

from .console import ToolError


def main() -> int:
    """Run the command and turn a known problem into one clear message."""
    from .commands import run_command

    try:
        return run_command(sys.argv[1:])
    except ToolError as error:
        print(f"\nERROR: {error}", file=sys.stderr, flush=True)
        return 2
    except KeyboardInterrupt:
        print("\ninterrupted; what was downloaded is kept", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
