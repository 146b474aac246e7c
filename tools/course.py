"""The commands of the course: ``make COMMAND``, or ``python3 tools/course.py COMMAND`` (``py`` on Windows).

Nothing but Python's standard library is needed to run this file. Each command does its own set-up first: a virtual
environment in ``.venv``, the versions of ``requirements.lock`` (checked by their hashes) and the library itself in
editable form. What is already done is skipped, so the second call is quick. Set-up that was interrupted, killed or
left without a disk starts over: the command that failed is the command that repairs.
"""

# This file also has to run on an older Python, far enough to say what is needed. So: no newer syntax here.

import argparse
import contextlib
import csv
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PEERS_VENV = ROOT / ".venv-bench"
BUILD = ROOT / "build"
LOCK = ROOT / "requirements.lock"
WEB_LOCK = ROOT / "requirements-web.lock"
BENCH_LOCK = ROOT / "requirements-bench.lock"
EXTRAS = ("lab", "book", "teach", "dev")  # what LOCK holds
APART = {"web": WEB_LOCK, "bench": BENCH_LOCK}  # extras that are locked, and installed, by themselves
OLDEST = (3, 11)
VERSION = "{}.{}".format(*sys.version_info[:2])

# Settings of pip and uv that say how a package is fetched. All others say where it goes or what is left out
# (PIP_USER, PIP_TARGET, PIP_PREFIX, UV_SYSTEM_PYTHON, …), and that is not for a stranger to decide.
FETCHING = re.compile(
    r"(PIP|UV)_(\w*INDEX\w*|FIND_LINKS|NO_INDEX|CERT|CLIENT_CERT|SYSTEM_CERTS|NATIVE_TLS|TRUSTED_HOST|INSECURE_HOST|PROXY"
    r"|\w*TIMEOUT|RETRIES|\w*CACHE\w*|CONFIG_FILE|KEYRING_PROVIDER|OFFLINE|LINK_MODE|CONCURRENT\w*)"
)


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


# ── What runs, and with which settings ───────────────────────────────────────────────────────────────────────────────


def in_venv(program, folder=None):
    """Path of a program of a virtual environment."""
    folder = folder or VENV
    if os.name == "nt":
        return str(folder / "Scripts" / (program + ".exe"))
    return str(folder / "bin" / program)


def writable(folder):
    """Whether files can be made in a folder, or in the first of its parents that is there."""
    folder = Path(folder)
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        tempfile.TemporaryFile(dir=str(folder)).close()
    except OSError:
        return False
    return True


def environment():
    """Environment variables for everything that runs inside the virtual environment."""
    env = dict(os.environ)
    for name in list(env):
        # PYTHONDONTWRITEBYTECODE makes each of the hundreds of processes of a test run compile its libraries anew.
        foreign = name in ("PYTHONHOME", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "MPLBACKEND")
        if foreign or (name.startswith(("PIP_", "UV_")) and not FETCHING.fullmatch(name)):
            del env[name]
    env["PIP_USER"] = "0"  # a file of settings may ask for it, too
    env["VIRTUAL_ENV"] = str(VENV)
    env["PATH"] = os.path.dirname(in_venv("python")) + os.pathsep + env.get("PATH", "")
    env["JUPYTER_PREFER_ENV_PATH"] = "1"
    # A reader's own start-up files and style must not change what a page prints and shows.
    env["IPYTHONDIR"] = str(VENV / "ipython")
    env["MPLCONFIGDIR"] = str(VENV / "matplotlib")
    # Without a home that can be written to no kernel starts, and matplotlib's complaint would stand in a notebook.
    if not writable(os.path.expanduser("~")):
        env["HOME"] = env["USERPROFILE"] = str(VENV / "home")
        for name in [name for name in env if name.startswith("XDG_")]:
            del env[name]
    # A code page that lacks a character gets a question mark in its place.
    env["PYTHONIOENCODING"] = env.get("PYTHONIOENCODING", "").split(":")[0] + ":replace"
    # uv does not read pip's settings: hand on the two that decide whether a registry can be reached at all.
    for pip_name, uv_name in (("PIP_CERT", "SSL_CERT_FILE"), ("PIP_INDEX_URL", "UV_DEFAULT_INDEX")):
        if env.get(pip_name):
            env.setdefault(uv_name, env[pip_name])
    return env


def run(command, **options):
    """Run a command in the project's root; return its exit code."""
    try:
        return subprocess.call([str(part) for part in command], cwd=str(ROOT), env=environment(), **options)
    except OSError as error:  # the program is missing, or is no program
        print(f"{command[0]}: {error.strerror}", file=sys.stderr, flush=True)
        return 127


