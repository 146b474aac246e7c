"""Set-up: whatever interrupted it, the command that failed is the command that repairs."""

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from tools import browser, course

PACKAGES = ("numba", "numpy", "uv")


class Interrupted(BaseException):
    """A key, a signal or a power cut."""


class Machine:
    """Stands in for venv, pip and uv: each file they write is a step, and a step can be the last.

    It is as trusting as the real ones: what has a record counts as installed, whatever became of its files, and a
    Python without pip installs nothing.
    """

    def __init__(self, root: Path):
        self.root, self.venv = root, root / ".venv"
        self.site = course.packages_folder(self.venv)
        self.steps, self.last, self.network, self.disk = 0, None, True, None

    def write(self, path: Path, text: str):
        """One step."""
        self.steps += 1
        if self.steps == self.last:
            raise Interrupted
        if self.disk is not None and self.steps >= self.disk:
            raise OSError(28, "No space left on device")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def install(self, name: str, version: str, *more: Path):
        """The record first, as a program may that is killed between the two."""
        record = self.site / f"{name}-{version}.dist-info" / "RECORD"
        if record.exists():
            return
        files = [self.site / name / "__init__.py", *more]
        self.write(record, "".join(f"{os.path.relpath(file, self.site)},,\n" for file in files))
        for file in files:
            self.write(file, "whole")

    def run(self, command, **_):
        """Run a command, and return its exit code."""
        command = [str(part) for part in command]
        try:
            return self.obey(command)
        except OSError as error:
            print(f"{command[0]}: {error.strerror}")
            return 1

    def obey(self, command):
        python, uv = (Path(course.in_venv(name)) for name in ("python", "uv"))
        if command[1:3] == ["-m", "venv"]:
            shutil.rmtree(self.venv, ignore_errors=True)
            self.write(self.venv / "pyvenv.cfg", "")
            self.write(python, "")
            if "--without-pip" not in command:
                self.install("pip", "1.0")
            return 0
        if not self.network:
            return 1
        if command[0] == str(uv):
            if not uv.exists() or uv.read_text() != "whole":
                raise PermissionError(13, "Permission denied")
            if "sync" in command:
                wanted = dict(line.split("==") for line in course.LOCK.read_text().splitlines() if "==" in line)
                for record in self.site.glob("*.dist-info"):
                    if record.name.split("-")[0] not in wanted or wanted[record.name.split("-")[0]] not in record.name:
                        shutil.rmtree(record)
                for name, version in wanted.items():
                    self.install(name, version)
            elif "--editable" in command:
                self.install("spinlearn", "0.2.0")
            return 0
        if command[0] == str(python) and command[1:4] == ["-m", "pip", "install"]:
            if not (self.site / "pip/__init__.py").exists():
                print("No module named pip")
                return 1
            self.write(uv, "half")
            self.write(uv, "whole")
            self.install("uv", "1.0", uv)
            return 0
        raise AssertionError(command)

    def whole(self) -> bool:
        """Whether all is there that a page needs."""
        names = (*PACKAGES, "spinlearn")
        return all((self.site / name / "__init__.py").exists() for name in names) and not course.lost_files(self.venv)


@pytest.fixture
def machine(tmp_path, monkeypatch):
    root = tmp_path / "project"
    root.mkdir()
    for name, value in {"ROOT": root, "VENV": root / ".venv", "LOCK": root / "requirements.lock"}.items():
        monkeypatch.setattr(course, name, value)
    (root / "pyproject.toml").write_text("")
    course.LOCK.write_text("".join(f"{name}==1.0\n    --hash=sha256:0\n" for name in PACKAGES))
    machine = Machine(root)
    monkeypatch.setattr(course, "run", machine.run)
    return machine


def newer_lock():
    course.LOCK.write_text(course.LOCK.read_text().replace("numpy==1.0", "numpy==2.0"))


