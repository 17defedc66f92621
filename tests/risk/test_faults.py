"""Faults of the world: kills, interrupts, damaged parts, two runs in one folder; the numbers stay the same bits."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace

import pytest

import finmodel as fm
from finmodel.risk import pool
from finmodel.risk.job import Part
from tests.risk.deals import tiny
from tests.work import wait_for

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow
PATHS = 262_144  # so many that a run lasts until it is stopped


@pytest.fixture(scope="module")
def deal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny(tmp_path_factory.mktemp("risk"))


def start(deal: Path, folder: Path, *more: str) -> subprocess.Popen[str]:
    """`finmodel risk` as a process in a group of its own; it heeds Ctrl-C even where the tests ignore it."""
    words = ["risk", str(deal), "--paths", str(PATHS), "--folder", str(folder), "--workers", "2", "--json", "-", *more]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error"}
    return subprocess.Popen(
        [sys.executable, "-m", "finmodel", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL) if os.name == "posix" else None,
    )


def parts(folder: Path) -> list[Path]:
    return sorted((folder / "parts").glob("part-*.bin")) if (folder / "parts").is_dir() else []


def digest(folder: Path) -> str:
    """All parts of a run, bit for bit."""
    return sha256(b"".join(part.read_bytes() for part in parts(folder))).hexdigest()


def children(group: int) -> list[int]:
    """Processes of a group that are alive."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(fields[2]) == group and fields[0] != "Z":
                found.append(int(entry.name))
    return found


@pytest.fixture(scope="module")
def whole(deal: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, object]]:
    """The bits and the summary of a run that nothing disturbs."""
    folder = tmp_path_factory.mktemp("whole") / "run"
    process = start(deal, folder)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    return digest(folder), without_time(out)


def without_time(text: str) -> dict[str, object]:
    found = json.loads(text)
    return {key: value for key, value in found.items() if key not in ("seconds", "workers")}


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize(
    ("sign", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -signal.SIGKILL)]
)
def test_a_run_that_is_stopped_goes_on_to_the_same_bits(deal, whole, tmp_path, sign, code):
    """Nothing is left running, whole parts are kept, and the rest is computed next time."""
    folder = tmp_path / "run"
    process = start(deal, folder)
    wait_for(lambda: parts(folder))
    os.killpg(process.pid, signal.SIGSTOP)  # so that it cannot end before it is told to
    process.send_signal(sign)
    os.killpg(process.pid, signal.SIGCONT)
    process.communicate(timeout=30)
    assert process.returncode == code
    wait_for(lambda: not children(process.pid))
    kept = parts(folder)
    assert 1 <= len(kept) < PATHS // 8192

    again = start(deal, folder)
    out, err = again.communicate(timeout=120)
    assert again.returncode == 0, err
    assert digest(folder) == whole[0]
    assert without_time(out) == whole[1]
    assert not list((folder / "parts").glob("*.tmp"))


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_a_worker_that_is_killed_costs_no_path_and_no_bit(deal, whole, tmp_path):
    folder = tmp_path / "run"
    process = start(deal, folder)
    wait_for(lambda: parts(folder))
    workers = [child for child in children(process.pid) if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]
    assert len(workers) == 2
    for child in workers:
        os.kill(child, signal.SIGKILL)
    _, err = process.communicate(timeout=120)

    assert process.returncode == 0, err
    assert digest(folder) == whole[0]


def test_damaged_parts_are_computed_again(deal, whole, tmp_path):
    """One cut short, one with a bit flipped, one of another number, one whose header is edited."""
    folder = tmp_path / "run"
    fm.simulate(deal, PATHS, 1, workers=1, options=fm.Options(folder=folder))
    files = parts(folder)
    data = files[0].read_bytes()
    files[0].write_bytes(data[:-7])
    flipped = bytearray(files[1].read_bytes())
    flipped[9_999] ^= 1
    files[1].write_bytes(bytes(flipped))
    files[2].write_bytes(files[3].read_bytes())
    files[4].write_bytes(files[4].read_bytes().replace(b'"part": 4', b'"part": 5', 1))
    (folder / "parts" / "note.txt").write_text("not a part", encoding="utf-8")
    again = fm.simulate(deal, PATHS, 1, workers=1, options=fm.Options(folder=folder))

    assert again.store.damaged == 4
    assert digest(folder) == whole[0]


