"""Drives a headless Chromium through its debugging pipe, without any further package."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector
from time import monotonic
from typing import Any, Self

SECONDS = 60.0
NAMES = ("chromium", "chromium-browser", "google-chrome")
SWITCHES = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--disable-extensions",
    "--no-proxy-server",
    "--remote-debugging-pipe",
)

# The browser reads commands from its descriptor 3 and writes answers to its 4. They are moved there by way of high
# numbers, for either may be one of these two already.
LAUNCH = """
import fcntl, os, sys
for place, given in [(3, sys.argv[1]), (4, sys.argv[2])]:
    sys.argv[place - 2] = fcntl.fcntl(int(given), fcntl.F_DUPFD, 10)
for place in (3, 4):
    os.dup2(sys.argv[place - 2], place)
os.execv(sys.argv[3], sys.argv[3:])
"""


def find_chromium() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


class Browser:
    """Is one tab; what it asked the network for is kept in ``requested``."""

    def __init__(self, program: str) -> None:
        self._profile = tempfile.TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True)
        commands, self._commands = os.pipe()
        self._answers, answers = os.pipe()
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-c", LAUNCH, str(commands), str(answers)),
                *(program, *SWITCHES, f"--user-data-dir={self._profile.name}", "about:blank"),
            ],
            pass_fds=(commands, answers),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(commands)
        os.close(answers)
        self._selector = DefaultSelector()
        self._selector.register(self._answers, EVENT_READ)
        self._read = b""
        self._count = 0
        self._session = ""
        self._loaded = 0
        self.requested: list[str] = []
        self.complaints: list[str] = []
        try:
            self._attach()
        except BaseException:
            self.close()
            raise

    def _attach(self) -> None:
        targets = self._ask("Target.getTargets")["targetInfos"]
        page = next(target["targetId"] for target in targets if target["type"] == "page")
        self._session = self._ask("Target.attachToTarget", targetId=page, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Log", "Runtime"):
            self._ask(f"{domain}.enable")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        os.close(self._commands)
        self._process.terminate()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(timeout=10)
        self._selector.close()
        os.close(self._answers)
        self._profile.cleanup()

    def _ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._count += 1
        number = self._count
        message: dict[str, Any] = {"id": number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        answer: dict[str, Any] = {}

        def answered(heard: dict[str, Any]) -> bool:
            answer.update(heard if heard.get("id") == number else {})
            return heard.get("id") == number

        self._listen(answered)
        assert "error" not in answer, answer["error"]
        return answer["result"]

    def _listen(self, enough: Callable[[dict[str, Any]], bool]) -> None:
        deadline = monotonic() + SECONDS
        while True:
            while b"\0" in self._read:
                raw, _, self._read = self._read.partition(b"\0")
                heard = json.loads(raw)
                self._note(heard)
                if enough(heard):
                    return
            left = deadline - monotonic()
            assert left > 0, "the browser did not answer in time"
            if self._selector.select(left):
                part = os.read(self._answers, 1 << 20)
                assert part, "the browser went away"
                self._read += part

    def _note(self, heard: dict[str, Any]) -> None:
        parameters = heard.get("params", {})
        match heard.get("method"):
            case "Network.requestWillBeSent":
                self.requested.append(parameters["request"]["url"])
            case "Log.entryAdded" if parameters["entry"]["level"] == "error":
                self.complaints.append(f"{parameters['entry']['text']} {parameters['entry'].get('url', '')}")
            case "Page.loadEventFired":
                self._loaded += 1

    def _act_and_load(self, act: Callable[[], object]) -> None:
        before = self._loaded
        act()
        if self._loaded == before:
            self._listen(lambda heard: heard.get("method") == "Page.loadEventFired")

    def open(self, address: str) -> None:
        self._act_and_load(lambda: self._ask("Page.navigate", url=address))

    def click(self, selector: str) -> None:
        """Clicks something that leads to another page."""
        self._act_and_load(lambda: self.run(f"document.querySelector({json.dumps(selector)}).click()"))

    def fill(self, selector: str, text: str) -> None:
        self.run(f"document.querySelector({json.dumps(selector)}).focus()")
        self._ask("Input.insertText", text=text)

    def run(self, script: str) -> Any:
        answer = self._ask("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def text(self, selector: str = "body") -> str:
        return self.run(f"document.querySelector({json.dumps(selector)}).innerText")

    def texts(self, selector: str) -> list[str]:
        return self.run(f"[...document.querySelectorAll({json.dumps(selector)})].map(node => node.innerText)")

    @property
    def path(self) -> str:
        return self.run("location.pathname")

    def without_scripts(self) -> None:
        self._ask("Emulation.setScriptExecutionDisabled", value=True)

    def size(self, width: int, height: int) -> None:
        self._ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def prefer(self, *, dark: bool) -> None:
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._ask("Emulation.setEmulatedMedia", features=[scheme])

    def screenshot(self, path: Path) -> None:
        answer = self._ask("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(answer["data"]))