@pytest.mark.parametrize("before", ["nothing", "an older lock"])
@pytest.mark.parametrize("how", ["stopped", "disk full", "no network"])
def test_set_up_broken_off_anywhere_is_repaired_by_the_same_command(machine, before, how):
    def start():
        shutil.rmtree(machine.venv, ignore_errors=True)
        machine.last = machine.disk = None
        machine.network = True
        if before == "an older lock":
            course.LOCK.write_text(course.LOCK.read_text().replace("numpy==2.0", "numpy==1.0"))
            course.setup()
            newer_lock()
        machine.steps = 0

    start()
    course.setup()
    steps = machine.steps
    assert steps > 1
    for step in range(1, steps + 1):
        start()
        if how == "stopped":
            machine.last = step
        elif how == "disk full":
            machine.disk = step
        else:
            machine.network = False
        with pytest.raises((Interrupted, SystemExit)):
            course.setup()
        machine.last = machine.disk = None
        machine.network = True
        course.setup()
        assert machine.whole(), f"broken off at step {step} of {steps}"
        machine.steps = 0
        course.setup()
        assert machine.steps == 0, "what is done is skipped"


def test_without_a_network_what_was_finished_stays_finished(machine):
    course.setup()
    lock = course.LOCK.read_text()
    newer_lock()
    machine.network = False
    with pytest.raises(SystemExit, match="could not be installed"):
        course.setup()
    course.LOCK.write_text(lock)
    course.setup()  # the old versions are all there: nothing to fetch
    assert machine.whole()


def test_the_stamp_says_what_is_there_and_not_what_was_asked(machine):
    course.setup()
    shutil.rmtree(next(machine.site.glob("numpy-*")))  # as `pip uninstall` would
    (machine.site / "numpy/__init__.py").unlink()
    course.setup()
    assert machine.whole()


def test_files_that_an_installer_left_out_are_noticed(machine, monkeypatch):
    whole = machine.install

    def forgetful(name, version, *more):
        whole(name, version, *more)
        if name == "numba":
            (machine.site / "numba/__init__.py").unlink()

    monkeypatch.setattr(machine, "install", forgetful)
    with pytest.raises(SystemExit, match=r"1 installed files are missing, .*numba.*Is the disk full"):
        course.setup()
    monkeypatch.setattr(machine, "install", whole)
    course.setup()
    assert machine.whole()


@pytest.mark.parametrize("text", ["", "461274bb", "[]", '{"root": 1}', '{"root": "", "python": "", "packages": 3}'])
def test_a_stamp_that_cannot_be_read_means_unfinished(machine, text):
    course.setup()
    (machine.venv / "installed.stamp").write_text(text)
    assert course.read_stamp(machine.venv) == {}
    course.setup()
    assert machine.whole()


def test_a_moved_folder_and_another_python_start_over(machine, monkeypatch):
    course.setup()
    moved = machine.root.rename(machine.root.with_name("moved"))
    for name in ("ROOT", "VENV", "LOCK"):
        path = getattr(course, name)
        monkeypatch.setattr(course, name, moved / path.relative_to(machine.root))
    machine.venv, machine.site = course.VENV, course.packages_folder(course.VENV)
    (machine.venv / "bin").mkdir(exist_ok=True)
    old_script = machine.venv / "bin/jupyter-lab"
    old_script.write_text("#!/old/folder/python")
    course.setup()
    assert machine.whole()
    assert not old_script.exists()

    stamp = json.loads((machine.venv / "installed.stamp").read_text())
    (machine.venv / "installed.stamp").write_text(json.dumps(stamp | {"python": "3.10"}))
    old_script.write_text("")
    course.setup()
    assert not old_script.exists()


def test_a_python_without_ensurepip_is_told_what_to_install_and_nothing_is_made(machine, monkeypatch):
    """As on Debian without python3-venv; once it is installed, the same command works."""
    monkeypatch.setattr(course.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SystemExit, match=r"apt-get install python3\.\d+-venv"):
        course.setup()
    assert not machine.venv.exists()
    monkeypatch.undo()


