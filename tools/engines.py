"""The three kinds of browser that readers have, behind one small face, for the tests: ``start("firefox")``.

Chromium is driven by Playwright; Firefox by WebDriver BiDi, which it speaks itself when it is asked to; WebKit by its
WebDriver, on a screen of its own (Xvfb) where there is none. None of them needs more than the browser's own package.

    with start("webkit") as engine:
        engine.open(page.as_uri())
        engine.click("#go")
        assert engine.run("(name) => document.querySelector(name).textContent", "#said") == "gone"
"""

import base64
import ctypes
import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from abc import ABC, abstractmethod
from contextlib import ExitStack, contextmanager
from pathlib import Path

from .browser import FLAGS, find

NAMES = ("chromium", "firefox", "webkit")
PACKAGES = {"firefox": ["firefox-esr"], "webkit": ["webkit2gtk-driver", "libgl1-mesa-dri", "xvfb"]}  # Debian's
WAIT = 60  # seconds for a browser to start, to open a page, or to run a script

KEYS = {
    "Tab": "\ue004", "Enter": "\ue007", "Escape": "\ue00c", "Space": " ", "Shift": "\ue008", "Control": "\ue009",
    "End": "\ue010", "Home": "\ue011", "ArrowLeft": "\ue012", "ArrowUp": "\ue013", "ArrowRight": "\ue014",
    "ArrowDown": "\ue015", "PageUp": "\ue00e", "PageDown": "\ue00f", "Backspace": "\ue003", "Delete": "\ue017",
}  # fmt: skip

# A script is an expression, or a function that is called with the arguments; what it promises is waited for.
RUN = "const it = (%s); return typeof it === 'function' ? it(...given) : it;"
MIDDLE = """(selector) => {
    const element = [...document.querySelectorAll(selector)].find((one) => one.checkVisibility());
    if (!element) return null;
    element.scrollIntoView({block: "center", inline: "nearest", behavior: "instant"});
    const box = element.getBoundingClientRect();
    return [box.x + box.width / 2, box.y + box.height / 2];
}"""
# WebKit's driver says nothing of the console: what is said once a page is loaded is written down in the page itself.
LISTEN = """() => {
    const said = (globalThis.saidForTests = []);
    addEventListener("error", (event) => said.push(`error: ${event.message}`));
    addEventListener("unhandledrejection", (event) => said.push(`error: ${event.reason}`));
    for (const kind of ["error", "warn"]) {
        const plain = console[kind];
        console[kind] = (...words) => { said.push(`${kind}: ${words.join(" ")}`); plain.apply(console, words); };
    }
}"""


# Firefox complains of a formula's MathML when it lays a page out of which it has read only half the formula.
HALF_READ = "Invalid markup: Incorrect number of children for"


class EngineError(Exception):
    """A browser does not start or does not do what it was asked."""


