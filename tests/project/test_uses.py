"""What makes a page stale: its own text and what it uses of the library, no more and no less."""

import pytest

from tools import execute, pages, uses

LIBRARY = {
    "__init__.py": '__version__ = "1"',
    "core/__init__.py": "",
    "core/jit.py": 'CODE = ".nbc"\n\n\ndef kernel(f):\n    return f',
    "core/__pycache__/torus.nbc": "machine code",
    "exact/__init__.py": "from .plane import onsager\nfrom .torus import kaufman\n\n__all__ = ['kaufman', 'onsager']",
    "exact/plane.py": "def onsager(T):\n    return T",
    "exact/torus.py": '"""The torus."""\n\nfrom ..core import jit\n\n\n@jit.kernel\ndef kaufman(T):\n    return 2 * T',
    "lattice/__init__.py": "from .geometry import square",
    "lattice/geometry.py": "def square(L):\n    return L",
    "lattice/ising.py": (
        'from .geometry import square\n\n\ndef sweep(s):\n    """Visit every site."""\n    return s\n\n\n'
        'def other(s):\n    """Not shown."""\n    return s'
    ),
    "course/__init__.py": "",
    "course/plotting.py": 'STYLE = Path(__file__).with_name("spinlearn.mplstyle")',
    "course/spinlearn.mplstyle": "figure.dpi: 100",
    "course/show.py": "def source(*functions):\n    return functions",
    "course/check/__init__.py": (
        "from importlib import import_module\n\n\ndef check(exercise, answer): ...\n\n\n"
        'def asked(name):\n    return Path(__file__).with_name(f"{name}.toml")'
    ),
    "course/check/p2_1_deriving.py": "from ...exact import onsager",
    "course/check/p2_1_deriving.toml": 'q1 = "right"',
    "course/check/p2_2_landscape.py": "",
    "course/check/p2_2_landscape.toml": 'q1 = "right"',
    "course/check/p2_3_fails.py": "",
    "course/check/p2_3_fails.toml": 'q1 = "right"',
    "course/ledger/__init__.py": 'def table(page=None):\n    return sorted(HERE.glob("*.toml"))',
    "course/ledger/1-deriving.toml": 'C01 = "right"',
    "course/ledger/2-landscape.toml": 'C02 = "wrong"',
    "course/explore/__init__.py": "def __getattr__(name):\n    return find(name)",
    "course/explore/shell.py": 'from .. import web\n\n\nSCRIPTS = ("shell.js", "view.js")\nMODULE = web.read',
    "course/explore/shell.js": "let shell = 1;",
    "course/explore/plot.js": "let plot = 1;",
    "course/explore/magnet/__init__.py": (
        'from .. import shell\n\n__all__ = ["Magnet"]\n\n\nclass Magnet:\n    wasm = "ising"'
    ),
    "course/explore/magnet/view.js": '// A magnet.\nimport { plot } from "../plot.js";\nlet magnet = 1;',
    "course/explore/walker/__init__.py": (
        'from .. import shell\n\n__all__ = ["Walker"]\n\n\nclass Walker:\n    wasm = "walk"'
    ),
    "course/explore/walker/view.js": "let walker = 1;",
    "course/web/__init__.py": 'def read(name):\n    return HERE / f"{name}.wasm"',
    "course/web/ising.wasm": "ising",
    "course/web/walk.wasm": "walk",
}
HEAD = (
    "---\nkernelspec:\n  display_name: Python 3 (ipykernel)\n  language: python\n  name: python3\n---\n\n# A page\n\n"
)
PAGES = {
    "torus": "from spinlearn import exact\nexact.kaufman(1)",
    "plane": "from spinlearn.exact import onsager as f\nf(1)",
    "wing": "from spinlearn import exact\nprint(exact)",
    "shows": "from spinlearn.course import show\nfrom spinlearn.lattice import ising\nshow.source(ising.sweep)",
    "face": "from spinlearn import lattice\nlattice.square(2)",
    "submodule": "import spinlearn.lattice.ising as i\ni.sweep(2)",
    "figure": "from spinlearn.course import plotting\nplotting.STYLE",
    "answers": 'from spinlearn.course.check import check\ncheck("2.1-b", 3)',
    "more-answers": 'from spinlearn.course.check import check\ncheck("2.2-a", 3)',
    "claims": 'from spinlearn.course import ledger\nledger.table("2-mean-field/1-deriving")',
    "all-claims": "from spinlearn.course import ledger\nledger.table()",
    "live": "from spinlearn.course.explore import Magnet\nMagnet()",
    "version": "import spinlearn\nspinlearn.__version__",
    "words": "",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A course of one page a way to use the library, none of them stale."""
    root = tmp_path_factory.mktemp("project")
    for name, text in LIBRARY.items():
        path = root / "lib" / "spinlearn" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(execute, "_run_cells", lambda page, notebook: 1.0)
        for name, code in PAGES.items():
            page = pages.Page(f"chapters/{name}", root)
            page.source.parent.mkdir(parents=True, exist_ok=True)
            cell = f"```{{code-cell}} ipython3\n{code}\n```\n" if code else "Words.\n"
            page.source.write_text(HEAD + cell, encoding="utf-8")
            execute.execute(page)
    assert execute.problems(root) == []
    return root


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "old", "new", "stale"),
    [
        # Code: the pages that use it, straight, through a face or through other modules, and no neighbour of theirs.
        ("exact/torus.py", "2 * T", "3 * T", {"torus", "wing"}),
        ("exact/plane.py", "return T", "return -T", {"plane", "wing", "answers"}),
        ("core/jit.py", "return f", "return None", {"torus", "wing"}),
        ("core/__pycache__/torus.nbc", "code", "code, again", set()),
        ("lattice/geometry.py", "return L", "return L * L", {"face", "submodule", "shows"}),
        ("lattice/ising.py", "return s\n\n", "return -s\n\n", {"submodule", "shows"}),
        ("exact/__init__.py", "from .torus import kaufman", "from .plane import onsager as kaufman", {"torus", "wing"}),
        ("exact/__init__.py", "__all__", "WARM = onsager(1)\n\n__all__", {"wing"}),
        ("exact/__init__.py", "__all__", "print(onsager(1))\n\n__all__", {"torus", "plane", "wing", "answers"}),
        ("__init__.py", '"1"', '"2"', {"version"}),
        # Words: nobody, but for the page that shows them.
        ("exact/torus.py", "The torus.", "The torus, periodic.", set()),
        ("exact/torus.py", "2 * T", "2 * T  # twice", set()),
        ("exact/torus.py", "(T):", "(\n    T\n):", set()),
        ("lattice/ising.py", "Visit every site.", "Visit each site.", {"shows"}),
        ("lattice/ising.py", "Not shown.", "Not shown!", set()),
        # What is no code.
        ("course/spinlearn.mplstyle", "100", "200", {"figure"}),
        ("course/check/p2_1_deriving.py", "onsager", "kaufman", {"answers"}),
        ("course/check/p2_2_landscape.py", "", "print(1)", {"more-answers"}),
        ("course/check/p2_3_fails.py", "", "print(1)", set()),
        ("course/check/p2_1_deriving.toml", "right", "wrong", {"answers"}),
        ("course/check/p2_2_landscape.toml", "right", "wrong", {"more-answers"}),
        ("course/check/p2_2_landscape.toml", "q1", "# A comment.\nq1", set()),
        ("course/check/p2_3_fails.toml", "right", "wrong", set()),
        ("course/check/__init__.py", "...", "return 1", {"answers", "more-answers"}),
        ("course/ledger/1-deriving.toml", "right", "wrong", {"claims", "all-claims"}),
        ("course/ledger/2-landscape.toml", "wrong", "right", {"all-claims"}),
        ("course/ledger/2-landscape.toml", "C02", "# A comment.\nC02", set()),
        ("course/explore/magnet/view.js", "magnet = 1", "magnet = 2", {"live"}),
        ("course/explore/magnet/view.js", "// A magnet.", "// The magnet.", set()),
        ("course/explore/walker/view.js", "= 1", "= 2", set()),
        ("course/explore/__init__.py", "find", "found", {"live"}),
        ("course/explore/walker/__init__.py", "walk", "ising", set()),
        ("course/explore/shell.js", "= 1", "= 2", {"live"}),
        ("course/explore/plot.js", "= 1", "= 2", {"live"}),
        ("course/web/ising.wasm", "ising", "changed", {"live"}),
        ("course/web/walk.wasm", "walk", "changed", set()),
    ],
)
def test_exactly_the_pages_that_use_it_become_stale(project, file, old, new, stale):
    path = project / "lib" / "spinlearn" / file
    before = path.read_text(encoding="utf-8")
    assert old in before
    try:
        path.write_text(before.replace(old, new, 1), encoding="utf-8")
        found = execute.problems(project)
    finally:
        path.write_text(before, encoding="utf-8")
    assert {text.partition(":")[0] for text in found} == {f"chapters/{name}" for name in stale}
    assert all("its notebook is stale (" in text and " changed); run `make execute`" in text for text in found)


def test_a_stale_page_says_what_has_changed(project):
    path = project / "lib" / "spinlearn" / "exact" / "torus.py"
    before = path.read_text(encoding="utf-8")
    try:
        path.write_text(before.replace("2 * T", "3 * T"), encoding="utf-8")
        assert execute.problem(pages.Page("chapters/torus", project)) == (
            "chapters/torus: its notebook is stale (exact/torus.py changed); run `make execute`"
        )
    finally:
        path.write_text(before, encoding="utf-8")


def test_a_text_makes_its_own_page_stale_and_no_other(project):
    path = pages.Page("chapters/words", project).source
    before = path.read_text(encoding="utf-8")
    try:
        path.write_text(before.replace("Words.", "Other words."), encoding="utf-8")
        assert execute.problems(project) == [
            "chapters/words: its notebook is stale (its text has changed); run `make execute`"
        ]
        path.write_text(before.replace("Python 3 (ipykernel)", "Mine"), encoding="utf-8")
        assert execute.problems(project) == [], "what a reader's Jupyter calls its kernel is none of the page"
    finally:
        path.write_text(before, encoding="utf-8")


def test_code_alone_leaves_out_what_is_never_run():
    text = (
        '"""Doc."""\nimport x  # why\n\ndef f(a,\n      b):\n    """More\n    words."""\n'
        '    return f"{a!r} {b:>{3}} # no" + "d"\n'
    )
    same = 'import x\ndef f(a, b):\n  "Other."\n\n  return f"{a!r} {b:>{3}} # no" + "d"\n'
    assert uses.code_alone(text) == uses.code_alone(same)
    for other in (same.replace("# no", "# yes"), same.replace('"d"', "d"), same.replace("a, b", "b, a")):
        assert uses.code_alone(other) != uses.code_alone(text)
    assert uses.code_alone("if a:\n    b\nc") != uses.code_alone("if a:\n    b\n    c")


def test_every_page_of_the_course_uses_what_it_shows_to_live():
    """On the real library: a page with a live model uses the model's own module, its scripts and its kernels."""
    library = uses.Library(pages.ROOT / "lib")
    used = library.uses("from spinlearn.course.explore import IsingLattice\nIsingLattice(T=2)")
    assert {"course/explore/ising/view.js", "course/explore/shell/shell.js"} <= set(used)
    assert {name for name in used if name.endswith(".wasm")} == {"course/web/ising.wasm"}
    assert "lattice/ising.py" in used
    assert "neuron/membrane.py" not in used


def test_a_page_of_the_course_uses_its_own_checks_and_questions_and_those_of_no_other():
    """On the real library: the files of page 1.2 are ``p1_2_….py`` and ``p1_2_….toml``, for its solution, too."""
    library = uses.Library(pages.ROOT / "lib")
    checks = pages.ROOT / "lib" / "spinlearn" / "course" / "check"
    for page in [page for page in pages.pages() if page.number]:
        used = execute.fingerprints(page, pages.read_source(page), library)["uses"]
        named = f"p{page.number.replace('.', '_')}_*"
        own = {f"course/check/{path.name}" for path in checks.glob(named) if path.suffix in (".py", ".toml")}
        assert own
        assert {name for name in used if name.startswith("course/check/p")} == own, page.name
