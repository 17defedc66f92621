"""Past one machine: parts as tasks of a Dask cluster, the same bits as at home.

The job goes to the workers as data, once. A worker that dies is no loss: its parts are computed elsewhere, up to four
times. Workers of another version of finmodel or NumPy are refused before anything starts. A scheduler that dies ends
the run at once; what is in the folder stays, and the next run goes on from there.
Safety:  whoever reaches a Dask port can run code. "local" listens on this machine only; for a cluster use tls:// with
         Dask's own configuration, or a closed network.
"""

from __future__ import annotations

import contextlib
import ipaddress
import signal
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from finmodel.base.errors import FileError, RefusedError, UsageError
from finmodel.outputs.version import version
from finmodel.risk.job import Job, Part, compute
from finmodel.risk.pool import TRIES, WorkerError, held

LOCAL = "local"
_PATIENCE = 20  # seconds until a scheduler answers


def run_cluster(job: Job, parts: Sequence[int], scheduler: str, workers: int, done: Callable[[Part], None]) -> None:
    """Compute parts on a cluster; `done` is called here with each, in any order.

    Args:
        scheduler: Its address, such as "tls://host:8786", or "local" for workers on this machine.
        workers: How many, for "local".

    Raises:
        UsageError: Dask is not installed.
        FileError: The scheduler does not answer, or is gone.
        RefusedError: A worker has another version.
        WorkerError: A part has killed its worker four times.
    """
    try:
        import distributed
    except ImportError:
        raise UsageError('a cluster needs Dask: pip install "finmodel[cluster]"') from None
    with _client(distributed, scheduler, workers) as client:
        _refuse_others(client)
        try:
            _work(distributed, client, job, parts, done)
        except distributed.KilledWorker as error:
            raise WorkerError(f"a worker was killed {TRIES} times by the same part: {error}") from error
        except (OSError, distributed.client.FutureCancelledError) as error:
            raise FileError(f"{scheduler}: the scheduler is gone; run again to go on from what is kept") from error


def _work(distributed: Any, client: Any, job: Job, parts: Sequence[int], done: Callable[[Part], None]) -> None:
    shared = client.scatter(job, broadcast=True, hash=False)
    tasks = [client.submit(compute, shared, number, pure=False, retries=TRIES - 1) for number in parts]
    for task in distributed.as_completed(tasks, loop=client.loop):
        done(task.result())
        task.release()


@contextlib.contextmanager
def _client(distributed: Any, scheduler: str, workers: int) -> Iterator[Any]:
    """A client of the cluster; the local one ends with it."""
    cluster = None
    try:
        if scheduler == LOCAL:
            with held(signal.SIGINT):
                cluster = distributed.LocalCluster(
                    n_workers=workers, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
                )
        else:
            _warn(scheduler)
        client = distributed.Client(cluster or scheduler, timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise FileError(f"{scheduler}: no scheduler answers there: {error}") from error
    try:
        yield client
    finally:
        client.close()
        if cluster is not None:
            cluster.close()


def _warn(scheduler: str) -> None:
    """An address beyond this machine without encryption is open to whoever is in between."""
    parts = urlsplit(scheduler)
    host = parts.hostname or ""
    with contextlib.suppress(ValueError):
        if ipaddress.ip_address(host).is_loopback:
            return
    if parts.scheme != "tls" and host != "localhost":
        warnings.warn(f"{scheduler}: the connection is not encrypted; use tls:// beyond this machine", stacklevel=2)


def _versions() -> tuple[str, str]:
    return version(), np.__version__


def _refuse_others(client: Any) -> None:
    """Every worker must be what this process is, or the bits would differ."""
    mine = _versions()
    for address, theirs in client.run(_versions).items():
        if tuple(theirs) != mine:
            raise RefusedError(
                f"{address}: the worker has finmodel {theirs[0]} with NumPy {theirs[1]}, this is finmodel {mine[0]}"
                f" with NumPy {mine[1]}; install the same"
            )
