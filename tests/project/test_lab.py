"""JupyterLab as `make lab` opens it: what it shows, and that to save a notebook is to write its text."""

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request

import nbformat
import pytest

from tools import execute, pages

TEXT = """---
kernelspec:
  display_name: Python 3 (ipykernel)
  language: python
  name: python3
---

# A page

A sentence.
"""


@pytest.fixture
def course(tmp_path):
    """A course of one page, with the settings of the real one."""
    for name in ("tools/lab.py", "jupytext.toml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(pages.ROOT / name, tmp_path / name)
    for folder in ("lib", "solutions", "labs", "build", "chapters/part"):
        (tmp_path / folder).mkdir(parents=True)
    page = pages.Page("chapters/part/page", tmp_path)
    page.source.parent.mkdir(parents=True)
    page.source.write_text(TEXT, encoding="utf-8")
    execute.execute(page)
    os.utime(page.source, (1, 1))
    return page


@pytest.fixture
def ask(course):
    """A real server, without a browser: a function that asks it for a path, or hands it what to save there."""
    command = [sys.executable, "-m", "jupyter_server", f"--config={course.root}/tools/lab.py", "--no-browser"]
    options = ["--ServerApp.port=0", "--IdentityProvider.token=", "--ServerApp.disable_check_xsrf=True", "--allow-root"]
    runtime = course.root.parent / "runtime"
    environment = {**os.environ, "JUPYTER_RUNTIME_DIR": str(runtime), "JUPYTER_CONFIG_DIR": str(runtime / "none")}
    server = subprocess.Popen([*command, *options], cwd=course.root, env=environment, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 60
        while not (found := list(runtime.glob("jpserver-*.json"))) and time.monotonic() < until:
            time.sleep(0.1)
        url = json.loads(found[0].read_text(encoding="utf-8"))["url"]

        def contents(path, save=None):
            data = None if save is None else json.dumps(save).encode()
            request = urllib.request.Request(f"{url}api/contents/{path}", data, method="PUT" if save else "GET")
            while True:
                try:
                    with urllib.request.urlopen(request, timeout=30) as answer:
                        return json.loads(answer.read())
                except ConnectionError:
                    assert time.monotonic() < until
                    time.sleep(0.1)

        yield contents
    finally:
        server.terminate()
        server.wait(30)


@pytest.mark.slow
def test_the_course_in_jupyterlab(course, ask):
    """It shows three folders; an unchanged page, saved, is not stale; a changed one is, its text has the change."""
    assert {entry["name"] for entry in ask("")["content"]} == {"chapters", "solutions", "labs"}

    opened = ask("chapters/part/page.ipynb")
    ask("chapters/part/page.ipynb", {"type": "notebook", "content": opened["content"]})
    assert execute.problem(course) is None

    opened["content"]["cells"][0]["source"] += "\n\nMy own words."
    ask("chapters/part/page.ipynb", {"type": "notebook", "content": opened["content"]})
    assert "My own words." in course.source.read_text(encoding="utf-8")
    assert "text has changed" in execute.problem(course)
    execute.execute(course)
    assert execute.problem(course) is None
    assert "My own words." in nbformat.read(course.notebook, as_version=4).cells[0].source
