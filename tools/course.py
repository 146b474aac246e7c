"""The commands of the course: ``make COMMAND``, or ``python3 tools/course.py COMMAND`` (``py`` on Windows).

Nothing but Python's standard library is needed to run this file. Each command does its own set-up first: a virtual
environment in ``.venv``, the versions of ``requirements.lock`` (checked by their hashes) and the library itself in
editable form. What is already done is skipped, so the second call is quick.
"""

# This file also has to run on an older Python, far enough to say what is needed. So: no newer syntax here.

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
BUILD = ROOT / "build"
LOCK = ROOT / "requirements.lock"
WEB_LOCK = ROOT / "requirements-web.lock"
STAMP = VENV / "installed.stamp"
EXTRAS = ("lab", "book", "teach", "dev")
OLDEST = (3, 11)


def say(text):
    """Print one line about what happens now."""
    print("• " + text, flush=True)


def stop(text):
    """End with a message and a failing exit code."""
    sys.exit("course: " + text)


def require_python():
    """Go on under a Python that is new enough: this one, or the newest other one that is installed."""
    if sys.version_info >= OLDEST:
        return
    for name in ("python3.13", "python3.12", "python3.11"):
        other = shutil.which(name)
        # A shim of a version manager can stand in for a version that is not there: try it.
        if other and subprocess.call([other, "-c", ""], stderr=subprocess.DEVNULL) == 0:
            sys.exit(subprocess.call([other, *sys.argv]))
    stop(
        "this needs Python {}.{} or newer, and found {}.{}. Install one from python.org, or with your system's "
        "packages, and run the command again.".format(*(OLDEST + sys.version_info[:2]))
    )


def in_venv(program):
    """Path of a program of the virtual environment."""
    if os.name == "nt":
        return str(VENV / "Scripts" / (program + ".exe"))
    return str(VENV / "bin" / program)


def environment():
    """Environment variables for everything that runs inside the virtual environment."""
    env = dict(os.environ)
    for name in ("PYTHONHOME", "PYTHONPATH", "MPLBACKEND"):
        env.pop(name, None)
    env["VIRTUAL_ENV"] = str(VENV)
    env["PATH"] = os.path.dirname(in_venv("python")) + os.pathsep + env.get("PATH", "")
    env["JUPYTER_PREFER_ENV_PATH"] = "1"
    env["IPYTHONDIR"] = str(VENV / "ipython")  # a reader's own start-up files must not change what a page prints
    # uv does not read pip's settings: hand on the two that decide whether a registry can be reached at all.
    for pip_name, uv_name in (("PIP_CERT", "SSL_CERT_FILE"), ("PIP_INDEX_URL", "UV_DEFAULT_INDEX")):
        if env.get(pip_name):
            env.setdefault(uv_name, env[pip_name])
    return env


def run(command, **options):
    """Run a command in the project's root; return its exit code."""
    return subprocess.call([str(part) for part in command], cwd=str(ROOT), env=environment(), **options)


def must(command, problem):
    """Run a command, and stop with `problem` if it fails."""
    code = run(command)
    if code != 0:
        stop(f"{problem} (exit code {code}).")


def version_of(python):
    """The 'major.minor' of an interpreter, or None if it does not run."""
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        return subprocess.check_output([python, "-c", code], stderr=subprocess.DEVNULL).decode().strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def lock_entry(name):
    """The lines of one package, with its hashes, in the lock file."""
    entry = []
    for line in LOCK.read_text(encoding="utf-8").splitlines():
        if line.startswith(name + "=="):
            entry = [line]
        elif entry and line.startswith("    --hash"):
            entry.append(line)
        elif entry:
            break
    if not entry:
        stop(f"{LOCK.name} names no {name}; make it anew with `make lock`.")
    return "\n".join(entry) + "\n"


