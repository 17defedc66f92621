"""A cluster on this machine gives the same bits, whoever dies; needs Dask, which is an extra."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import finmodel as fm
from finmodel.risk.address import read_address
from tests.risk.deals import tiny
from tests.risk.test_simulate import bits
from tests.work import wait_for

pytest.importorskip("distributed")
ROOT = Path(__file__).parents[2]
PATHS = 40_000
STUDY = """
import hashlib, sys
import finmodel as fm

if __name__ == "__main__":
    run = fm.simulate(sys.argv[1], {paths}, 3, options=fm.Options(scheduler=sys.argv[2], folder=sys.argv[3]))
    parts = b"".join(run.store.column(name).tobytes() for name in run.store.names()) + run.store.labels().tobytes()
    print(hashlib.sha256(parts).hexdigest())
"""


@pytest.fixture(scope="module")
def deal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny(tmp_path_factory.mktemp("risk"))


@pytest.fixture(scope="module")
def whole(deal: Path) -> bytes:
    return bits(fm.simulate(deal, PATHS, 3, workers=1).store)


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def study(deal: Path, scheduler: str, folder: Path) -> subprocess.Popen[str]:
    """A simulation on a cluster as a process of its own: Dask starts threads that tests must not inherit."""
    script = folder.parent / "study.py"
    script.write_text(STUDY.format(paths=PATHS), encoding="utf-8")
    words = [sys.executable, str(script), str(deal), scheduler, str(folder)]
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment())


@pytest.mark.slow
def test_a_local_cluster_gives_the_same_bits(deal, whole, tmp_path):
    from hashlib import sha256

    process = study(deal, "local", tmp_path / "run")
    out, err = process.communicate(timeout=180)

    assert process.returncode == 0, err
    assert out.strip() == sha256(whole).hexdigest()


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_a_worker_of_a_real_cluster_may_be_killed(deal, whole, tmp_path):
    """A scheduler and two workers as processes; one worker is killed once parts arrive, the other ends the run."""
    from hashlib import sha256

    address = "tcp://127.0.0.1:18786"
    dask = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "18786"]
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--nthreads", "1", "--no-nanny"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": environment()}
    crew = [subprocess.Popen([*dask, "--no-dashboard"], cwd=tmp_path, **quiet)]
    crew += [subprocess.Popen([*worker, "--no-dashboard"], cwd=tmp_path, **quiet) for _ in range(2)]
    try:
        process = study(deal, address, tmp_path / "run")
        wait_for(lambda: list((tmp_path / "run").glob("parts/part-*.bin")))
        crew[1].send_signal(signal.SIGKILL)
        out, err = process.communicate(timeout=180)
    finally:
        for one in crew:
            one.kill()
            one.wait()

    assert process.returncode == 0, err
    assert out.strip() == sha256(whole).hexdigest()


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_a_scheduler_that_dies_ends_the_run_and_another_one_goes_on(deal, whole, tmp_path):
    from hashlib import sha256

    address = "tcp://127.0.0.1:18787"
    dask = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "18787"]
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--nthreads", "1", "--no-nanny"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": environment()}
    scheduler = subprocess.Popen([*dask, "--no-dashboard"], cwd=tmp_path, **quiet)
    helper = subprocess.Popen([*worker, "--no-dashboard"], cwd=tmp_path, **quiet)
    try:
        process = study(deal, address, tmp_path / "run")
        wait_for(lambda: list((tmp_path / "run").glob("parts/part-*.bin")))
        scheduler.send_signal(signal.SIGKILL)
        _, err = process.communicate(timeout=60)
    finally:
        for one in (scheduler, helper):
            one.kill()
            one.wait()
    assert process.returncode != 0
    assert "the scheduler is gone" in err

    again = study(deal, "local", tmp_path / "run")
    out, err = again.communicate(timeout=180)
    assert out.strip() == sha256(whole).hexdigest(), err


def test_a_worker_of_another_version_is_refused():
    from finmodel.risk import cluster

    class Client:
        """A cluster with one worker from last year."""

        def run(self, ask: object) -> dict[str, tuple[str, str]]:
            return {"tcp://127.0.0.1:1": ("0.0.1", "1.0")}

    with pytest.raises(fm.FinmodelError, match=r"the worker has finmodel 0\.0\.1 with NumPy 1\.0") as caught:
        cluster._refuse_others(Client())
    assert caught.value.exit_code == 3


def test_an_open_address_beyond_this_machine_is_warned_of():
    from finmodel.risk import cluster

    for open_one in ("tcp://10.0.0.5:8786", "10.0.0.5:8786"):
        with pytest.warns(UserWarning, match="not encrypted"):
            cluster._warn(read_address(open_one))
    for safe in ("tls://10.0.0.5:8786", "tcp://127.0.0.1:8786", "tcp://localhost:8786", "localhost:8786"):
        cluster._warn(read_address(safe))
