"""Run both simulated malls in one container, and let connections from outside in.

The malls listen on 127.0.0.1. Each public port (18081, 18082) is passed on to its mall.
What the malls print when they are ready goes to /state/malls.json, for docker/demo.sh.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from pathlib import Path

from tools.demo import MALLS, SECONDS_PER_ORDER, Mall
from tools.paths import shopify_schema_dir

STATE = Path(os.environ.get("EC_STATE_DIR", "/state"))
#: What the health check looks for; in a tmpfs, so that a restart begins without it.
READY = Path("/tmp/ready")
PUBLIC_OFFSET = 10000


async def start(mall: Mall) -> tuple[asyncio.subprocess.Process, dict]:
    """Start a mall and read the line it prints when it is ready."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        mall.module,
        f"--port={mall.port}",
        f"--state-file={STATE / mall.name}.json",
        f"--auto-orders={SECONDS_PER_ORDER}",
        "--fast",
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "EC_SHOPIFY_SCHEMA_DIR": str(shopify_schema_dir())},
    )
    line = await process.stdout.readline()
    if not line:
        raise SystemExit(f"the mall {mall.name} did not start")
    return process, json.loads(line)


async def forward(port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass one connection on to a mall."""
    with contextlib.suppress(OSError):
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(_copy(reader, far_writer), _copy(far_reader, writer))


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while chunk := await reader.read(65536):
            writer.write(chunk)
            await writer.drain()
    writer.close()


async def main() -> None:
    """Start everything; end when a mall ends."""
    ready_file = STATE / "malls.json"
    started = {mall.name: await start(mall) for mall in MALLS}
    for mall in MALLS:
        port = mall.port

        async def serve(reader, writer, port=port):
            await forward(port, reader, writer)

        await asyncio.start_server(serve, "0.0.0.0", port + PUBLIC_OFFSET)
    ready_file.write_text(json.dumps({name: ready for name, (_p, ready) in started.items()}))
    READY.touch()
    waiting = [asyncio.create_task(process.wait()) for process, _ready in started.values()]
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)


if __name__ == "__main__":
    asyncio.run(main())
