"""The pictures of the README, taken from the running demo.

    python3 -m tools py -m tools.screenshots [--odoo=URL] [--mall=URL] [--to=FOLDER] [NAME…]

Start ``make demo`` first; without addresses the demo's usual ones are tried. Each picture is
what a clerk sees in headless Chromium, stored with a palette of 256 colours.
"""

from __future__ import annotations

import argparse
import base64
import io
import json
import re
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import requests
import websocket
from PIL import Image

from demo.shop import PASSWORDS

ROOT = Path(__file__).resolve().parents[1]
_PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
_READY = """
(async () => {
    const wanted = %s;
    const end = Date.now() + 80000;
    while (Date.now() < end) {
        const busy = document.querySelector(".o_loading_indicator, .o_blockUI");
        if (!busy && document.querySelector(wanted)) {
            await document.fonts.ready;
            await new Promise((resolve) => setTimeout(resolve, 700));
            return true;
        }
        await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return false;
})()
"""
_CLICK = """
[...document.querySelectorAll(%s)].find((element) => element.textContent.includes(%s)).click()
"""


@dataclass(frozen=True)
class Shot:
    """One picture: where it is, what must be there before it is taken, clicks before.

    A click is a CSS selector, with ``::`` and a text for the first element that holds it.
    """

    name: str
    path: str
    wait: str
    login: str = "juchu"
    clicks: tuple[str, ...] = ()
    after: str = "body"
    width: int = 1400
    height: int = 900


SHOTS = (
    Shot("today", "/odoo/shop-dashboard", ".o_ec_dashboard .o_ec_shop", height=980),
    Shot("orders", "/odoo/shop-orders", ".o_list_view .o_data_row"),
    Shot(
        "order",
        "/odoo/shop-orders-check",
        ".o_list_view .o_data_row",
        clicks=(".o_data_row:has(.fa-gift) td[name=partner_id]",),
        after=".o_form_view [name=ec_band]",
        height=1150,
    ),
    Shot(
        "shops",
        "/odoo/shops",
        ".o_ec_channel_kanban .o_kanban_record .badge",
        login="kanri",
        height=620,
    ),
    Shot("errors", "/odoo/shop-errors", ".o_list_view, .o_view_nocontent", height=420),
    Shot("checks", "/odoo/shop-checks", ".o_list_view .o_data_row", height=720),
    Shot(
        "bulk",
        "/odoo/shop-orders-check",
        ".o_list_view .o_data_row",
        clicks=(
            "thead .o_list_record_selector input",
            ".o_cp_action_menus button::アクション",
            ".o-dropdown-item::出荷をまとめて確定",
            ".modal .o_ec_bulk_go",
        ),
        after=".o_ec_bulk[data-running='0']",
        height=760,
    ),
    Shot(
        "preview",
        "/odoo/shop-stock-preview",
        ".o_ec_stock_preview tbody tr",
        clicks=(".o_ec_quantity",),
        after=".o_ec_why",
        height=720,
    ),
    Shot(
        "matching",
        "/odoo/shop-unmatched",
        ".o_list_view .o_data_row",
        clicks=("thead .o_list_record_selector input", "button[name=button_suggest]"),
        after=".o_notification",
        height=420,
    ),
    Shot(
        "differences",
        "/odoo/shop-stock-differences",
        ".o_data_row button[name=button_repair]",
        height=420,
    ),
    Shot("shipping", "/odoo/shop-shipping", ".o_list_view .o_data_row", "shukka", height=720),
    Shot("mall", "", ".card[data-sku] img"),
    Shot("phone-today", "/odoo/shop-dashboard", ".o_ec_dashboard .o_ec_shop", "juchu", width=390),
    Shot("phone-orders", "/odoo/shop-orders", ".o_kanban_record", width=390),
)


