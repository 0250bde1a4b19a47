"""A headless Chromium without a network, spoken to over a pipe (DevTools protocol)."""

import base64
import contextlib
import json
import os
import select
import shutil
import subprocess
import time
from pathlib import Path

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")
_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--disable-extensions",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--remote-debugging-pipe",
    "--hide-scrollbars",
)


class Chromium:
    """One browser with one tab; it notes every request, error and console message."""

    def __init__(
        self, profile_folder: Path, *, width: int = 1366, height: int = 768
    ) -> None:
        to_browser, self._write = os.pipe()
        self._read, from_browser = os.pipe()

        def on_3_and_4():
            # Chromium reads commands on descriptor 3 and answers on 4.
            read, write = os.dup(to_browser), os.dup(from_browser)
            os.dup2(read, 3)
            os.dup2(write, 4)

        self._process = subprocess.Popen(
            [
                BROWSER,
                *_FLAGS,
                f"--user-data-dir={profile_folder}",
                f"--window-size={width},{height}",
                "about:blank",
            ],
            preexec_fn=on_3_and_4,  # noqa: PLW1509  (nothing else can set 3 and 4)
            close_fds=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_browser)
        os.close(from_browser)
        self._buffer, self._number, self._session = b"", 0, None
        self.events = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        found = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = found["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")
        self.resize(width, height)

    def _receive(self, until: float):
        while b"\0" not in self._buffer:
            ready, _, _ = select.select(
                [self._read], [], [], max(0, until - time.monotonic())
            )
            if not ready:
                message = "Chromium does not answer"
                raise TimeoutError(message)
            piece = os.read(self._read, 1 << 20)
            if not piece:
                message = "Chromium has closed"
                raise ConnectionError(message)
            self._buffer += piece
        text, self._buffer = self._buffer.split(b"\0", 1)
        return json.loads(text)

    def call(self, method: str, *, timeout: float = 60, **params: object):
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        until = time.monotonic() + timeout
        while True:
            answer = self._receive(until)
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise RuntimeError(answer["error"])
                return answer["result"]
            self.events.append(answer)

    def open(self, url: str, *, timeout: float = 60):
        self.events.clear()
        self.call("Page.navigate", url=url)
        until = time.monotonic() + timeout
        while not any(
            one.get("method") == "Page.loadEventFired" for one in self.events
        ):
            self.events.append(self._receive(until))
        self.run("new Promise((done) => setTimeout(done, 400))")

    def run(self, script: str):
        found = self.call(
            "Runtime.evaluate",
            expression=script,
            returnByValue=True,
            awaitPromise=True,
        )
        if "exceptionDetails" in found:
            raise RuntimeError(found["exceptionDetails"])
        return found["result"].get("value")

    def resize(self, width: int, height: int):
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        if self.events:
            self.run("new Promise((done) => setTimeout(done, 400))")

    def click(self, x: float, y: float):
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            self.call(
                "Input.dispatchMouseEvent",
                type=kind,
                x=x,
                y=y,
                button="none" if kind == "mouseMoved" else "left",
                clickCount=0 if kind == "mouseMoved" else 1,
            )
        self.run("new Promise((done) => setTimeout(done, 400))")

    def screenshot(self, path: Path, *, whole: bool = False):
        found = self.call("Page.captureScreenshot", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(found["data"]))

    def requests(self):
        """Give the addresses of everything the page asked for."""
        return [
            one["params"]["request"]["url"]
            for one in self.events
            if one.get("method") == "Network.requestWillBeSent"
        ]

    def complaints(self):
        """Give console messages, exceptions and failed loads."""
        wanted = {
            "Runtime.consoleAPICalled",
            "Runtime.exceptionThrown",
            "Log.entryAdded",
            "Network.loadingFailed",
        }
        return [one for one in self.events if one.get("method") in wanted]

    def close(self):
        with contextlib.suppress(OSError, RuntimeError, TimeoutError):
            self._session = None
            self.call("Browser.close", timeout=5)
        os.close(self._write)
        os.close(self._read)
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