def pip_install(*arguments):
    """pip of the virtual environment; return its exit code."""
    return run([in_venv("python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *arguments])


def get_uv():
    """Put uv, which installs in seconds what takes pip minutes, into the virtual environment; return its exit code."""
    if os.path.exists(in_venv("uv")):
        return 0
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder) / "uv.lock"
        wanted.write_text(lock_entry("uv"), encoding="utf-8")
        return pip_install("--require-hashes", "-r", wanted)


def setup(_options=None, _rest=()):
    """Make .venv, with the locked versions and the library in it."""
    wanted = hashlib.sha256()
    version = "{}.{}".format(*sys.version_info[:2])
    for part in (LOCK.read_bytes(), (ROOT / "pyproject.toml").read_bytes(), version.encode(), str(ROOT).encode()):
        wanted.update(hashlib.sha256(part).digest())
    if STAMP.exists() and STAMP.read_text() == wanted.hexdigest() and os.path.exists(in_venv("python")):
        return

    found = version_of(in_venv("python"))
    if found != version:
        say(f"Making .venv with Python {version}")
        if subprocess.call([sys.executable, "-m", "venv", "--clear", str(VENV)], env=environment()) != 0:
            stop("could not make .venv. On Debian and Ubuntu: apt-get install python3-venv, and try again.")
    STAMP.unlink() if STAMP.exists() else None

    say("Installing the locked packages into .venv (about 1 GB; half a minute to three minutes)")
    python, uv = in_venv("python"), in_venv("uv")
    options = ["--quiet", "--system-certs", "--python", python]
    if get_uv() != 0 or run([uv, "pip", "sync", "--require-hashes", *options, LOCK]) != 0:
        say("uv could not; trying pip, with the same versions and hashes")
        if pip_install("--require-hashes", "-r", LOCK) != 0:
            stop("the packages could not be installed; the lines above say why. Is there a network?")
    editable = ["--no-deps", "--no-build-isolation", "--editable", "."]
    if run([uv, "pip", "install", *options, *editable]) != 0 and pip_install(*editable) != 0:
        stop("the library could not be installed; the lines above say why.")
    STAMP.write_text(wanted.hexdigest())


def book(options, _rest):
    """Build the website into build/site, unless it is there and nothing has changed."""
    setup()
    arguments = ["--without-solutions"] if options.without_solutions else []
    return run([in_venv("python"), "tools/book.py", *arguments])


def execute(options, rest):
    """Run the pages whose text or library has changed, and write their notebooks."""
    setup()
    arguments = [flag for flag, on in (("--check", options.check), ("--force", options.force)) if on]
    return run([in_venv("python"), "tools/execute.py", *arguments, *rest])


def check_all(_options, rest):
    """Check everything: style, library, notebooks, book, site in a browser, grading."""
    setup()
    # Before the tests, for several of them use the site, and each file of tests is one worker's.
    built = run([in_venv("python"), "tools/book.py"])
    if built != 0:
        return built
    say("Testing all of it (a few minutes; `make test-fast` is the quick part)")
    nbval = ["--nbval", "--nbval-current-env", "--nbval-cell-timeout=300", "--nbval-sanitize-with=tests/nbval.cfg"]
    workers = ["-n", "auto", "--maxprocesses", "4", "--dist", "loadfile"]
    return run([in_venv("python"), "-m", "pytest", *workers, *nbval, *(rest or ["tests", "chapters", "solutions"])])


def check_quickly(_options, rest):
    """Check what takes about a minute: style, library and exercises."""
    setup()
    return run([in_venv("python"), "-m", "pytest", "-m", "not slow and not browser", *(rest or ["tests"])])


def lab(_options, rest):
    """Open the course in JupyterLab."""
    setup()
    say("Opening JupyterLab; stop it with Ctrl-C")
    return run([in_venv("jupyter"), "lab", *(rest or ["chapters/index.ipynb"])])


def assignments(_options, rest):
    """Make the graded labs: what students get, without solutions and hidden tests."""
    setup()
    return run([in_venv("python"), "tools/assignments.py", *rest])


def bench(_options, rest):
    """Measure the kernels and their peers side by side, correctness first."""
    setup()
    return run([in_venv("python"), "-m", "benchmarks", *rest])


def web(_options, _rest):
    """Compile the kernels to WebAssembly anew (needed after a change of a kernel that a page runs)."""
    setup()
    say("Installing the linker (about 100 MB, once)")
    if pip_install("--require-hashes", "-r", WEB_LOCK) != 0:
        stop("the linker could not be installed; the lines above say why.")
    return run([in_venv("python"), "-m", "spinlearn.web"])


def lock(_options, rest):
    """Write requirements.lock anew from pyproject.toml (with --upgrade: to the newest versions allowed)."""
    setup()
    import tomllib

    web_needs = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    compile_ = [
        in_venv("uv"), "pip", "compile", "--quiet", "--system-certs", "--universal", "--generate-hashes",
        "--python-version", "{}.{}".format(*OLDEST), "--no-header", "--no-emit-index-url",
        "--no-emit-find-links", *rest,
    ]  # fmt: skip
    extras = [part for extra in EXTRAS for part in ("--extra", extra)]
    say("Locking the versions of {}".format(", ".join(EXTRAS)))
    must([*compile_, *extras, "--output-file", LOCK.name, "pyproject.toml"], "the versions could not be locked")
    say("Locking the version of the linker")
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder) / "web.in"
        wanted.write_text("\n".join(web_needs["web"]), encoding="utf-8")
        command = [*compile_, "--no-annotate", "--output-file", WEB_LOCK.name, wanted]
        must(command, "the linker's version could not be locked")


def clean(options, _rest):
    """Remove what the other commands made (with --all: .venv too)."""
    folders = [BUILD, ROOT / ".pytest_cache", ROOT / ".ruff_cache"]
    for part in ("lib", "tests", "tools", "book", "benchmarks"):
        folders += (ROOT / part).rglob("__pycache__")
    if options.all:
        folders.append(VENV)
    for folder in folders:
        shutil.rmtree(str(folder), ignore_errors=True)


COMMANDS = {
    "setup": setup,
    "book": book,
    "test": check_all,
    "test-fast": check_quickly,
    "execute": execute,
    "lab": lab,
    "assignments": assignments,
    "bench": bench,
    "web": web,
    "lock": lock,
    "clean": clean,
}
HAND_ON = ("test", "test-fast", "execute", "lab", "assignments", "bench", "lock")


def main():
    """Read the command line and run one command."""
    parser = argparse.ArgumentParser(
        prog="course.py",
        description="The commands of the course. Each does its own set-up.",
        epilog="What follows {} is handed on: files, pages, options.".format(", ".join(HAND_ON)),
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    commands.required = True
    for name, function in COMMANDS.items():
        summary = function.__doc__.splitlines()[0]
        command = commands.add_parser(name, help=summary, description=summary)
        if name == "book":
            command.add_argument(
                "--without-solutions",
                action="store_true",
                default=os.environ.get("SOLUTIONS") == "0",
                help="leave the solutions out, for a course that grades them (or set SOLUTIONS=0)",
            )
        if name == "execute":
            command.add_argument(
                "--check", action="store_true", help="only name the stale pages; fail if there are any"
            )
            command.add_argument("--force", action="store_true", help="run the pages even if nothing has changed")
        if name == "clean":
            command.add_argument("--all", action="store_true", help="remove .venv too")
    options, rest = parser.parse_known_args()
    if rest and options.command not in HAND_ON:
        parser.error("unexpected: " + " ".join(rest))
    require_python()
    return COMMANDS[options.command](options, rest)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
