"""The project's own statements about itself: versions, dependencies, commands, style."""

import fnmatch
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import spinlearn
from tools import course, dois

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
README = (ROOT / "README.md").read_text(encoding="utf-8")
HOST = re.compile(r"https?:|file:|--(?:extra-)?index-url|--find-links")


def requirements(lines):
    """Requirements by name."""
    parsed = [Requirement(line) for line in lines]
    return {canonicalize_name(requirement.name): requirement for requirement in parsed}


def pins(path):
    """Versions by name in a lock file: [(version, number of hashes)], several if they differ by Python or system."""
    found = {}
    for entry in re.split(r"\n(?=\S)", path.read_text(encoding="utf-8")):
        if match := re.match(r"([\w.-]+)==(\S+)", entry):
            found.setdefault(canonicalize_name(match[1]), []).append((match[2], entry.count("--hash=sha256:")))
    return found


# ── What is installed ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("lock", "wanted"),
    [
        ("requirements.lock", PROJECT["dependencies"] + [line for extra in course.EXTRAS for line in EXTRAS[extra]]),
        *((file.name, EXTRAS[extra]) for extra, file in course.APART.items()),
    ],
)
def test_the_lock_holds_what_is_asked_for_with_hashes_and_without_hosts(lock, wanted):
    assert not HOST.search((ROOT / lock).read_text(encoding="utf-8"))
    locked = pins(ROOT / lock)
    assert all(hashes for versions in locked.values() for _, hashes in versions)
    for name, requirement in requirements(wanted).items():
        assert name in locked
        for version, _ in locked[name]:
            assert requirement.specifier.contains(version), f"{requirement} is locked at {version}"


def test_what_is_locked_is_what_is_installed():
    from importlib.metadata import version

    locked = pins(ROOT / "requirements.lock")
    for name in requirements(PROJECT["dependencies"] + EXTRAS["book"]):
        assert version(name) in [pin for pin, _ in locked[name]]


def test_all_extras_are_locked_somewhere():
    assert set(EXTRAS) == {*course.EXTRAS, *course.APART}


def test_environment_yml_says_what_pyproject_says():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    packages = [line for line in environment["dependencies"] if isinstance(line, str)]
    by_pip = [line for part in environment["dependencies"] if isinstance(part, dict) for line in part["pip"]]
    conda = requirements(packages)

    python = conda.pop("python").specifier
    assert str(conda.pop("pip").specifier) == ""
    wanted = requirements(PROJECT["dependencies"] + EXTRAS["lab"])
    wanted.pop("pymatching")  # a compiled package that pip brings with the extra, whether or not conda has it
    assert {name: r.specifier for name, r in conda.items()} == {name: r.specifier for name, r in wanted.items()}
    assert by_pip == ["-e .[lab]"], "the library itself, editable"
    locked = pins(ROOT / "requirements.lock")
    assert all(r.specifier.contains(version) for name, r in conda.items() for version, _ in locked[name])
    for version, allowed in {"3.10": False, "3.11": True, "3.12": True, "3.13": True}.items():
        assert python.contains(version) == allowed
    assert str(PROJECT["requires-python"]) in str(python)


# ── What is said ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_there_is_one_version():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    citing = (ROOT / "source/chapters/back-matter/citing.md").read_text(encoding="utf-8")
    newest = re.search(r"^## \[?(\d+\.\d+\.\d+)", changelog, re.MULTILINE)[1]
    shown = re.search(r"version *= *\{([^}]+)\}", citing)[1]
    assert {PROJECT["version"], spinlearn.__version__, str(citation["version"]), newest, shown} == {PROJECT["version"]}


def commands(text):
    """Commands of make and of the driver that a text shows."""
    shown = re.sub(r"[^`]*(`{1,3})(.*?)\1", r"\2\n", text, flags=re.DOTALL)  # only what stands in backticks
    return set(re.findall(r"\bmake ([a-z][a-z-]*)", shown)) | set(re.findall(r"course\.py ([a-z][a-z-]*)", shown))


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_the_commands_that_are_shown_exist(name):
    shown = commands((ROOT / name).read_text(encoding="utf-8"))
    assert {"book", "test"} <= shown
    assert shown <= set(course.COMMANDS)


