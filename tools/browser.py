"""Find browsers for the tests, or get them: ``python -m tools.browser``.

One that is there is taken; else Playwright installs its own; else the system's package manager does, where it may be
used. A browser is there if it starts and opens a file: a name on the path proves little.

Chromium is enough. Firefox and WebKit take part where they are there, and with ``BROWSERS="chromium firefox webkit"``
they have to be: then they are installed, too, by the package manager.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHANNELS = ("chromium", "chrome", "msedge")  # where Playwright itself knows to look, on every system

MISSING = """no browser, and none could be installed: the lines above say why.
The tests of the site need Chromium, Chrome or Edge. Install one of them and run the command again,
or test all the rest: python3 tools/course.py test -m "not browser" """


def candidates() -> list[dict]:
    """What may be a browser, as options for Playwright's `launch`, the likeliest first."""
    found = [{"executable_path": path} for path in map(shutil.which, PROGRAMS) if path]
    return [*found, {}, *({"channel": channel} for channel in CHANNELS)]


def works(playwright, options: dict) -> bool:
    """Whether a browser starts and opens a file."""
    from playwright.sync_api import Error

    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        page.write_text("<!doctype html><title>It works</title>", encoding="utf-8")
        try:
            browser = playwright.chromium.launch(args=FLAGS, timeout=30_000, **options)
        except Error:
            return False
        try:
            tab = browser.new_page()
            tab.goto(page.as_uri())
            return tab.title() == "It works"
        except Error:
            return False
        finally:
            browser.close()


def find(playwright) -> dict | None:
    """Options for `launch` of the first browser that works; None if there is none."""
    return next((options for options in candidates() if works(playwright, options)), None)


def from_the_system(*packages: str) -> list[list[list[str]]]:
    """The way to get packages from the system, a list of commands; in a list, which is empty where there is none."""
    if not shutil.which("apt-get"):
        return []
    root = [] if os.geteuid() == 0 else ["sudo", "-n"]  # -n: a question here would wait for ever
    if root and not shutil.which("sudo"):
        return []
    quiet = ["-qq", "--no-install-recommends"]
    return [[[*root, "apt-get", "update", "-qq"], [*root, "apt-get", "install", "-y", *quiet, *packages]]]


def installers() -> list[list[list[str]]]:
    """Ways to get a browser, each a list of commands, the one that changes least first."""
    return [[[sys.executable, "-m", "playwright", "install", "chromium"]], *from_the_system("chromium")]


def get(playwright) -> dict | None:
    """The browser that is there, or one that is installed now; None if neither is possible."""
    found = find(playwright)
    for way in [] if found else installers():
        print(f"• No browser yet; trying `{' '.join(way[-1])}`", flush=True)
        if all(subprocess.call(command) == 0 for command in way) and (found := find(playwright)):
            break
    return found


def wanted() -> list[str]:
    """Engines that have to be there."""
    return os.environ.get("BROWSERS", "chromium").replace(",", " ").split()


def get_others() -> list[str]:
    """Install what else is wanted; return the names of those that are still not there."""
    from .engines import PACKAGES, present

    missing = [name for name in wanted() if name not in present()]
    packages = [package for name in missing for package in PACKAGES.get(name, [])]
    for way in from_the_system(*packages) if packages else []:
        print(f"• No {' and no '.join(missing)} yet; trying `{' '.join(way[-1])}`", flush=True)
        if any(subprocess.call(command) != 0 for command in way):
            break
    return [name for name in missing if name not in present()]


def main() -> int:
    """Get the browsers, or say once what is missing; return the exit code."""
    from playwright.sync_api import sync_playwright

    from .engines import summary

    with sync_playwright() as playwright:
        found = get(playwright)
    if not found:
        print(f"course: {MISSING}", file=sys.stderr)
        return 1
    if missing := get_others():
        print(f"course: not here, and could not be installed: {', '.join(missing)}", file=sys.stderr)
        return 1
    print(f"• {summary()}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