class Engine(ABC):
    """A browser with one page in it."""

    name: str

    @abstractmethod
    def go(self, url: str) -> None:
        """Go to an address, whose page is loaded, or still loading, after that."""

    @abstractmethod
    def run(self, script: str, *given):
        """Value of a JavaScript expression, or of a function of `given`; both as JSON."""

    @abstractmethod
    def size(self, width: int, height: int) -> None:
        """Set the size of what is seen of a page, in CSS pixels."""

    @abstractmethod
    def picture(self) -> bytes:
        """What is seen of the page, as PNG."""

    @abstractmethod
    def perform(self, kind: str, actions: list[dict]) -> None:
        """Perform actions of a "key" or a "pointer", as WebDriver spells them."""

    @property
    @abstractmethod
    def complaints(self) -> list[str]:
        """Errors and warnings in the console since `forget`."""

    @abstractmethod
    def forget(self) -> None:
        """Forget what was complained of."""

    def open(self, url: str) -> None:
        """Open an address and wait until all of the page is there."""
        self.go(url)
        self.wait("document.readyState === 'complete'", seconds=WAIT)

    def screenshot(self, path) -> None:
        """Write what is seen of the page to a PNG file."""
        Path(path).write_bytes(self.picture())

    def wait(self, script: str, *given, seconds: float = 10) -> None:
        """Wait until a script gives something true."""
        end = time.monotonic() + seconds
        while not self.run(script, *given):
            if time.monotonic() > end:
                raise EngineError(f"{self.name}: after {seconds} s still not: {script}")
            time.sleep(0.05)

    def middle(self, selector: str) -> tuple[float, float]:
        """Where the first visible element of that kind has its middle, scrolled into view, once it rests there."""
        before = None
        for _ in range(40):  # what is above it may still grow
            point = self.run(MIDDLE, selector)
            if point is None:
                raise EngineError(f"{self.name}: nothing that can be seen is {selector}")
            if point == before:
                break
            before = point
            time.sleep(0.05)
        return tuple(point)

    def move(self, selector: str) -> None:
        """Hold the pointer over an element."""
        self.drag([self.middle(selector)], held=False)

    def click(self, selector: str) -> None:
        """Click in the middle of an element."""
        self.drag([self.middle(selector)])

    def drag(self, points, *, held: bool = True) -> None:
        """Take the pointer from point to point, (x, y) in CSS pixels, its button held down from the first on."""
        moves = [{"type": "pointerMove", "x": round(x), "y": round(y), "duration": 0} for x, y in points]
        down, up = ({"type": kind, "button": 0} for kind in ("pointerDown", "pointerUp"))
        self.perform("pointer", [moves[0], down, *moves[1:], up] if held else moves)

    def press(self, *keys: str) -> None:
        """Press keys together: ``press("Tab")``, ``press("Shift", "Tab")``."""
        codes = [KEYS.get(key, key) for key in keys]
        down = [{"type": "keyDown", "value": code} for code in codes]
        self.perform("key", [*down, *({"type": "keyUp", "value": code} for code in reversed(codes))])

    def type(self, text: str) -> None:
        """Type a text where the focus is."""
        for character in text:
            self.press(character)


class Chromium(Engine):
    """Chromium, Chrome or Edge, through Playwright."""

    name = "chromium"

    def __init__(self, browser, *, dark=False, scripts=True):
        self._context = browser.new_context(
            color_scheme="dark" if dark else "light", java_script_enabled=scripts, device_scale_factor=1
        )
        self.page = self._context.new_page()
        self._said = []
        serious = ("error", "warning")
        self.page.on("console", lambda it: it.type in serious and self._said.append(f"{it.type}: {it.text}"))
        self.page.on("pageerror", lambda error: self._said.append(f"error: {error}"))

    def go(self, url):
        self.page.goto(url, timeout=1000 * WAIT)

    def run(self, script, *given):
        from playwright.sync_api import Error

        try:
            return self.page.evaluate(f"async (given) => {{ {RUN % script} }}", list(given))
        except Error as error:
            raise EngineError(f"chromium: {error}") from error

    def size(self, width, height):
        self.page.set_viewport_size({"width": width, "height": height})

    def picture(self):
        return self.page.screenshot()

    def perform(self, kind, actions):
        names = {code: name for name, code in KEYS.items()}
        mouse, keyboard = self.page.mouse, self.page.keyboard
        for action in actions:
            match action["type"]:
                case "pointerMove":
                    mouse.move(action["x"], action["y"])
                case "pointerDown":
                    mouse.down()
                case "pointerUp":
                    mouse.up()
                case "keyDown":
                    keyboard.down(names.get(action["value"], action["value"]))
                case "keyUp":
                    keyboard.up(names.get(action["value"], action["value"]))

    def type(self, text):
        self.page.keyboard.type(text)  # which has characters that no key of its keyboard has

    @property
    def complaints(self):
        self.page.wait_for_timeout(50)
        return list(self._said)

    def forget(self):
        self._said.clear()

    def close(self):
        self._context.close()