def must(command, problem):
    """Run a command, and stop with `problem` if it fails."""
    code = run(command)
    if code != 0:
        stop(f"{problem} (exit code {code}).")


def module(name, *arguments):
    """Run a module of the virtual environment; return its exit code."""
    return run([in_venv("python"), "-m", name, *arguments])


@contextlib.contextmanager
def alone(name, root=None):
    """Wait until no other command does the same work; the system lets go when a process ends, however it ends."""
    try:
        handle = open((root or ROOT) / f".{name}.lock", "w")  # noqa: SIM115
    except OSError:  # a folder that cannot be written to: nobody else can make anything there either
        yield
        return
    with handle:
        told = False
        while not try_lock(handle):
            if not told:
                say(f"Another command is at work on {name}; waiting for it")
            told = True
            time.sleep(0.2)
        yield


def try_lock(handle):
    """Take a file for this process alone; return whether that was possible."""
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


# ── Set-up ───────────────────────────────────────────────────────────────────────────────────────────────────────────
#
# A stamp says that an environment is finished, for which folder and Python, what was asked for, and which packages were
# there then. It is taken away before anything is touched and written last, in one stroke. So an environment without a
# stamp is unfinished, whatever is in it, and is made from nothing.


def packages_folder(folder):
    """Where an environment keeps its packages."""
    return folder / "Lib" / "site-packages" if os.name == "nt" else folder / f"lib/python{VERSION}/site-packages"


def present(folder):
    """Packages of an environment with their versions, as the names of their records say."""
    return sorted(path.parent.name for path in packages_folder(folder).glob("*.dist-info/RECORD"))


def lost_files(folder):
    """Files that an environment's records name and that are not there."""
    packages = packages_folder(folder)
    lost = []
    for record in packages.glob("*.dist-info/RECORD"):
        with open(record, newline="", encoding="utf-8") as lines:
            names = [row[0] for row in csv.reader(lines) if row]
        lost += [name for name in names if not name.endswith(".pyc") and not os.path.exists(packages / name)]
    return lost


def read_stamp(folder):
    """What the stamp of a finished environment says; nothing if it is unfinished, moved, or of another Python."""
    try:
        stamp = json.loads((folder / "installed.stamp").read_text(encoding="utf-8"))
        fits = stamp["root"] == str(ROOT) and stamp["python"] == VERSION and isinstance(stamp["packages"], list)
        return stamp if fits and os.path.exists(in_venv("python", folder)) else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def write_stamp(folder, stamp):
    """Declare an environment finished."""
    unfinished = folder / "unfinished.stamp"
    unfinished.write_text(json.dumps(stamp, indent=1), encoding="utf-8")
    os.replace(unfinished, folder / "installed.stamp")


def is_current(folder, asked):
    """Whether an environment is finished, for what is asked, and still has all that it had then."""
    stamp = read_stamp(folder)
    return bool(stamp) and stamp.get("asked") == asked and set(stamp["packages"]) <= set(present(folder))


def make_venv(folder, *options):
    """Make an empty virtual environment, whatever was there."""
    if "--without-pip" not in options and importlib.util.find_spec("ensurepip") is None:
        stop(
            f"this Python has no ensurepip, and cannot make {folder.name}. On Debian and Ubuntu: "
            f"apt-get install python{VERSION}-venv, and run the command again."
        )
    say(f"Making {folder.name} with Python {VERSION}")
    command = [sys.executable, "-m", "venv", "--clear", *options, folder]
    must(command, f"could not make {folder.name}; the lines above say why")


def provide(folder, asked, install, *options):
    """Bring an environment to what is asked: in place where it was finished, from nothing where it was not."""
    if is_current(folder, asked):
        return
    with alone(folder.name.lstrip(".")):
        if is_current(folder, asked):  # another command has done it meanwhile
            return
        before = read_stamp(folder)
        with contextlib.suppress(FileNotFoundError):
            (folder / "installed.stamp").unlink()
        if not before:
            make_venv(folder, *options)
        try:
            install()
        except SystemExit:
            # Without a network nothing was touched: what was finished then is so still.
            if before and set(before["packages"]) <= set(present(folder)) and not lost_files(folder):
                write_stamp(folder, before)
            raise
        lost = lost_files(folder)
        if lost:
            stop(f"{len(lost)} installed files are missing, {lost[0]} among them. Is the disk full?")
        stamp = {"root": str(ROOT), "python": VERSION, "asked": asked, "packages": present(folder)}
        write_stamp(folder, stamp)


