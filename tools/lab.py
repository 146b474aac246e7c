"""Settings of JupyterLab for the course (``make lab``): at home in the project's root, it shows what a reader opens.

A notebook and its text are one (see ``jupytext.toml``): to save a notebook of ``chapters/`` is to write its text below
``source/``. For that the server has to be at home above both, and everything else at the top is left out of the list.
"""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SHOWN = ("chapters", "solutions", "labs")

c = get_config()  # noqa: F821, given by Jupyter
c.ServerApp.root_dir = str(ROOT)
c.ContentsManager.hide_globs = sorted(
    {"__pycache__", "*.pyc", ".*", "*.unfinished", "nbgrader_config.py"}
    | {path.name for path in ROOT.iterdir() if path.name not in SHOWN}
)
