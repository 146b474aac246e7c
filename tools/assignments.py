"""From the text of a lab to what students get: ``labs/lab-1-ising.md`` becomes ``labs/release/lab-1-ising/``.

The text is MyST Markdown and holds everything: the questions, the solutions, the tests. jupytext turns it into the
source notebook that nbgrader reads, ``labs/source/lab-1-ising/lab-1-ising.ipynb``, and nbgrader takes the solutions and
the hidden tests out of that for the release version. The same text always gives the same files.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import jupytext
import nbformat

ROOT = Path(__file__).resolve().parents[1]
LABS = ROOT / "labs"

NEXT = """
Next, with .venv active and from inside {labs} (the instructor's guide says more):
  1. Hand the notebook out.
  2. Collect the answers as submitted/STUDENT/LAB/LAB.ipynb, for example submitted/ada/{lab}/{lab}.ipynb
  3. Grade                    nbgrader autograde {lab}
     This runs the students' code with your rights: do it in an account or a container made for it.
  4. Mark what is written     jupyter lab, menu Nbgrader, Formgrader
  5. Feedback as web pages    nbgrader generate_feedback {lab}
  6. Marks as a table         nbgrader export
"""


class LabError(Exception):
    """A lab that cannot be made; the message names it and says what to do."""


def texts(labs: Path = LABS) -> list[Path]:
    """The texts of all labs, by name."""
    return sorted(labs.glob("lab-*.md"))


def source_notebook(text: Path) -> nbformat.NotebookNode:
    """Make the notebook with solutions and tests from its text; the same text gives the same notebook.

    Raises
    ------
    LabError
        If the text cannot be read as MyST Markdown.
    """
    try:
        notebook = jupytext.read(text, fmt="md:myst")
    except Exception as error:
        raise LabError(f"{text} cannot be read as MyST Markdown: {error}") from error
    for number, cell in enumerate(notebook.cells):
        cell.id = cell.metadata.get("nbgrader", {}).get("grade_id", f"cell-{number}")
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    notebook.metadata = nbformat.from_dict({"kernelspec": kernel, "made_from_text": _fingerprint(notebook)})
    return notebook


def write_source(text: Path) -> Path:
    """Write the source notebook of one lab where nbgrader looks for it.

    Raises
    ------
    LabError
        If the notebook there has been edited by hand: the edits would be lost.
    """
    path = text.parent / "source" / text.stem / f"{text.stem}.ipynb"
    if path.exists():
        found = nbformat.read(path, as_version=4)
        if found.metadata.get("made_from_text") != _fingerprint(found):
            raise LabError(
                f"{path} has been edited by hand, but it is made from {text}. Carry your changes over to the text, "
                "delete the notebook, and run the command again."
            )
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(source_notebook(text), path)
    return path


def release(labs: Path = LABS) -> list[Path]:
    """Make the release version of every lab; return the notebooks to hand out.

    Raises
    ------
    LabError
        If there is no lab, or a text or its cells are not as nbgrader wants them.
    """
    if not texts(labs):
        raise LabError(f"there is no lab in {labs}: a lab is a text with a name like lab-1-ising.md")
    for text in texts(labs):
        write_source(text)
        done = nbgrader("generate_assignment", text.stem, "--force", labs=labs)
        if done.returncode != 0:
            raise LabError(f"nbgrader could not make {text.stem}:\n{done.stdout}{done.stderr}")
    return [labs / "release" / text.stem / f"{text.stem}.ipynb" for text in texts(labs)]


def nbgrader(*arguments: str, labs: Path = LABS) -> subprocess.CompletedProcess:
    """Run an nbgrader command in the folder of the labs, and keep what it says."""
    folder = str(Path(sys.executable).parent)  # nbgrader calls a program of this environment, alembic, by its name
    env = {**os.environ, "PATH": folder + os.pathsep + os.environ.get("PATH", "")}
    command = [sys.executable, "-m", "nbgrader", *arguments]
    return subprocess.run(command, cwd=labs, env=env, capture_output=True, text=True)


def _fingerprint(notebook) -> str:
    """Hash of what an author can change in a notebook: its cells and their place in the grading."""
    cells = [[cell.cell_type, cell.source, cell.metadata.get("nbgrader")] for cell in notebook.cells]
    return hashlib.sha256(json.dumps(cells, sort_keys=True).encode()).hexdigest()


def main() -> int:
    """Make all release versions and say where they are."""
    argparse.ArgumentParser(prog="tools.assignments", description=main.__doc__).parse_args()
    try:
        made = release()
    except LabError as problem:
        print(f"assignments: {problem}", file=sys.stderr)
        return 1
    for path in made:
        print(f"• made {path.relative_to(ROOT)}")
    print(NEXT.format(labs=LABS.relative_to(ROOT), lab=made[0].stem).rstrip())
    return 0


if __name__ == "__main__":
    sys.exit(main())
