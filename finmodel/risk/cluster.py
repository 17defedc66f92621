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

import numpy as np

from finmodel.kernel.errors import FileError, RefusedError, UsageError
from finmodel.kernel.version import version
from finmodel.risk.address import Address, ask, patience, read_address
from finmodel.risk.job import Job, Part, compute
from finmodel.risk.pool import TRIES, WorkerError, held


def reach(scheduler: str) -> None:
    """See, before any work, that Dask is installed and that a scheduler answers at its address.

    Args:
        scheduler: Its address, such as "tls://host:8786", or "local".

    Raises:
        UsageError: Dask is not installed, the address is none, or no scheduler answers there.
    """
    address = read_address(scheduler)
    _dask()
    if address is not None:
        ask(address)


def _dask() -> Any:
    """Dask's package of clusters.

    Raises:
        UsageError: It is not installed.
    """
    try:
        import distributed
    except ImportError:
        raise UsageError('a cluster needs Dask: pip install "finmodel[cluster]"') from None
    return distributed


def run_cluster(job: Job, parts: Sequence[int], scheduler: str, workers: int, done: Callable[[Part], None]) -> None:
    """Compute parts on a cluster; `done` is called here with each, in any order.

    Args:
        parts: Numbers of the parts.
        scheduler: Its address, such as "tls://host:8786", or "local" for workers on this machine.
        workers: How many, for "local".

    Raises:
        UsageError: Dask is not installed, or no scheduler answers.
        FileError: The scheduler is gone.
        RefusedError: A worker has another version.
        WorkerError: A part has killed its worker four times.
    """
    distributed = _dask()
    with _client(distributed, read_address(scheduler), workers) as client:
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
def _client(distributed: Any, address: Address | None, workers: int) -> Iterator[Any]:
    """A client of the cluster; the local one, which has no address, ends with it."""
    cluster = None
    try:
        if address is None:
            with held(signal.SIGINT):
                cluster = distributed.LocalCluster(
                    n_workers=workers, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
                )
        else:
            _warn(address)
        client = distributed.Client(cluster or str(address), timeout=patience(), set_as_default=False)
    except (OSError, ValueError, RuntimeError, TypeError, ImportError) as error:
        raise UsageError(f"{address or 'local'}: no scheduler answers there: {error}") from error
    try:
        yield client
    finally:
        client.close()
        if cluster is not None:
            cluster.close()


def _warn(address: Address) -> None:
    """An address beyond this machine without encryption is open to whoever is in between."""
    with contextlib.suppress(ValueError):
        if ipaddress.ip_address(address.host).is_loopback:
            return
    if address.scheme != "tls" and address.host != "localhost":
        warnings.warn(f"{address}: the connection is not encrypted; use tls:// beyond this machine", stacklevel=2)


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