def digest(*files):
    """One number for what some files say."""
    whole = hashlib.sha256()
    for file in files:
        whole.update(hashlib.sha256(file.read_bytes()).digest())
    return whole.hexdigest()


def locked(lock, name):
    """The lines of one package, with its hashes, in a lock file; it can stand there twice, for two Pythons."""
    entries = re.split(r"\n(?=\S)", lock.read_text(encoding="utf-8"))
    found = [entry for entry in entries if entry.startswith(name + "==")]
    if not found:
        stop(f"{lock.name} names no {name}; make it anew with `make lock`.")
    return "\n".join(found) + "\n"


def pip_install(*arguments):
    """pip of the virtual environment; return its exit code."""
    return module("pip", "install", "--quiet", "--disable-pip-version-check", *arguments)


def get_uv():
    """Put uv, which installs in seconds what takes pip minutes, into the virtual environment; return its exit code."""
    if os.path.exists(in_venv("uv")) and run([in_venv("uv"), "--version"], stdout=subprocess.DEVNULL) == 0:
        return 0
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder) / "uv.lock"
        wanted.write_text(locked(LOCK, "uv"), encoding="utf-8")
        return pip_install("--require-hashes", "--force-reinstall", "-r", wanted)


def install_course():
    """Install the locked versions and the library into .venv."""
    say("Installing the locked packages into .venv (about 1 GB; half a minute to three minutes)")
    uv = in_venv("uv")
    options = ["--quiet", "--system-certs", "--python", in_venv("python")]
    if get_uv() != 0 or run([uv, "pip", "sync", "--require-hashes", *options, LOCK]) != 0:
        say("uv could not; trying pip, with the same versions and hashes")
        if pip_install("--require-hashes", "-r", LOCK) != 0:
            stop("the packages could not be installed; the lines above say why. Is there a network?")
    editable = ["--no-deps", "--no-build-isolation", "--editable", "."]
    if run([uv, "pip", "install", *options, *editable]) != 0 and pip_install(*editable) != 0:
        stop("the library could not be installed; the lines above say why.")


def setup(_options=None, _rest=()):
    """Make .venv, with the locked versions and the library in it."""
    provide(VENV, digest(LOCK, ROOT / "pyproject.toml"), install_course)


# ── Commands ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def book(options, _rest):
    """Build the website into build/site, unless it is there and nothing has changed."""
    setup()
    with alone("book"):
        return module("tools.book", *(["--without-solutions"] if options.without_solutions else []))


def preview(_options, rest):
    """Build one page alone, drafts allowed: `make preview page=4.1`."""
    setup()
    with alone("book"):
        return module("tools.book", "--preview", *[part.replace("page=", "", 1) for part in rest])


def new(_options, rest):
    """Write a new page, model or module from its template: `make new page=4.1-hopfield`."""
    setup()
    # `make` hands on page=NAME; the templates' program wants two words.
    return module("tools.new", *[word for part in rest for word in part.split("=", 1)])


def execute(options, rest):
    """Run the pages whose text or library has changed, and write their notebooks."""
    setup()
    arguments = [flag for flag, on in (("--check", options.check), ("--force", options.force)) if on]
    with alone("book"):
        return module("tools.execute", *arguments, *rest)


def with_paths(rest, *paths):
    """What to hand on to pytest: options alone leave the paths as they are."""
    named = any(os.path.exists(ROOT / part.split("::")[0]) for part in rest if not part.startswith("-"))
    return list(rest) if named else [*rest, *paths]


def check_all(_options, rest):
    """Check everything: style, library, notebooks, book, site in a browser, grading."""
    setup()
    if "not browser" not in " ".join(rest) and module("tools.browser") != 0:
        return 1
    # Before the tests, for several of them use the site, and each file of tests is one worker's.
    with alone("book"):
        built = module("tools.book")
    if built != 0:
        return built
    say("Testing all of it (a few minutes; `make test-fast` is the quick part)")
    nbval = ["--nbval", "--nbval-current-env", "--nbval-cell-timeout=300", "--nbval-sanitize-with=tests/nbval.cfg"]
    workers = ["-n", "auto", "--maxprocesses", "4", "--dist", "loadfile"]
    return module("pytest", *workers, *nbval, *with_paths(rest, "tests", "chapters", "solutions"))


def check_quickly(_options, rest):
    """Check what takes less than a minute: style, library and exercises."""
    setup()
    quick = ["-p", "no:nbval", "-m", "not slow and not browser", "--durations=10", "--durations-min=0.5"]
    return module("pytest", *quick, *with_paths(rest, "tests"))


