"""An address at which no Dask scheduler answers is told in words, at once, and leaves nothing behind."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from socket import socket, socketpair

import pytest

import finmodel as fm
from finmodel.cli.command import command
from finmodel.risk.address import Address, _Talk, ask, read_address
from tests.risk.deals import tiny
from tests.work import wait_for

dask = pytest.importorskip("dask")
pytest.importorskip("distributed")
WRITE = "write tcp://HOST:PORT or tls://HOST:PORT as the scheduler printed it when it started, or local"
NONSENSE = ["nonsense", "", "tcp://host", "tcp://:8786", "host:0", "host:65536", "http://host:8786", "inproc://1/2/3"]


class Page(BaseHTTPRequestHandler):
    """A server of pages, which answers any request with one."""

    def handle_one_request(self) -> None:
        self.wfile.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

    def log_message(self, *words: object) -> None:
        """Say nothing."""


@contextmanager
def pages() -> Iterator[int]:
    """A port at which an HTTP server answers."""
    server = HTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def listener() -> Iterator[socket]:
    """A port that accepts and says nothing."""
    with socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        yield held


def closed_port() -> int:
    with listener() as held:
        return int(held.getsockname()[1])


@pytest.fixture
def told(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """What the command says of an address; it must write nothing and leave no thread."""
    deal = tiny(tmp_path)

    def say(address: str) -> tuple[int, str]:
        before = threading.enumerate()
        words = ["risk", str(deal), "--paths", "64", "--folder", str(tmp_path / "run"), "--scheduler", address]
        with dask.config.set({"distributed.comm.timeouts.connect": "300ms"}):
            code = command(words)
        assert not (tmp_path / "run").exists()
        assert threading.enumerate() == before
        return code, capsys.readouterr().err

    return say


@pytest.mark.parametrize("text", [text for text in NONSENSE if text])
def test_what_is_no_address_is_refused_before_any_work(text, told):
    assert told(text) == (2, f'"{text}" is no address of a Dask scheduler: {WRITE}\n')


@pytest.mark.parametrize("text", ["", "h\udcff:1", 8786])
def test_what_is_no_address_is_refused_in_python_too(text, tmp_path):
    with pytest.raises(fm.FinmodelError, match="is no address of a Dask scheduler") as caught:
        fm.simulate(tiny(tmp_path), 64, options=fm.Options(scheduler=text))
    str(caught.value).encode()


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("tcp://10.0.0.5:8786", Address("tcp", "10.0.0.5", 8786)),
        ("tls://grid-1.bank.example:443", Address("tls", "grid-1.bank.example", 443)),
        ("ucx://node_7:13337", Address("ucx", "node_7", 13337)),
        ("localhost:8786", Address("tcp", "localhost", 8786)),
        ("tcp://[::1]:8786", Address("tcp", "::1", 8786)),
        ("local", None),
    ],
)
def test_an_address_is_read_and_written_as_dask_writes_it(text, address):
    assert read_address(text) == address
    assert address is None or str(address) == (text if "//" in text else f"tcp://{text}")


def test_a_host_that_does_not_exist_is_told(told):
    """The name ends in .invalid, which no name server ever knows (RFC 2606)."""
    for scheme in ("tcp", "ucx"):
        address = f"{scheme}://nowhere.invalid:8786"
        assert told(address) == (2, f"{address}: there is no host nowhere.invalid; {WRITE}\n")


def test_a_port_at_which_nobody_listens_is_told(told):
    address = f"tcp://127.0.0.1:{closed_port()}"

    code, said = told(address)
    assert code == 2
    assert said == f"{address}: nobody listens there (connection refused); start the scheduler, or {WRITE}\n"


def test_a_server_of_pages_is_told_to_be_no_scheduler(told):
    """Its "HTTP/1.1" would be the length of a message: 3.6 billion billion bytes."""
    with pages() as port:
        address = f"tcp://127.0.0.1:{port}"
        assert told(address) == (2, f"{address}: what listens there is no Dask scheduler; {WRITE}\n")


def test_a_port_that_accepts_and_says_nothing_is_told_to_be_no_scheduler(told):
    with listener() as held:
        address = f"tcp://127.0.0.1:{held.getsockname()[1]}"
        assert told(address) == (2, f"{address}: what listens there is no Dask scheduler; {WRITE}\n")


def test_an_encrypted_address_without_certificates_says_what_dask_lacks(told):
    with listener() as held:
        code, said = told(f"tls://127.0.0.1:{held.getsockname()[1]}")
    assert code == 2
    assert said.startswith("tls:// needs certificates: set distributed.comm.tls.ca-file")


@pytest.mark.slow
def test_a_scheduler_is_known_and_its_worker_is_not_one(tmp_path):
    """Dask's own client waits for ever at the port of a worker."""
    ports = closed_port(), closed_port()
    words = [sys.executable, "-m"]
    boss = [*words, "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", str(ports[0]), "--no-dashboard"]
    hand = [*words, "distributed.cli.dask_worker", f"tcp://127.0.0.1:{ports[0]}", "--worker-port", str(ports[1])]
    hand += ["--host", "127.0.0.1", "--no-nanny", "--no-dashboard"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": tmp_path}
    crew = [subprocess.Popen(boss, **quiet), subprocess.Popen(hand, **quiet)]

    def said(port: int) -> str:
        try:
            ask(Address("tcp", "127.0.0.1", port))
        except fm.FinmodelError as error:
            return str(error)
        return "a scheduler"

    try:
        wait_for(lambda: said(ports[0]) == "a scheduler")
        wait_for(lambda: "what listens there is a Dask worker, not its scheduler" in said(ports[1]))
    finally:
        for one in crew:
            one.kill()
            one.wait()


def test_what_a_stranger_sends_is_read_as_plain_values_and_never_unpickled() -> None:
    """A message that holds a pickle, as Dask frames one: its own reading would run what it says."""
    import pickle
    import struct

    import msgpack  # type: ignore[import-untyped]
    from distributed.protocol.utils import pack_frames

    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (exec, ("raise SystemExit('it was run')",))

    body = msgpack.dumps({"type": {"__Pickled__": 1}})
    header = msgpack.dumps({"pickled-obj": pickle.dumps(Trap()), "num-sub-frames": 0})
    packed = pack_frames([body, header])
    ours, theirs = socketpair()
    with ours, theirs:
        theirs.sendall(struct.pack("Q", len(packed)) + packed)
        heard = _Talk(ours, 1e9).receive()

    assert heard == {"type": {"__Pickled__": 1}}