class Firefox(Engine):
    """Firefox, through WebDriver BiDi."""

    name = "firefox"

    def __init__(self, address, *, scripts=True):
        import websocket

        self._scripts = scripts
        self._socket = websocket.create_connection(f"{address}/session", suppress_origin=True, timeout=WAIT)
        self._count, self._said = 0, []
        self._ask("session.new", capabilities={})
        # In the tab that is there at the start the address has the focus, and no page ever gets it.
        self._context = self._ask("browsingContext.create", type="tab")["context"]
        self._ask("browsingContext.activate", context=self._context)
        self._ask("session.subscribe", events=["log.entryAdded"])

    def _ask(self, method, **parameters):
        """Send a command; take in what is said meanwhile; return the answer."""
        self._count += 1
        self._socket.send(json.dumps({"id": self._count, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self._socket.recv())
            if answer.get("method") == "log.entryAdded":
                self._hear(answer["params"]["level"], answer["params"]["text"])
            if answer.get("id") == self._count:
                if answer["type"] == "error":
                    raise EngineError(f"firefox: {method}: {answer['message']}")
                return answer["result"]

    def _hear(self, level, text):
        if level in ("error", "warn") and not text.startswith(HALF_READ):
            self._said.append(f"{level}: {text}")

    def go(self, url):
        self._ask("browsingContext.navigate", context=self._context, url=url, wait="complete")

    def run(self, script, *given):
        # Where a page may run no scripts, ours run apart from it, and no promise is ever kept.
        form = "async (text) => JSON.stringify(await (async (given) => { %s })(JSON.parse(text)))"
        form = form if self._scripts else "(text) => JSON.stringify(((given) => { %s })(JSON.parse(text)))"
        answer = self._ask(
            "script.callFunction", functionDeclaration=form % (RUN % script), awaitPromise=self._scripts,
            arguments=[{"type": "string", "value": json.dumps(given)}],
            target={"context": self._context, **({} if self._scripts else {"sandbox": "tests"})},
        )  # fmt: skip
        if answer["type"] == "exception":
            raise EngineError(f"firefox: {answer['exceptionDetails']['text']}")
        return json.loads(answer["result"].get("value", "null"))

    def size(self, width, height):
        viewport = {"width": width, "height": height}
        self._ask("browsingContext.setViewport", context=self._context, viewport=viewport, devicePixelRatio=1)

    def picture(self):
        return base64.b64decode(self._ask("browsingContext.captureScreenshot", context=self._context)["data"])

    def perform(self, kind, actions):
        self._ask(
            "input.performActions", context=self._context, actions=[{"type": kind, "id": kind, "actions": actions}]
        )

    @property
    def complaints(self):
        self._ask("session.status")  # what was said before the answer has come before it
        return list(self._said)

    def forget(self):
        self._said.clear()

    def close(self):
        self._ask("browser.close")
        self._socket.close()


class WebKit(Engine):
    """WebKitGTK, through its WebDriver."""

    name = "webkit"

    def __init__(self, address, program, options):
        self._session = address
        capabilities = {
            "webkitgtk:browserOptions": {"binary": program, "args": ["--automation", *options]},
            "timeouts": {"pageLoad": 1000 * WAIT, "script": 1000 * WAIT},
        }
        answer = self._ask("POST", "/session", capabilities={"alwaysMatch": capabilities})
        self._session = f"{address}/session/{answer['sessionId']}"

    def _ask(self, method, path, **parameters):
        body = json.dumps(parameters).encode() if method == "POST" else None
        request = urllib.request.Request(
            self._session + path, body, {"Content-Type": "application/json"}, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=2 * WAIT) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise EngineError(f"webkit: {path}: {error.read().decode(errors='replace')[:500]}") from error

    def go(self, url):
        self._ask("POST", "/url", url=url)
        self.run(LISTEN)

    def run(self, script, *given):
        whole = (
            "const [text, done] = arguments; (async (given) => { %s })(JSON.parse(text))"
            ".then((value) => done(JSON.stringify([value ?? null])), (error) => done('!' + error));" % (RUN % script)
        )
        answer = self._ask("POST", "/execute/async", script=whole, args=[json.dumps(given)])
        if answer.startswith("!"):
            raise EngineError(f"webkit: {answer[1:]}")
        return json.loads(answer)[0]

    def size(self, width, height):
        frame = (0, 0)
        for _ in range(2):  # the window has a frame around the page: its size is known once it is there
            self._ask("POST", "/window/rect", x=0, y=0, width=width + frame[0], height=height + frame[1])
            time.sleep(0.1)
            rect, inner = self._ask("GET", "/window/rect"), self.run("[innerWidth, innerHeight]")
            frame = (rect["width"] - inner[0], rect["height"] - inner[1])
        self.wait("(...size) => innerWidth === size[0] && innerHeight === size[1]", width, height)

    def picture(self):
        return base64.b64decode(self._ask("GET", "/screenshot"))

    def perform(self, kind, actions):
        self._ask("POST", "/actions", actions=[{"type": kind, "id": kind, "actions": actions}])

    @property
    def complaints(self):
        return self.run("globalThis.saidForTests ?? []")

    def forget(self):
        self.run("() => { globalThis.saidForTests = []; }")

    def close(self):
        self._ask("DELETE", "")


# ── Starting them ────────────────────────────────────────────────────────────────────────────────────────────────────


def firefox_program() -> str | None:
    """Where Firefox is, if it is anywhere."""
    usual = ["/Applications/Firefox.app/Contents/MacOS/firefox", r"C:\Program Files\Mozilla Firefox\firefox.exe"]
    return next(filter(None, map(shutil.which, ["firefox-esr", "firefox", *usual])), None)


def webkit_program() -> str | None:
    """Where WebKitGTK's small browser is; the driver, and a screen or what makes one, have to be there, too."""
    folders = (Path(top) for top in ("/usr/lib", "/usr/libexec", "/usr/lib64"))
    found = [path for top in folders for path in sorted(top.glob("**/webkit*gtk-4*/MiniBrowser"))]
    screen = shutil.which("Xvfb") or os.environ.get("DISPLAY")
    return str(found[0]) if found and screen and shutil.which("WebKitWebDriver") else None


def present() -> list[str]:
    """Engines that this machine seems to have; Chromium, which `browser` gets, is one of them."""
    programs = {"firefox": firefox_program, "webkit": webkit_program}
    return [name for name in NAMES if name == "chromium" or programs[name]()]


def summary() -> str:
    """One line on the engines that tests run in, and on those that they do without."""
    here = present()
    line = f"Browsers that the site is tested in: {', '.join(here)}"
    lacking = [f"{name} (Debian: {' '.join(PACKAGES[name])})" for name in NAMES if name not in here]
    return line + (f"; not on this machine: {', '.join(lacking)}" if lacking else "")


@contextmanager
def start(name: str, *, dark: bool = False, scripts: bool = True, chromium=None):
    """Start a browser; it ends with the block.

    Parameters
    ----------
    name : str
        One of `NAMES`.
    dark, scripts : bool
        Whether the reader likes it dark, and whether pages may run scripts; `Engine.run` may in any case.
    chromium
        A browser of Playwright's to take for "chromium": in one process there is only one Playwright.

    Yields
    ------
    Engine
        With a page of 1280 x 900 pixels.
    """
    with ExitStack() as stack:
        if name == "chromium":
            engine = Chromium(chromium or stack.enter_context(_chromium()), dark=dark, scripts=scripts)
        else:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
            starter = {"firefox": _firefox, "webkit": _webkit}[name]
            engine = stack.enter_context(starter(folder, dark=dark, scripts=scripts))
        try:
            engine.size(1280, 900)
            yield engine
        finally:
            engine.close()


@contextmanager
def _chromium():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(args=FLAGS, **(find(playwright) or {}))
        yield browser
        browser.close()


@contextmanager
def _process(command, **options):
    """A program that is ended with the block."""
    process = subprocess.Popen([str(part) for part in command], **options)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _heard(log: Path, process, wanted: str) -> str:
    """What a starting program writes into its log, once it does."""
    end = time.monotonic() + WAIT
    while time.monotonic() < end and process.poll() is None:
        if found := re.search(wanted, log.read_text(encoding="utf-8", errors="replace")):
            return found[1]
        time.sleep(0.05)
    raise EngineError(f"{process.args[0]} does not start: {log.read_text(errors='replace')[-1000:]}")


@contextmanager
def _firefox(folder, *, dark, scripts):
    settings = {
        "javascript.enabled": scripts,
        "focusmanager.testmode": True,  # else nothing in a window that nobody looks at matches :focus
        "layout.css.prefers-color-scheme.content-override": 0 if dark else 1,
        "browser.shell.checkDefaultBrowser": False, "app.update.enabled": False,
        "network.captive-portal-service.enabled": False,
        "network.connectivity-service.enabled": False, "datareporting.policy.dataSubmissionEnabled": False,
        "toolkit.telemetry.reportingpolicy.firstRun": False, "browser.startup.homepage_override.mstone": "ignore",
    }  # fmt: skip
    lines = (f"user_pref({json.dumps(key)}, {json.dumps(value)});\n" for key, value in settings.items())
    (folder / "user.js").write_text("".join(lines))
    command = [firefox_program(), "--headless", "--no-remote", "--profile", folder, "--remote-debugging-port=0"]
    with open(folder / "log", "w") as log:  # noqa: SIM117
        with _process(command, stdout=log, stderr=log) as process:
            yield Firefox(_heard(folder / "log", process, r"BiDi listening on (ws://\S+)"), scripts=scripts)


@contextmanager
def _webkit(folder, *, dark, scripts):
    # A window is as narrow as a phone only if its buttons are.
    style = folder / "gtk-3.0" / "gtk.css"
    style.parent.mkdir()
    style.write_text("* { min-width: 0; min-height: 0; padding: 0; margin: 0; border-width: 0; font-size: 1px; }")
    env = {**os.environ, "XDG_CONFIG_HOME": str(folder), "GTK_THEME": f"Adwaita{':dark' if dark else ''}"}
    env |= {"NO_AT_BRIDGE": "1", "GDK_BACKEND": "x11"}
    with ExitStack() as stack:
        log = stack.enter_context(open(folder / "log", "w"))
        if shutil.which("Xvfb"):
            command = ["Xvfb", "-displayfd", "1", "-screen", "0", "2000x2000x24", "-nolisten", "tcp"]
            screen = stack.enter_context(open(folder / "screen", "w"))
            process = stack.enter_context(_process(command, stdout=screen, stderr=log))
            env["DISPLAY"] = ":" + _heard(folder / "screen", process, r"(\d+)\n")
        port = _free_port()
        stack.enter_context(_process(["WebKitWebDriver", f"--port={port}"], env=env, stdout=log, stderr=log))
        _answers(port)
        options = [] if scripts else ["--enable-javascript=false"]
        engine = WebKit(f"http://127.0.0.1:{port}", webkit_program(), options)
        give_focus(env["DISPLAY"])
        yield engine


def give_focus(display: str):
    """Give the keyboard to the windows of a screen: where there is no window manager, nothing else does."""
    x11 = ctypes.CDLL("libX11.so.6")
    x11.XOpenDisplay.restype, x11.XOpenDisplay.argtypes = ctypes.c_void_p, [ctypes.c_char_p]
    opened = ctypes.c_void_p(x11.XOpenDisplay(display.encode()))
    if not opened:
        return
    root, parent = ctypes.c_ulong(), ctypes.c_ulong()
    windows, count = ctypes.POINTER(ctypes.c_ulong)(), ctypes.c_uint()
    x11.XSetErrorHandler(_ignore)  # one that is not shown takes no focus
    top = ctypes.c_ulong(x11.XDefaultRootWindow(opened))
    references = map(ctypes.byref, (root, parent, windows, count))
    if x11.XQueryTree(opened, top, *references):
        for window in windows[: count.value]:
            x11.XSetInputFocus(opened, ctypes.c_ulong(window), 1, 0)
            x11.XSync(opened, 0)
    x11.XCloseDisplay(opened)


_ignore = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)(lambda *_: 0)


def _free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return door.getsockname()[1]


def _answers(port):
    """Wait until somebody listens at a port of this machine."""
    end = time.monotonic() + WAIT
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
