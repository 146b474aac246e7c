"""The built site, from a file and from a server, for the tests that look at it."""

import contextlib
import functools
import http.server
import re
import threading

import pytest

from tools import book


@pytest.fixture(scope="module")
def site():
    return book.build(quiet=True)


@pytest.fixture(scope="module")
def server(site):
    """The address of a server of the site on this machine."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *arguments):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=site)) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


@pytest.fixture
def visit(chromium, site):
    """Return a function that opens a page as a file; at the end nothing has been complained of in any of them.

    The page may have ``?q=…`` or ``#…`` behind its name. A page of the same reader as another one is of its `context`.
    """
    complaints = []
    with contextlib.ExitStack() as stack:

        def go(address, width=1280, height=900, *, browser=None, context=None, init="", **options):
            if context is None:
                context = (browser or chromium).new_context(viewport={"width": width, "height": height}, **options)
                stack.callback(context.close)
            page = context.new_page()
            page.on("console", lambda said: said.type in ("error", "warning") and complaints.append(said.text))
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.add_init_script(init)
            name, rest = re.fullmatch(r"([^?#]*)(.*)", address).groups()
            page.goto((site / f"{name}.html").as_uri() + rest)
            if options.get("java_script_enabled", True):
                page.evaluate("document.fonts.ready.then(() => true)")
            return page

        yield go
    assert complaints == []