def test_make_and_the_driver_have_the_same_commands():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)[1].split())
    assert targets - {"help"} == set(course.COMMANDS)
    for target in targets - {"help"} if shutil.which("make") else ():
        # This test itself may run below `make test`: the inner make must not think so.
        env = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
        command = ["make", "--dry-run", target]
        planned = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True).stdout
        assert planned.split("course.py ")[1].split() == [target]


def test_the_driver_knows_its_commands_and_refuses_others():
    script = [sys.executable, str(ROOT / "tools" / "course.py")]
    assert subprocess.run([*script, "--help"], capture_output=True, check=False).returncode == 0
    wrong = subprocess.run([*script, "boook"], capture_output=True, text=True, check=False)
    assert wrong.returncode == 2
    assert "invalid choice: 'boook'" in wrong.stderr


def test_an_old_python_is_told_what_is_needed(monkeypatch):
    monkeypatch.setattr(course.sys, "version_info", (3, 9, 2, "final", 0))
    monkeypatch.setattr(course.shutil, "which", lambda name: None)
    with pytest.raises(SystemExit, match=r"needs Python 3\.11 or newer, and found 3\.9"):
        course.require_python()


def test_an_old_python_hands_over_to_a_newer_one(monkeypatch):
    calls = []
    monkeypatch.setattr(course.sys, "version_info", (3, 9, 2, "final", 0))
    monkeypatch.setattr(course.sys, "argv", ["tools/course.py", "book"])
    monkeypatch.setattr(course.shutil, "which", lambda name: None if name == "python3.13" else f"/bin/{name}")
    # python3.12 is a shim that leads nowhere; python3.11 works.
    monkeypatch.setattr(course.subprocess, "call", lambda command, **_: calls.append(command) or ("3.12" in command[0]))
    with pytest.raises(SystemExit) as ended:
        course.require_python()
    assert ended.value.code == 0
    assert calls[-1] == ["/bin/python3.11", "tools/course.py", "book"]


def test_the_driver_is_readable_to_an_old_python():
    """It has to get as far as saying which Python it needs."""
    import ast

    ast.parse((ROOT / "tools" / "course.py").read_text(encoding="utf-8"), feature_version=(3, 7))


@pytest.mark.slow
def test_the_python_of_the_readme_runs(tmp_path):
    for code in re.findall(r"^```python\n(.*?)^```$", README, re.MULTILINE | re.DOTALL):
        result = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stderr


def files(root=ROOT):
    """All files of the project: those under version control, or, in an unpacked archive, those that it came with."""
    if (root / ".git").exists() and shutil.which("git"):
        command = ["git", "ls-files", "-z"]
        listed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout
        return [root / name for name in listed.split("\0") if name]
    lines = (root / ".gitignore").read_text(encoding="utf-8").splitlines()
    made = {line.strip("/").split("/")[-1] for line in lines}
    found = []
    for folder, inner, names in os.walk(root):
        inner[:] = [name for name in inner if not any(fnmatch.fnmatch(name, pattern) for pattern in (*made, ".git"))]
        found += [Path(folder) / name for name in names if not any(fnmatch.fnmatch(name, each) for each in made)]
    return found


def test_an_archive_without_version_control_names_the_same_files(tmp_path):
    tree = ["README.md", "lib/spinlearn/core/words.py", "chapters/index.ipynb"]
    made = [
        ".venv/pyvenv.cfg",
        "lib/spinlearn/__pycache__/a.pyc",
        "build/site/index.html",
        ".ruff_cache/x",
        ".DS_Store",
    ]
    for name in tree + made:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    shutil.copy(ROOT / ".gitignore", tmp_path)
    assert {path.relative_to(tmp_path).as_posix() for path in files(tmp_path)} == {*tree, ".gitignore"}


