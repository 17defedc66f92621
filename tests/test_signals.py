"""Ctrl-C and SIGTERM at any moment: one message, the documented exit code, no traceback, nothing half written.

A hook in the process itself sends the signal when something happens there: when a library is first looked for, or at
the n-th call of a Python function since signals are caught. Nothing depends on how fast a machine is.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.risk.deals import tiny
from tests.work import wait_for

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
ROOT = Path(__file__).parents[1]
TINY = str(ROOT / "cases" / "tiny_loan")
WORDS = {signal.SIGINT: "interrupted", signal.SIGTERM: "terminated"}
HOOK = """
import os, signal, sys, threading
number, where, whom = int(os.environ["STOP_BY"]), os.environ["STOP_AT"], os.environ.get("STOP_IN", "parent")
worker = any("spawn_main" in word for word in sys.orig_argv)
helper = any("resource_tracker" in word for word in sys.orig_argv)

def stop():
    sys.setprofile(None)
    if whom == "parent":
        os.kill(os.getpid(), number)
    else:
        os.killpg(os.getpgid(0), number)

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == where:
            sys.meta_path.remove(self)
            stop()

def count(frame, event, argument):
    global left, caught
    if not caught:
        caught = event == "return" and frame.f_code.co_name == "catch"
    elif event == "call":
        left -= 1
        if left < 0:
            stop()

if not helper and worker == (whom == "worker"):
    if where.isdigit():
        left, caught = int(where), False
        sys.setprofile(count)
    else:
        sys.meta_path.insert(0, Finder())