def lab(_options, rest):
    """Open the course in JupyterLab."""
    setup()
    say("Opening JupyterLab; stop it with Ctrl-C")
    return module("jupyterlab", "--config=tools/lab.py", *(rest or ["chapters/index.ipynb"]))


def assignments(_options, rest):
    """Make the graded labs: what students get, without solutions and hidden tests."""
    setup()
    return module("tools.assignments", *rest)


def bench(_options, rest):
    """Measure the kernels and their peers side by side, correctness first."""
    setup()
    install_peers()
    return run([in_venv("python", PEERS_VENV), "-m", "benchmarks", *rest])


def install_peers():
    """Put what the kernels are measured against into an environment of its own, which also sees the packages of .venv.

    What cannot be installed is named, with the reason above it; the others take part.
    """
    failed = []

    def install():
        line = f"import site; site.addsitedir({str(packages_folder(VENV))!r})\n"
        (packages_folder(PEERS_VENV) / "course.pth").write_text(line, encoding="utf-8")
        say("Installing what the kernels are measured against")
        get_uv()
        options = ["--quiet", "--system-certs", "--python", in_venv("python", PEERS_VENV), "--require-hashes"]
        uv = [in_venv("uv"), "pip", "install", *options, "--no-deps"]
        if run([*uv, "-r", BENCH_LOCK]) == 0:
            return
        for name in sorted(set(re.findall(r"^([\w.-]+)==", BENCH_LOCK.read_text(encoding="utf-8"), re.MULTILINE))):
            with tempfile.TemporaryDirectory() as folder:
                wanted = Path(folder) / "peer.lock"
                wanted.write_text(locked(BENCH_LOCK, name), encoding="utf-8")
                if run([*uv, "-r", wanted]) != 0:
                    failed.append(name)

    provide(PEERS_VENV, digest(BENCH_LOCK), install, "--without-pip")
    if failed:
        (PEERS_VENV / "installed.stamp").unlink()  # the next run tries again
        say("not installed, for the reasons above: {}".format(", ".join(failed)))


def web(_options, _rest):
    """Compile the kernels to WebAssembly anew (needed after a change of a kernel that a page runs)."""
    setup()
    say("Installing the linker (about 100 MB, once)")
    if pip_install("--require-hashes", "-r", WEB_LOCK) != 0:
        stop("the linker could not be installed; the lines above say why.")
    return module("spinlearn.course.web")


def lock(_options, rest):
    """Write the lock files anew from pyproject.toml (with --upgrade: to the newest versions allowed)."""
    setup()
    import tomllib

    needs = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    compile_ = [
        in_venv("uv"), "pip", "compile", "--quiet", "--system-certs", "--universal", "--generate-hashes",
        "--python-version", "{}.{}".format(*OLDEST), "--no-header", "--no-emit-index-url",
        "--no-emit-find-links", *rest,
    ]  # fmt: skip
    extras = [part for extra in EXTRAS for part in ("--extra", extra)]
    say("Locking the versions of {}".format(", ".join(EXTRAS)))
    must([*compile_, *extras, "--output-file", LOCK.name, "pyproject.toml"], "the versions could not be locked")
    for extra, file in APART.items():
        say(f"Locking the versions of {extra}")
        with tempfile.TemporaryDirectory() as folder:
            wanted = Path(folder) / "wanted.in"
            wanted.write_text("\n".join(needs[extra]), encoding="utf-8")
            command = [*compile_, "--constraint", LOCK.name, "--no-annotate", "--output-file", file.name, wanted]
            must(command, f"the versions of {extra} could not be locked")


def clean(options, _rest):
    """Remove what the other commands made (with --all: the virtual environments too)."""
    folders = [BUILD, ROOT / ".pytest_cache", ROOT / ".ruff_cache"]
    for part in ("lib", "tests", "tools", "book", "benchmarks"):
        folders += (ROOT / part).rglob("__pycache__")
    if options.all:
        for environment_ in (VENV, PEERS_VENV):
            with contextlib.suppress(OSError):  # first the stamp: what is half removed is unfinished
                (environment_ / "installed.stamp").unlink()
            folders.append(environment_)
    for folder in folders:
        shutil.rmtree(str(folder), ignore_errors=True)


COMMANDS = {
    "setup": setup,
    "book": book,
    "preview": preview,
    "test": check_all,
    "test-fast": check_quickly,
    "execute": execute,
    "new": new,
    "lab": lab,
    "assignments": assignments,
    "bench": bench,
    "web": web,
    "lock": lock,
    "clean": clean,
}
HAND_ON = ("preview", "test", "test-fast", "execute", "new", "lab", "assignments", "bench", "lock")


def main():
    """Read the command line and run one command."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a code page without "•" shows a question mark
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