def test_no_file_speaks_of_one_machine_or_of_how_it_was_made():
    paths = r"/(?:home|root|Users|tmp|work)/[\w.]"
    makers = r"\b(?:AI|LLM|coding)[ -](?:agent|assistant|session|generated)|\bas an AI\b"
    found = {}
    for path in files():
        if path.suffix in (".png", ".wasm", ".lock") or path == Path(__file__) or not path.is_file():
            continue
        text = re.sub(r"https?://\S+", "", path.read_text(encoding="utf-8"))
        if path.suffix == ".ipynb":
            text = re.sub(r'"image/png": "[^"]*"', "", text)
        if hit := re.search(f"{paths}|{makers}", text):
            found[path.relative_to(ROOT).as_posix()] = hit[0]
    assert not found


RUFF, OXLINT = [sys.executable, "-m", "ruff"], [course.in_venv("oxlint", Path(sys.prefix)), "--quiet"]


@pytest.mark.parametrize(
    "command",
    [[*RUFF, "check", "--quiet", "."], [*RUFF, "format", "--check", "--quiet", "."], [*OXLINT, "."]],
    ids=["ruff check", "ruff format", "oxlint"],
)
def test_the_style_is_clean(command):
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("fault", ["if (1 == a) a += 1;", "var b = a;", "const c = a; c = 2;", "a = ;"])
def test_a_fault_in_a_script_is_found(tmp_path, fault):
    (tmp_path / "fault.js").write_text(f"let a = 1;\n{fault}\n")
    command = [*OXLINT, "--config", str(ROOT / ".oxlintrc.json"), "fault.js"]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 1


# ── What contributors' tools and the continuous integration do ───────────────────────────────────────────────────────


def read_yaml(name):
    """A file of settings."""
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


def test_a_commit_is_checked_with_the_locked_linters():
    versions = {name: version for name, [(version, _), *_] in pins(ROOT / "requirements.lock").items()}
    used = {
        repository["repo"].rpartition("/")[2]: repository
        for repository in read_yaml(".pre-commit-config.yaml")["repos"]
    }
    assert used["ruff-pre-commit"]["rev"] == "v" + versions["ruff"]
    assert used["mirrors-oxlint"]["rev"] == "v" + versions["oxlint"]
    assert {hook["id"] for hook in used["ruff-pre-commit"]["hooks"]} == {"ruff-check", "ruff-format"}


def test_only_what_passed_is_published():
    jobs = read_yaml(".github/workflows/test.yml")["jobs"]
    others = set(jobs) - {"publish"}
    assert set(jobs["publish"]["needs"]) == others
    assert "refs/heads/main" in jobs["publish"]["if"]
    assert {"ubuntu-24.04", "windows-2025", "macos-15"} <= set(jobs["fast"]["strategy"]["matrix"]["system"])
    commands = [step["run"] for job in jobs.values() for step in job["steps"] if "run" in step]
    shown = {word for command in commands for word in re.findall(r"(?:course\.py|make) ([a-z-]+)", command)}
    assert {"test-fast", "book"} <= shown <= set(course.COMMANDS)


def test_each_text_file_has_one_kind_of_line_end():
    wrong = []
    for path in files():
        if path.is_file() and path.suffix in (
            ".py",
            ".md",
            ".js",
            ".css",
            ".toml",
            ".yml",
            ".yaml",
            ".cff",
            ".lock",
            "",
        ):
            content = path.read_bytes()
            if b"\r" in content or (content and not content.endswith(b"\n")):
                wrong.append(path.relative_to(ROOT).as_posix())
    assert not wrong


def test_a_doi_that_is_none_is_named():
    answers = {"10.1103/PhysRev.65.117": 302, "10.1/nothing": 404, "10.1/silent": None}
    assert dois.wrong(answers, answers.get) == ["10.1/nothing: answered 404", "10.1/silent: no answer"]
    assert "10.1103/PhysRev.65.117" in dois.named((ROOT / "book/references.bib").read_text(encoding="utf-8"))