def test_after_python3_venv_was_installed_the_same_command_works(machine, monkeypatch):
    (machine.venv / "bin").mkdir(parents=True)
    Path(course.in_venv("python")).write_text("")  # what `python3 -m venv` leaves behind without ensurepip
    course.setup()
    assert machine.whole()


def test_two_at_once_take_turns(machine, capsys):
    """The second waits, and then finds the work done."""
    made, inside = [], threading.Event()
    install = machine.install

    def slowly(*arguments):
        inside.set()
        time.sleep(0.01)
        made.append(arguments[0])
        install(*arguments)

    machine.install = slowly
    threads = [threading.Thread(target=course.setup) for _ in range(2)]
    threads[0].start()
    assert inside.wait(30)
    threads[1].start()
    for thread in threads:
        thread.join(30)
    assert machine.whole()
    assert made.count("numba") == 1
    assert "Another command is at work on venv" in capsys.readouterr().out


def test_the_lock_ends_with_its_process(machine):
    code = "import sys, os; sys.path.insert(0, sys.argv[1]); import course; from pathlib import Path\n"
    code += "course.ROOT = Path(sys.argv[2])\nwith course.alone('book'): os._exit(9)"
    tools = str(Path(course.__file__).parent)
    assert subprocess.call([sys.executable, "-c", code, tools, str(machine.root)]) == 9
    with course.alone("book"):
        pass


# ── Settings of the machine that must not matter ─────────────────────────────────────────────────────────────────────


def test_settings_that_say_where_packages_go_are_not_handed_on(monkeypatch):
    away = ["PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_PYTHON", "PIP_NO_DEPS", "PIP_CONSTRAINT"]
    away += ["PIP_DRY_RUN", "UV_SYSTEM_PYTHON", "UV_PYTHON", "UV_REQUIRE_HASHES", "UV_WORKING_DIR"]
    away += ["PYTHONPATH", "PYTHONHOME", "PYTHONDONTWRITEBYTECODE", "MPLBACKEND"]
    kept = ["PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_CERT", "PIP_PROXY", "PIP_CACHE_DIR"]
    kept += ["PIP_DEFAULT_TIMEOUT", "PIP_CONFIG_FILE", "UV_DEFAULT_INDEX", "UV_CACHE_DIR", "UV_HTTP_TIMEOUT"]
    for name in away + kept:
        monkeypatch.setenv(name, "there")
    env = course.environment()
    assert env.pop("PIP_USER") == "0"
    assert not set(away) & set(env)
    assert all(env[name] == "there" for name in kept)


def test_pip_installs_into_the_environment_whatever_is_set(tmp_path, monkeypatch):
    """The real pip: where would it put a package?"""
    (tmp_path / "pip.conf").write_text("[install]\nuser = true\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    monkeypatch.setenv("PIP_TARGET", str(tmp_path / "elsewhere"))
    code = """
from pip._internal.cli.main_parser import parse_command
from pip._internal.commands import create_command
command = create_command("install")
options, _ = command.parse_args(["nothing"])
print(options.use_user_site, options.target_dir, options.prefix_path, options.root_path)
"""
    monkeypatch.setattr(course, "VENV", Path(sys.prefix))
    shown = subprocess.run(
        [sys.executable, "-c", code], env=course.environment(), capture_output=True, text=True, check=True
    )
    assert shown.stdout.split() in (["False", "None", "None", "None"], ["0", "None", "None", "None"])


def test_a_code_page_without_a_bullet_stops_nothing():
    script = [sys.executable, course.__file__, "clean", "--help"]
    code = "import sys; sys.argv = ['course.py', 'setup']; import course\n"
    code += "course.setup.__code__ = (lambda a=0, b=0: say('Making it')).__code__\ncourse.main()"
    env = {**os.environ, "PYTHONIOENCODING": "cp437", "PYTHONPATH": str(Path(course.__file__).parent)}
    said = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, check=False)
    assert (said.returncode, said.stdout.decode("cp437").strip()) == (0, "? Making it")
    assert subprocess.run(script, env=env, capture_output=True, check=False).returncode == 0