class Browser:
    """Headless Chromium, driven over its own debugging protocol."""

    def __init__(self):
        program = next(filter(None, map(shutil.which, _PROGRAMS)), None)
        if not program:
            raise SystemExit("chromium is missing: apt install chromium")
        self._profile = tempfile.mkdtemp()
        self._process = subprocess.Popen(
            [
                program, "--headless=new", "--no-sandbox", "--disable-gpu", "--lang=ja",
                "--hide-scrollbars", "--remote-debugging-port=0", "about:blank",
                f"--user-data-dir={self._profile}",
            ],
            stderr=subprocess.PIPE,
            text=True,
        )  # fmt: skip
        port = next(
            found[1] for line in self._process.stderr if (found := re.search(r":(\d+)/devto", line))
        )
        pages = requests.get(f"http://127.0.0.1:{port}/json", timeout=10).json()
        address = next(page for page in pages if page["type"] == "page")["webSocketDebuggerUrl"]
        self._socket = websocket.create_connection(address, suppress_origin=True, timeout=90)
        self._number = 0
        self.complaints: list[str] = []
        self("Runtime.enable")
        self("Network.enable")
        self("Page.enable")

    def __call__(self, method: str, **params) -> dict:
        """Send a command and return its answer; the console's errors are kept meanwhile."""
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": params}))
        while True:
            answer = json.loads(self._socket.recv())
            if answer.get("id") == self._number:
                return answer.get("result", answer)
            self._listen(answer)

    def _listen(self, event: dict) -> None:
        params = event.get("params", {})
        if event.get("method") == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(params["exceptionDetails"])[:800])
        elif event.get("method") == "Runtime.consoleAPICalled" and params["type"] == "error":
            self.complaints.append(json.dumps(params["args"])[:800])

    def evaluate(self, script: str):
        """Run JavaScript in the page and return its value."""
        answer = self("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        return answer["result"].get("value")

    def open(self, url: str, width: int, height: int) -> None:
        """Load an address in a window of this size."""
        self(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        self("Emulation.setTimezoneOverride", timezoneId="Asia/Tokyo")
        self("Emulation.setTouchEmulationEnabled", enabled=width < 600)
        self("Page.navigate", url=url)
        time.sleep(0.5)

    def wait(self, selector: str) -> None:
        """Wait until the page shows this.

        :raise SystemExit: it does not within 80 seconds
        """
        if not self.evaluate(_READY % json.dumps(selector)):
            raise SystemExit(f"not shown: {selector}\n" + "\n".join(self.complaints))

    def close(self) -> None:
        """End the browser."""
        self._process.terminate()
        self._process.wait(10)
        shutil.rmtree(self._profile, ignore_errors=True)


def log_in(url: str, login: str) -> str:
    """Return the session of a person of the demo."""
    session = requests.Session()
    page = session.get(f"{url}/web/login", timeout=60).text
    token = re.search(r'csrf_token(?:" value=|: )"([^"]+)"', page)[1]
    form = {"login": login, "password": PASSWORDS[login], "csrf_token": token}
    session.post(f"{url}/web/login", data=form, timeout=60)
    return session.cookies["session_id"]


def take(browser: Browser, shot: Shot, odoo: str, mall: str) -> Image.Image:
    """Open the page of a picture and take it."""
    browser.open(odoo + shot.path if shot.path else mall, shot.width, shot.height)
    browser.wait(shot.wait)
    for click in shot.clicks:
        selector, _sep, text = click.partition("::")
        browser.wait(selector)
        browser.evaluate(_CLICK % (json.dumps(selector), json.dumps(text)))
    if shot.clicks:
        browser.wait(shot.after)
    data = browser("Page.captureScreenshot")["data"]
    return Image.open(io.BytesIO(base64.b64decode(data)))


def main() -> int:
    """Take the pictures that are asked for, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--odoo", default="http://127.0.0.1:8069")
    parser.add_argument("--mall", default="http://127.0.0.1:8081")
    parser.add_argument("--to", type=Path, default=ROOT / "docs/images")
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    arguments.to.mkdir(parents=True, exist_ok=True)
    browser = Browser()
    sessions: dict[str, str] = {}
    try:
        for shot in SHOTS:
            if arguments.names and shot.name not in arguments.names:
                continue
            if shot.login not in sessions:
                sessions[shot.login] = log_in(arguments.odoo, shot.login)
            browser(
                "Network.setCookie",
                name="session_id",
                value=sessions[shot.login],
                url=arguments.odoo,
            )
            image = take(browser, shot, arguments.odoo, arguments.mall)
            file = arguments.to / f"{shot.name}.png"
            image.convert("RGB").quantize(256).save(file, optimize=True)
            print(f"{file}  {file.stat().st_size // 1024} kB")
    finally:
        browser.close()
    for complaint in browser.complaints:
        print(f"console: {complaint}")
    return 1 if browser.complaints else 0


if __name__ == "__main__":
    raise SystemExit(main())