def test_a_second_run_in_the_same_folder_is_refused_and_does_no_harm(deal, whole, tmp_path):
    folder = tmp_path / "run"
    first = start(deal, folder)
    wait_for(lambda: parts(folder))
    os.killpg(first.pid, signal.SIGSTOP)  # so that it cannot end before the second one starts
    second = start(deal, folder)
    _, message = second.communicate(timeout=60)
    os.killpg(first.pid, signal.SIGCONT)
    _, err = first.communicate(timeout=120)

    assert (second.returncode, first.returncode) == (3, 0), err
    assert "another run is writing into this folder" in message
    assert digest(folder) == whole[0]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"seed": 2}, "another seed"),
        ({"paths": 9_000}, "another number of paths"),
        ({"outputs": ["dscr_min"]}, "other outputs"),
        ({"options": "antithetic"}, "another way of sampling"),
        ({"case": "moved"}, "another case"),
    ],
)
def test_a_folder_of_another_run_is_refused_by_name(deal, tmp_path, change, words):
    folder = tmp_path / "run"
    fm.simulate(deal, 8_192, 1, options=fm.Options(folder=folder))
    case = fm.load(deal, set={"price.oxide.deck": "41 USD/kg"} if change.pop("case", None) else None)
    options = fm.Options(folder=folder, sampling=change.pop("options", "random"))

    with pytest.raises(fm.FinmodelError, match=words) as caught:
        fm.simulate(case, **{"paths": 8_192, "seed": 1, **change}, options=options)
    assert caught.value.exit_code == 3


def test_a_folder_that_holds_no_run_is_refused(deal, tmp_path):
    (tmp_path / "run.json").write_text("mine", encoding="utf-8")

    with pytest.raises(fm.FinmodelError, match="not the record of a run") as caught:
        fm.simulate(deal, 100, 1, options=fm.Options(folder=tmp_path))
    assert caught.value.exit_code == 3


def test_a_part_that_kills_every_worker_is_named(monkeypatch):
    """Four tries, then an error that says which blocks; what else was done is kept."""
    monkeypatch.setattr(pool, "serve", poison)
    kept: list[int] = []

    with pytest.raises(fm.FinmodelError, match=r"blocks 16 to 23: the worker was killed 4 times"):
        pool.run_pool(SimpleNamespace(text=None), [0, 1, 2, 3], 2, lambda part: kept.append(part.number))  # type: ignore[arg-type]
    assert set(kept) <= {0, 1, 3}


def poison(pipe: object, parent: int) -> None:
    """A worker that part 2 kills."""
    import numpy as np

    pipe.recv()  # type: ignore[attr-defined]
    while True:
        number = pipe.recv()  # type: ignore[attr-defined]
        if number == 2:
            os._exit(9)
        empty = np.zeros((0, 0))
        pipe.send(Part(number, empty, empty, empty, empty))  # type: ignore[attr-defined,arg-type]


def test_an_error_in_a_worker_is_raised_where_the_run_was_asked_for(monkeypatch):
    monkeypatch.setattr(pool, "serve", failing)

    with pytest.raises(fm.FinmodelError, match="no such thing"):
        pool.run_pool(SimpleNamespace(text=None), [0, 1], 2, lambda part: None)  # type: ignore[arg-type]


def failing(pipe: object, parent: int) -> None:
    """A worker whose model fails."""
    pipe.recv()  # type: ignore[attr-defined]
    pipe.recv()  # type: ignore[attr-defined]
    pipe.send(fm.FinmodelError("no such thing"))  # type: ignore[attr-defined]
    pipe.recv()  # type: ignore[attr-defined]