def test_what_the_commands_start_writes_in_any_code_page(monkeypatch):
    for asked, wanted in {"cp437": "cp437:replace", "cp437:strict": "cp437:replace", "": ":replace"}.items():
        monkeypatch.setenv("PYTHONIOENCODING", asked)
        assert course.environment()["PYTHONIOENCODING"] == wanted
        printed = subprocess.run(
            [sys.executable, "-c", "print('•')"], env=course.environment(), capture_output=True, check=False
        )
        assert printed.returncode == 0


@pytest.mark.slow
def test_a_home_that_cannot_be_written_to_is_replaced(tmp_path, monkeypatch):
    file = tmp_path / "file"
    file.write_text("")
    monkeypatch.setenv("HOME", str(file / "home"))  # nobody, not even root, makes a folder in a file
    monkeypatch.setenv("USERPROFILE", str(file / "home"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(file / "cache"))
    monkeypatch.setattr(course, "VENV", tmp_path / ".venv")
    env = course.environment()
    assert env["HOME"] == env["USERPROFILE"] == str(tmp_path / ".venv" / "home")
    assert "XDG_CACHE_HOME" not in env
    code = "import matplotlib.pyplot"
    said = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert said.stderr == "", "matplotlib's complaint would stand in an executed notebook"


def test_a_home_of_ones_own_is_kept_but_not_its_style(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    env = course.environment()
    assert env["HOME"] == str(tmp_path)
    assert env["MPLCONFIGDIR"].startswith(str(course.VENV))
    assert env["IPYTHONDIR"].startswith(str(course.VENV))


def test_a_program_that_does_not_run_is_an_exit_code(tmp_path, capsys):
    no_program = tmp_path / "uv"
    no_program.write_text("half")
    assert course.run([no_program]) == 127
    assert str(no_program) in capsys.readouterr().err


@pytest.mark.parametrize(
    ("rest", "wanted"),
    [
        ([], ["tests"]),
        (["-x"], ["-x", "tests"]),
        (["-m", "not browser"], ["-m", "not browser", "tests"]),
        (["tests/project"], ["tests/project"]),
        (["tests/project/test_setup.py::a[b]", "-x"], ["tests/project/test_setup.py::a[b]", "-x"]),
    ],
)
def test_options_alone_leave_the_choice_of_tests(rest, wanted):
    assert course.with_paths(rest, "tests") == wanted


# ── A browser ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_all_tests_wait_for_a_browser_and_say_so_first(monkeypatch):
    called = []
    monkeypatch.setattr(course, "setup", lambda: None)
    monkeypatch.setattr(course, "module", lambda name, *rest: called.append(name) or 1)
    assert course.check_all(None, []) == 1
    assert called == ["tools.browser"]
    called.clear()
    course.check_all(None, ["-m", "not browser"])
    assert called == ["tools.book"]


def test_where_there_is_no_browser_each_way_is_tried_in_turn(monkeypatch):
    tried, found = [], [None, None, {"channel": "chromium"}]
    monkeypatch.setattr(browser, "find", lambda _: found.pop(0))
    monkeypatch.setattr(
        browser, "installers", lambda: [[["playwright"]], [["apt-get", "update"], ["apt-get", "install"]]]
    )
    monkeypatch.setattr(browser.subprocess, "call", lambda command: tried.append(command) or 0)
    assert browser.get(None) == {"channel": "chromium"}
    assert tried == [["playwright"], ["apt-get", "update"], ["apt-get", "install"]]


def test_where_none_can_be_had_the_message_says_what_to_do(monkeypatch, capsys):
    monkeypatch.setattr(browser, "find", lambda _: None)
    monkeypatch.setattr(browser, "installers", lambda: [[["no such program"]]])
    monkeypatch.setattr(browser.subprocess, "call", lambda command: 1)
    assert browser.main() == 1
    told = capsys.readouterr().err
    assert told.count("course:") == 1
    assert "Install one of them" in told
    assert 'test -m "not browser"' in told


def test_a_program_that_only_has_the_name_is_no_browser(tmp_path, monkeypatch):
    if os.name == "nt":
        pytest.skip("a script of the shell")
    fake = tmp_path / "chromium"
    fake.write_text("#!/bin/sh\nexit 1\n")
    fake.chmod(0o755)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        assert not browser.works(playwright, {"executable_path": str(fake)})


def test_without_root_or_sudo_the_package_manager_is_left_alone(monkeypatch):
    monkeypatch.setattr(browser.os, "geteuid", lambda: 1000, raising=False)
    for present, ways in {("apt-get", "sudo"): 2, ("apt-get",): 1, (): 1}.items():
        monkeypatch.setattr(browser.shutil, "which", lambda name, present=present: name if name in present else None)
        assert len(browser.installers()) == ways


# ── What the kernels are measured against ────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def peers(machine, monkeypatch):
    """The environment of the peers; `refused` do not install, `installed` did."""
    monkeypatch.setattr(course, "PEERS_VENV", machine.root / ".venv-bench")
    monkeypatch.setattr(course, "BENCH_LOCK", machine.root / "requirements-bench.lock")
    course.BENCH_LOCK.write_text(
        "h5py==1.0 \\\n    --hash=sha256:0\npeer==2.0 ; python_version < '3.12' \\\n    --hash=sha256:1\n"
    )
    record = SimpleNamespace(refused=set(), installed=[])

    def run(command, **_):
        if command[1:3] == ["-m", "venv"]:
            shutil.rmtree(course.PEERS_VENV, ignore_errors=True)
            course.packages_folder(course.PEERS_VENV).mkdir(parents=True)
            Path(course.in_venv("python", course.PEERS_VENV)).parent.mkdir(parents=True, exist_ok=True)
            Path(course.in_venv("python", course.PEERS_VENV)).write_text("")
            return 0
        if command[1:3] == ["-m", "pip"]:  # gets uv
            return 0
        names = [line.split("==")[0] for line in Path(command[-1]).read_text().splitlines() if "==" in line]
        if record.refused & set(names):
            return 1
        record.installed += names
        return 0

    monkeypatch.setattr(course, "run", run)
    return record


def test_the_peers_are_installed_once_beside_the_packages_of_the_course(peers):
    course.install_peers()
    course.install_peers()
    assert peers.installed == ["h5py", "peer"]
    line = (course.packages_folder(course.PEERS_VENV) / "course.pth").read_text()
    assert repr(str(course.packages_folder(course.VENV))) in line


def test_a_peer_that_cannot_be_installed_is_named_and_tried_again(peers, capsys):
    peers.refused = {"peer"}
    course.install_peers()
    assert peers.installed == ["h5py"]
    assert "not installed, for the reasons above: peer" in capsys.readouterr().out
    peers.refused = set()
    course.install_peers()
    assert "peer" in peers.installed


def test_a_package_that_is_locked_twice_is_handed_over_whole(tmp_path):
    lock = tmp_path / "requirements.lock"
    both = "numpy==1.0 ; python_version < '3.12' \\\n    --hash=sha256:0\nnumpy==2.0 \\\n    --hash=sha256:1\n"
    lock.write_text(f"{both}numpy-financial==1.0 \\\n    --hash=sha256:2\n")
    assert course.locked(lock, "numpy") == both
    with pytest.raises(SystemExit, match="names no scipy"):
        course.locked(lock, "scipy")
