"""The address of a Dask scheduler: its form, and whether a scheduler answers there, before any work.

Dask's own client tries again for as long as its time lasts, waits for ever at the port of a worker, and takes the text
of another server for the length of a message. So one connection of ours asks first: who are you?
"""

from __future__ import annotations

import importlib
import re
import socket
import ssl
import struct
import sys
import time
from dataclasses import dataclass
from typing import Any

from finmodel.kernel.errors import UsageError

LOCAL = "local"
_FORM = re.compile(r"(?:(?P<scheme>tcp|tls|ucx)://)?(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.-]+):(?P<port>[0-9]{1,5})")
_WRITE = "write tcp://HOST:PORT or tls://HOST:PORT as the scheduler printed it when it started, or local"
_PATIENCE = 10.0  # seconds at most until a scheduler answers; a shorter time of Dask's own configuration holds
_LONGEST = 1 << 24  # bytes of an answer; who names a longer one speaks another language


@dataclass(frozen=True)
class Address:
    """Where a scheduler listens."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"


def read_address(text: object) -> Address | None:
    """The address as typed; None is "local".

    Args:
        text: What was typed.

    Raises:
        UsageError: It is no address.
    """
    if text == LOCAL:
        return None
    found = _FORM.fullmatch(text) if isinstance(text, str) else None
    if found is None or not 1 <= int(found["port"]) <= 65_535:
        shown = ascii(text)[1:-1] if isinstance(text, str) else ascii(text)
        raise UsageError(f'"{shown[:80]}" is no address of a Dask scheduler: {_WRITE}')
    return Address(found["scheme"] or "tcp", found["host"].strip("[]"), int(found["port"]))


def ask(address: Address) -> None:
    """See that a Dask scheduler answers at an address, in one connection and no longer than Dask waits for one.

    Raises:
        UsageError: No such host, nobody listens, or what answers is no scheduler; or Dask has no certificates.
    """
    try:
        socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise UsageError(f"{address}: there is no host {address.host}; {_WRITE}") from error
    if address.scheme == "ucx":
        return  # it need not listen as TCP does
    try:
        connection = socket.create_connection((address.host, address.port), timeout=patience())
    except OSError as error:
        why = "no answer in time" if isinstance(error, TimeoutError) else (error.strerror or str(error)).lower()
        raise UsageError(f"{address}: nobody listens there ({why}); start the scheduler, or {_WRITE}") from error
    with connection:
        kind = _kind(address, connection)
    if kind != "Scheduler":
        what = f"a Dask {kind.lower()[:20]}, not its scheduler" if kind else "no Dask scheduler"
        raise UsageError(f"{address}: what listens there is {what}; {_WRITE}")


def patience() -> float:
    """Seconds until a scheduler must have answered."""
    import dask
    from dask.utils import parse_timedelta

    return float(min(_PATIENCE, parse_timedelta(dask.config.get("distributed.comm.timeouts.connect"))))


def _kind(address: Address, connection: socket.socket) -> str:
    """What answers says that it is, such as "Scheduler"; empty where it does not speak as Dask does.

    Raises:
        UsageError: No encrypted connection comes about.
    """
    try:
        with _encrypted(connection) if address.scheme == "tls" else connection as stream:
            talk = _Talk(stream, time.monotonic() + patience())
            talk.send({"compression": None, "python": sys.version_info[:3], "pickle-protocol": 5})
            talk.receive()  # its side of the same
            talk.send({"op": "identity", "reply": True, "close": True})
            answer = talk.receive()
    except ssl.SSLError as error:
        raise UsageError(f"{address}: no encrypted connection comes about: {error.reason or error}") from error
    except UsageError:
        raise
    except Exception:  # whatever bytes came, they are not Dask's
        return ""
    return str(answer.get("type", "")) if isinstance(answer, dict) else ""


def _encrypted(connection: socket.socket) -> socket.socket:
    """The connection under TLS, with the certificates of Dask's own configuration.

    Raises:
        UsageError: Dask has none.
    """
    security: Any = importlib.import_module("distributed.security").Security()
    context = security.get_connection_args("client").get("ssl_context")
    if context is None:
        raise UsageError(
            "tls:// needs certificates: set distributed.comm.tls.ca-file and .client in Dask's configuration"
        )
    wrapped: socket.socket = context.wrap_socket(connection)
    return wrapped


@dataclass(frozen=True)
class _Talk:
    """Messages as Dask frames them, until a moment of the monotonic clock."""

    stream: socket.socket
    until: float

    def send(self, message: dict[str, object]) -> None:
        """Say a message."""
        packed = _framing().pack_frames(_protocol().dumps(message))
        self.stream.sendall(struct.pack("Q", len(packed)) + packed)

    def receive(self) -> object:
        """Hear a message."""
        (length,) = struct.unpack("Q", self._bytes(8))
        frames, lengths = _framing().unpack_frames(self._bytes(length), partial=True)
        first = [*frames, *map(self._bytes, lengths)][0]
        # plain values alone: Dask's own reading would unpickle what a stranger sends
        heard: object = importlib.import_module("msgpack").loads(first, use_list=False, strict_map_key=False)
        return heard

    def _bytes(self, count: int) -> bytes:
        """So many bytes of an answer.

        Raises:
            ValueError: More are promised than any answer has.
            OSError: Time is up.
            EOFError: It ended.
        """
        if count > _LONGEST:
            raise ValueError(f"{count:,} bytes")
        data = b""
        while len(data) < count:
            self.stream.settimeout(max(self.until - time.monotonic(), 1e-3))
            more = self.stream.recv(count - len(data))
            if not more:
                raise EOFError
            data += more
        return data


def _protocol() -> Any:
    return importlib.import_module("distributed.protocol")


def _framing() -> Any:
    return importlib.import_module("distributed.protocol.utils")