def test_a_script_without_a_guard_may_use_several_processes(deal, tmp_path):
    """A worker does not run the script that asked for it again."""
    script = tmp_path / "study.py"
    script.write_text(
        f'import finmodel as fm\nprint(fm.simulate("{deal}", 20_000, 1, workers=2).metrics["npv_post_tax"].mean)\n',
        encoding="utf-8",
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, env=environment, check=False)

    assert done.returncode == 0, done.stderr
    assert float(done.stdout) == fm.simulate(deal, 20_000, 1, workers=1).metrics["npv_post_tax"].mean


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONHASHSEED": "1"},
        {"PYTHONHASHSEED": "2", "TZ": "Asia/Tokyo"},
        {"LC_ALL": "de_DE.UTF-8", "HOME": "/nowhere"},
    ],
)
def test_the_world_around_changes_no_bit(deal, tmp_path, environment):
    script = (
        "import finmodel as fm, sys; r = fm.simulate(sys.argv[1], 3_000, 5); "
        "import hashlib; columns = b''.join(r.store.column(n).tobytes() for n in r.store.names()); "
        "print(hashlib.sha256(columns).hexdigest())"
    )
    here = fm.simulate(deal, 3_000, 5)
    mine = sha256(b"".join(here.store.column(name).tobytes() for name in here.store.names())).hexdigest()
    done = subprocess.run(
        [sys.executable, "-O", "-c", script, str(deal)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        cwd=tmp_path,
        check=False,
    )

    assert done.stdout.strip() == mine, done.stderr


def test_a_disk_without_room_is_a_file_error(deal, tmp_path, monkeypatch):
    from finmodel.risk import checkpoint

    def full(path: Path, data: bytes) -> Path:
        raise fm.FinmodelError("disk") if path.suffix != ".bin" else checkpoint.FileError(f"{path}: cannot write")

    monkeypatch.setattr(checkpoint, "write_new", full)
    with pytest.raises(fm.FinmodelError, match="cannot write") as caught:
        fm.simulate(deal, 10_000, 1, options=fm.Options(folder=tmp_path / "run"))
    assert caught.value.exit_code == 4


@pytest.mark.skipif(os.name != "posix", reason="limits of POSIX")
def test_more_paths_than_can_be_counted_are_refused_before_the_start_in_little_memory(deal, tmp_path):
    """A hundred million paths where a process may have a gigabyte: one sentence, no folder, no half start."""
    import resource

    def small() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))

    folder = tmp_path / "run"
    done = subprocess.run(
        [sys.executable, "-m", "finmodel", "risk", str(deal), "--paths", "100000000", "--folder", str(folder)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"},
        preexec_fn=small,
        check=False,
    )

    assert (done.returncode, len(done.stderr.splitlines())) == (5, 1), done.stderr
    assert "at most 20,000,000 are run" in done.stderr
    assert not folder.exists()


def test_a_clock_that_jumps_back_and_a_change_to_summer_time_move_nothing(deal, tmp_path, monkeypatch):
    """A run that is stopped and goes on while the clock goes backwards by an hour at every look."""
    looks = iter(range(10**9))
    monkeypatch.setattr(time, "time", lambda: 1_800_000_000.0 - 3_600.0 * next(looks))
    monkeypatch.setattr(time, "perf_counter", lambda: 1e6 - 3_600.0 * next(looks))
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    folder = tmp_path / "run"
    first = fm.simulate(deal, 20_000, 3, workers=1, options=fm.Options(folder=folder))
    kept = digest(folder)
    parts(folder)[1].unlink()
    again = fm.simulate(deal, 20_000, 3, workers=1, options=fm.Options(folder=folder))
    monkeypatch.undo()
    time.tzset()
    plain = fm.simulate(deal, 20_000, 3, workers=1)

    assert digest(folder) == kept
    for run in (first, again):
        assert all(run.column(n).tobytes() == plain.column(n).tobytes() for n in ("equity_irr", "dscr_min"))