"""


def start(folder: Path, words: list[str], by: signal.Signals, at: str, whom: str = "parent") -> subprocess.Popen[str]:
    """The command in a group of its own, with the hook; it heeds Ctrl-C even where the tests ignore it."""
    hook = folder / "hook"
    hook.mkdir(exist_ok=True)
    (hook / "sitecustomize.py").write_text(HOOK, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": f"{hook}{os.pathsep}{ROOT}", "STOP_BY": str(int(by)), "STOP_AT": at}
    return subprocess.Popen(
        [sys.executable, "-m", "finmodel", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**environment, "STOP_IN": whom},
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def alive(group: int) -> list[str]:
    """Processes of a group that run."""
    found = []
    for entry in (entry for entry in Path("/proc").iterdir() if entry.name.isdigit()):
        try:
            fields = (entry / "stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[2]) == group and fields[0] != "Z":
            found.append(entry.name)
    return found


def check_stopped(process: subprocess.Popen[str], by: signal.Signals, folder: Path, may_end: bool = False) -> None:
    """One message, the code, nobody left, and no output nor anything unfinished; or all is done, where that may be."""
    out, err = process.communicate()

    if may_end and process.returncode == 0:
        assert err == ""
        return
    assert "Traceback" not in out + err
    assert (process.returncode, err) == (128 + by, f"{WORDS[by]}: no file is half written\n")
    wait_for(lambda: not alive(process.pid))
    assert [path.name for path in folder.rglob("*") if path.name.endswith((".tmp", ".xlsx", ".html", ".json"))] == []


VERBS = {
    "run": ["run", TINY, "--json", "OUT.json"],
    "check": ["check", TINY],
    "workbook": ["workbook", TINY, "--output", "OUT.xlsx", "--quick"],
    "report": ["report", TINY, "--output", "OUT.html"],
}


def words_of(verb: str, folder: Path) -> list[str]:
    return [word.replace("OUT", str(folder / "out")) for word in VERBS[verb]]


@pytest.mark.parametrize("by", WORDS, ids=lambda by: by.name)
@pytest.mark.parametrize(
    "library",
    ["finmodel.cli.command", "typer", "finmodel.kernel.errors", "finmodel.present.page", "numpy", "pydantic", "rich"],
)
def test_a_signal_while_libraries_are_loaded(tmp_path: Path, library: str, by: signal.Signals) -> None:
    """From the first line: finmodel.cli.command is what is loaded first once signals are caught."""
    check_stopped(start(tmp_path, words_of("run", tmp_path), by, library), by, tmp_path)


@pytest.mark.parametrize("library", ["openpyxl", "formualizer", "matplotlib"])
def test_a_signal_while_a_verb_loads_what_it_needs(tmp_path: Path, library: str) -> None:
    verb = "report" if library == "matplotlib" else "workbook"
    check_stopped(start(tmp_path, words_of(verb, tmp_path), signal.SIGINT, library), signal.SIGINT, tmp_path)


@pytest.mark.parametrize("calls", [0, 3, 300, 10_000, 60_000, 150_000])
def test_a_signal_at_the_nth_call_of_a_run(tmp_path: Path, calls: int) -> None:
    check_stopped(start(tmp_path, words_of("run", tmp_path), signal.SIGINT, str(calls)), signal.SIGINT, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("calls", [1, 1_000, 100_000, 200_000, 250_000, 300_000, 400_000, 600_000, 1_000_000])
@pytest.mark.parametrize("verb", VERBS)
def test_a_signal_at_the_nth_call_of_any_verb(tmp_path: Path, verb: str, calls: int) -> None:
    """What ends before is not stopped; all else is stopped in order, wherever it is."""
    by = signal.SIGTERM if calls == 1_000 else signal.SIGINT
    check_stopped(start(tmp_path, words_of(verb, tmp_path), by, str(calls)), by, tmp_path, may_end=True)


@pytest.fixture(scope="module")
def deal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny(tmp_path_factory.mktemp("risk"))


RISK = ["--paths", "262144", "--workers", "2", "--folder"]


@pytest.mark.parametrize("by", WORDS, ids=lambda by: by.name)
@pytest.mark.parametrize("library", ["multiprocessing", "numpy", "finmodel.risk.pool"])
def test_a_signal_to_all_while_workers_load(tmp_path: Path, deal: Path, library: str, by: signal.Signals) -> None:
    """As a terminal sends it: to the command and to its workers, which say nothing."""
    process = start(tmp_path, ["risk", str(deal), *RISK, str(tmp_path / "parts")], by, library, "worker")
    _, err = process.communicate()

    assert (process.returncode, err) == (128 + by, f"{WORDS[by]}: no file is half written\n")
    wait_for(lambda: not alive(process.pid))


@pytest.mark.parametrize("by", WORDS, ids=lambda by: by.name)
def test_a_signal_to_all_while_workers_work(tmp_path: Path, deal: Path, by: signal.Signals) -> None:
    """Once a part is there; nobody can end before, for all are stopped meanwhile."""
    folder = tmp_path / "parts"
    process = start(tmp_path, ["risk", str(deal), *RISK, str(folder)], by, "never")
    wait_for(lambda: list(folder.glob("parts/part-*.bin")))
    os.killpg(process.pid, signal.SIGSTOP)
    os.killpg(process.pid, by)
    os.killpg(process.pid, signal.SIGCONT)
    _, err = process.communicate()

    assert (process.returncode, err) == (128 + by, f"{WORDS[by]}: no file is half written\n")
    wait_for(lambda: not alive(process.pid))
    assert not list(folder.rglob("*.tmp"))


def test_a_signal_in_a_finalizer_is_not_lost(tmp_path: Path) -> None:
    """Python drops what is raised there, prints a traceback and goes on; the command ends."""
    code = (
        "import os, signal, sys\nfrom finmodel import __main__\nfrom finmodel.cli import command as cli\n"
        "class Last:\n"
        "    def __del__(self): os.kill(os.getpid(), signal.SIGINT); [None for _ in range(9)]\n"
        "def command(words): Last(); print('went on'); return 0\n"
        "cli.command = command; __main__.main()"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (130, "", "interrupted: no file is half written\n")


def test_a_second_signal_ends_what_does_not_end(tmp_path: Path) -> None:
    """The first one unwinds; whatever holds that up is cut short, and the message is told once."""
    code = (
        "import os, signal\nfrom finmodel import __main__\nfrom finmodel.cli import command as cli\n"
        "def command(words):\n"
        "    try: os.kill(os.getpid(), signal.SIGINT)\n"
        "    finally: os.kill(os.getpid(), signal.SIGINT); print('went on', flush=True)\n"
        "cli.command = command; __main__.main()"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (130, "", "interrupted: no file is half written\n")


def test_a_command_in_the_background_of_a_shell_ignores_ctrl_c(tmp_path: Path) -> None:
    code = (
        "import os, signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "from finmodel import __main__\nfrom finmodel.cli import command as cli\n"
        "def command(words): os.kill(os.getpid(), signal.SIGINT); print('went on', flush=True); return 0\n"
        "cli.command = command; __main__.main()"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (0, "went on\n", "")


def test_nothing_of_the_package_is_loaded_before_signals_are_caught() -> None:
    """Neither by the script that is installed, nor by `python -m finmodel`."""
    code = "import sys, finmodel.__main__; print(*sorted(name for name in sys.modules if name.startswith('finmodel')))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout

    assert loaded.split() == ["finmodel", "finmodel.__main__"]
    assert 'finmodel = "finmodel.__main__:main"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
