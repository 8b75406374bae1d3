"""``make demo``: Odoo, both simulated malls and a database that looks like a running shop.

The first start builds the database ``ec_demo`` (kept in ``.run``), the next ones reuse it.
``python3 -m tools demo --fresh`` builds it anew. Ctrl-C ends everything.

The content is not here: ``demo/build.py`` offers

    build(env, malls)    fill a fresh database        (runs in Odoo's shell, is committed)
    connect(env, malls)  every start: tell the channels where the malls are;
                         returns the logins to print, {login: password}

with ``malls`` = {"rakuten": {"url": …, …credentials}, "shopify": {…}}: the line that each
``python3 -m tests.malls.<name>`` prints when it is ready.
"""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass

from . import database, environment, odoo_run, postgres, system
from .console import ToolError, say
from .environment import Environment
from .locks import only_one
from .paths import LOGS, ROOT, our_modules, run_dir

DATABASE = "ec_demo"
ODOO_PORT = 8069
SECONDS_PER_ORDER = 8
_START_SECONDS = 180
_MALL_SECONDS = 30


@dataclass(frozen=True)
class Mall:
    """A simulated mall: the module to start and the port it likes."""

    name: str
    module: str
    port: int


MALLS = (
    Mall("rakuten", "tests.malls.rakuten", 8081),
    Mall("shopify", "tests.malls.shopify", 8082),
)


class Processes:
    """The processes of the demo; all end together."""

    def __init__(self, env: Environment):
        self.env = env
        self.running: dict[str, subprocess.Popen[str]] = {}

    def start(self, name: str, command: list[str], **options) -> subprocess.Popen[str]:
        """Start a process of its own session, so that Ctrl-C reaches only us."""
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=self.env.variables(),
            stdin=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
            **options,
        )
        self.running[name] = process
        return process

    def wait(self) -> None:
        """Wait until a process ends by itself, which none should."""
        while True:
            for name, process in self.running.items():
                if process.poll() is not None:
                    raise ToolError(f"{name} ended (exit code {process.returncode}); see {LOGS}")
            time.sleep(0.5)

    def stop(self) -> None:
        """End all processes: politely first."""
        for process in reversed(self.running.values()):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.running.values():
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()


def main(arguments: list[str]) -> int:
    """Command `demo`."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    with only_one(run_dir() / "demo.lock", "the demo of this checkout is running already"):
        return _run("--fresh" in arguments)


def _run(fresh: bool) -> int:
    """Start everything, wait for Ctrl-C, end everything."""
    was_running = postgres.is_running()
    system.ensure()
    env = environment.ensure()
    processes = Processes(env)
    if fresh:
        database.drop(env, DATABASE)
    try:
        known = database.exists(env, DATABASE)
        if not known:
            shutil.rmtree(run_dir("demo"), ignore_errors=True)
        malls = {mall.name: start_mall(processes, mall) for mall in MALLS}
        prepare_database(env, malls)
        logins = connect(env, malls)
        port = start_odoo(processes)
        print_addresses(port, malls, logins)
        processes.wait()
    except KeyboardInterrupt:
        say("ending the demo")
    finally:
        processes.stop()
        if not was_running:
            postgres.stop_if_unused()
    return 0


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def start_mall(processes: Processes, mall: Mall) -> dict:
    """Start a simulated mall; return the address and credentials it prints."""
    say(f"starting the simulated mall {mall.name}")
    port = mall.port if odoo_run.is_free(mall.port) else odoo_run.free_port()
    command = [str(processes.env.python), "-m", mall.module, f"--port={port}"]
    command += [f"--state-file={run_dir('demo') / mall.name}.json"]
    command += [f"--auto-orders={SECONDS_PER_ORDER}", "--fast"]
    log = LOGS / f"demo-{mall.name}.log"
    with log.open("w") as errors:
        process = processes.start(
            f"mall {mall.name}", command, stdout=subprocess.PIPE, stderr=errors
        )
    timer = threading.Timer(_MALL_SECONDS, process.kill)
    timer.start()
    line = process.stdout.readline()
    timer.cancel()
    if not line:
        raise ToolError(f"the mall {mall.name} did not start; see {log}")
    threading.Thread(target=process.stdout.read, daemon=True).start()
    return json.loads(line)


def prepare_database(env: Environment, malls: dict[str, dict]) -> None:
    """Build the demo database, or update it when our addons have changed."""
    modules = ",".join(our_modules(for_tests=False))
    key = database.addons_key(env)
    if database.exists(env, DATABASE):
        if database.comment(env, DATABASE) != key:
            say("the addons have changed: updating the demo database")
            log = LOGS / "demo-update.log"
            odoo_run.run_checked(env, DATABASE, "-u", modules, log=log)
            database.set_comment(env, DATABASE, key)
        return
    say("building the demo database")
    building = f"{DATABASE}_building"
    database.drop(env, building)
    database.copy(env, database.ensure_base(env), building)
    odoo_run.run_checked(env, building, "-i", modules, log=LOGS / "demo-install.log")
    _script(env, building, "build_demo", malls)
    database.set_comment(env, building, key)
    database.rename(env, building, DATABASE)


def connect(env: Environment, malls: dict[str, dict]) -> dict[str, str]:
    """Tell the channels where the malls are; return the logins."""
    return _script(env, DATABASE, "connect_demo", malls)


def _script(env: Environment, name: str, function: str, malls: dict[str, dict]) -> dict:
    output = odoo_run.shell(
        env,
        name,
        "from tools import odoo_scripts\n"
        f"odoo_scripts.{function}(env, __import__('json').loads({json.dumps(malls)!r}))\n",
    )
    from .odoo_scripts import ANSWER

    for line in output.splitlines():
        if line.startswith(ANSWER):
            return json.loads(line.removeprefix(ANSWER))
    return {}


def start_odoo(processes: Processes) -> int:
    """Start Odoo with its crons and wait until it answers; return its port."""
    say("starting Odoo")
    port = ODOO_PORT if odoo_run.is_free(ODOO_PORT) else odoo_run.free_port()
    command = processes.env.odoo_command(
        *odoo_run.database_arguments(DATABASE),
        f"--http-port={port}",
        "--max-cron-threads=2",
        f"--logfile={LOGS / 'demo-odoo.log'}",
    )
    with (LOGS / "demo-odoo.out").open("w") as output:
        process = processes.start("Odoo", command, stdout=output, stderr=output)
    end = time.monotonic() + _START_SECONDS
    while not _answers(f"http://127.0.0.1:{port}/web/login"):
        if process.poll() is not None or time.monotonic() > end:
            raise ToolError(f"Odoo did not start; see {LOGS}/demo-odoo.log and .out")
        time.sleep(0.5)
    return port


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def print_addresses(port: int, malls: dict[str, dict], logins: dict[str, str]) -> None:
    """Tell where to look and how to log in."""
    print(f"\n  Odoo      http://127.0.0.1:{port}/odoo", flush=True)
    for login, password in logins.items():
        print(f"            login {login} / {password}", flush=True)
    for name, ready in malls.items():
        print(f"  {name:9} {ready['url']}", flush=True)
    print(f"  logs      {LOGS}")
    print(
        f"\n  A new order comes in every {SECONDS_PER_ORDER} seconds per mall. Ctrl-C ends all.\n"
    )
