"""Command line that serves a mall until Ctrl-C or SIGTERM."""

from __future__ import annotations

import argparse
import json
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .server import MallServer

SAVE_EVERY_SECONDS = 20.0


def parser(description: str) -> argparse.ArgumentParser:
    """The options every mall has; a mall may add its own."""
    args = argparse.ArgumentParser(description=description)
    args.add_argument("--port", type=int, default=0, help="0 = any free port")
    args.add_argument("--state-file", type=Path, help="keep items and orders here between runs")
    args.add_argument("--catalog", type=Path, help="JSON list of items as in POST /_sim/items")
    args.add_argument("--orders", type=int, default=0, help="orders to create at the first start")
    args.add_argument("--mix", default="ordinary", choices=["ordinary", "all"])
    args.add_argument("--seed", type=int, default=1)
    args.add_argument(
        "--auto-orders",
        type=float,
        default=0,
        metavar="SECONDS",
        help="a new order every so many seconds",
    )
    args.add_argument("--fast", action="store_true", help="short waits, for a demo")
    return args


def prepare(mall: MallServer, options: argparse.Namespace) -> None:
    """Take over the state file, or fill the mall from the catalog."""
    path: Path | None = options.state_file
    if path is not None and path.exists():
        mall.load_state(json.loads(path.read_text(encoding="utf-8")))
        return
    if options.catalog is not None:
        mall.add_items(json.loads(options.catalog.read_text(encoding="utf-8")))
    if options.orders:
        mall.generate(count=options.orders, seed=options.seed, mix=options.mix)


def save(mall: MallServer, path: Path) -> None:
    """Write the state file in one step."""
    with mall.lock:
        text = json.dumps(mall.dump_state(), ensure_ascii=False)
    part = path.with_name(path.name + ".part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)


def serve(mall: MallServer, options: argparse.Namespace, credentials: dict[str, Any]) -> int:
    """Run until told to stop. Prints one JSON line with the address when ready."""
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    prepare(mall, options)
    url = mall.start(options.port)
    ready = {"mall": mall.name, "url": url, **credentials}
    print(json.dumps(ready, ensure_ascii=False), flush=True)
    if options.auto_orders:
        _repeat(stopping, options.auto_orders, lambda: _auto_order(mall, options))
    saved = -1
    while not stopping.wait(SAVE_EVERY_SECONDS):
        if options.state_file is not None and mall.revision != saved:
            saved = mall.revision
            save(mall, options.state_file)
    mall.stop()
    if options.state_file is not None:
        save(mall, options.state_file)
    return 0


def _auto_order(mall: MallServer, options: argparse.Namespace) -> None:
    with mall.lock:
        mall.revision += 1
        now = mall.clock.now()
        mall.generate(count=1, seed=options.seed + mall.revision, since=now, mix=options.mix)


def _repeat(stopping: threading.Event, seconds: float, work: Callable[[], None]) -> None:
    def run() -> None:
        while not stopping.wait(seconds):
            work()

    threading.Thread(target=run, name="auto-orders", daemon=True).start()
