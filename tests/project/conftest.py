"""The built site, from a file and from a server, for the tests that look at it."""

import functools
import http.server
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
