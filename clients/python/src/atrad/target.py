"""Where a server is and how to reach it: the address, TLS and the token."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any, NamedTuple, Optional, Union

import grpc

from atrad import forks
from atrad.errors import InvalidError

PathLike = Union[str, "os.PathLike[str]"]

_WINDOW_BYTES = 8 << 20
_OPTIONS: list[tuple[str, Any]] = [
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
    ("grpc.http2.lookahead_bytes", _WINDOW_BYTES),
    ("grpc.keepalive_time_ms", 120_000),
    # A server that restarts is back soon; the defaults wait for up to two minutes.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 2_000),
    # What an attempt to connect may take.
    ("grpc.min_reconnect_backoff_ms", 5_000),
    # After a fork each process has connections of its own.
    ("grpc.use_local_subchannel_pool", 1),
]


class TLS(NamedTuple):
    """TLS by files in PEM. `TLS()` trusts the roots of grpcio; give `ca` for a certificate authority of your own."""

    #: The certificates to trust, instead of the well-known ones.
    ca: Optional[PathLike] = None
    #: The certificate of this client and its key, for servers that ask for one (mTLS).
    cert: Optional[PathLike] = None
    key: Optional[PathLike] = None
    #: The name in the server's certificate, where it is not the host of the address.
    server_name: Optional[str] = None


class Target(NamedTuple):
    """A server: what grpcio needs to open a channel to it."""

    address: str
    credentials: Optional[grpc.ChannelCredentials]
    options: list[tuple[str, Any]]
    metadata: tuple[tuple[str, str], ...]
    #: Whether large answers are asked for in shared memory: at a Unix socket.
    shares_memory: bool = False

    def channel(self, module: Any) -> Any:
        """Opens a channel by `grpc` or `grpc.aio`. `PreconditionError`: the process was forked amid calls."""
        forks.require_usable()
        if self.credentials is None:
            return module.insecure_channel(self.address, self.options)
        return module.secure_channel(self.address, self.credentials, self.options)


def target(
    address: Optional[str] = None,
    *,
    token: Optional[str] = None,
    token_file: Optional[PathLike] = None,
    tls: Union[bool, TLS, None] = None,
    credentials: Optional[grpc.ChannelCredentials] = None,
) -> Target:
    """Reads the options of a connection. Without an address, ATRAD_SERVER and ATRAD_TOKEN say where the server is."""
    if address is None:
        address = os.environ.get("ATRAD_SERVER") or "127.0.0.1:50051"
        if token is None and token_file is None:
            token = os.environ.get("ATRAD_TOKEN") or None
    address, secure = _address(address)
    tls = tls or secure
    if tls and credentials:
        raise InvalidError.of_field("tls", "tls and credentials exclude each other")
    options = list(_OPTIONS)
    if tls:
        files = tls if isinstance(tls, TLS) else TLS()
        credentials = _credentials(files)
        if files.server_name:
            options.append(("grpc.ssl_target_name_override", files.server_name))
    if address.startswith("unix:"):
        # grpcio would name the path as authority, which is none: strict servers refuse it.
        options.append(("grpc.default_authority", "localhost"))
    shares_memory = address.startswith("unix:") and sys.platform == "linux" and sys.byteorder == "little"
    return Target(address, credentials, options, _metadata(token, token_file), shares_memory)


def _address(address: str) -> tuple[str, bool]:
    """The address as grpcio writes it, and whether it asks for TLS."""
    for scheme, secure in (("https://", True), ("http://", False), ("grpcs://", True), ("grpc://", False)):
        if address.startswith(scheme):
            address = address[len(scheme) :].rstrip("/")
            if address.startswith(":") or "/" in address:
                raise InvalidError.of_field("address", f"address must be {scheme}HOST:PORT, got {scheme}{address}")
            return address, secure
    if address.startswith("unix:"):
        # grpcio reads `unix:relative` and `unix:///absolute`.
        path = os.path.expanduser(address[len("unix:") :])
        return f"unix:{path}", False
    _host, colon, port = address.rpartition(":")
    if not colon or not port.isdigit() or not 0 < int(port) < 65536:
        raise InvalidError.of_field(
            "address", f"address must be HOST:PORT, unix:PATH or https://HOST:PORT, got {address!r}"
        )
    return address, False


def _credentials(files: TLS) -> grpc.ChannelCredentials:
    if (files.cert is None) != (files.key is None):
        raise InvalidError.of_field("tls", "cert and key of a client come together")
    read = [
        None if path is None else Path(path).expanduser().read_bytes() for path in (files.ca, files.key, files.cert)
    ]
    return grpc.ssl_channel_credentials(*read)


def _metadata(token: Optional[str], token_file: Optional[PathLike]) -> tuple[tuple[str, str], ...]:
    if token is not None and token_file is not None:
        raise InvalidError.of_field("token", "token and token_file exclude each other")
    if token_file is not None:
        token = Path(token_file).expanduser().read_text(encoding="utf-8").strip()
    if token is None:
        return ()
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise InvalidError.of_field("token", "token must be ASCII without spaces, and not empty")
    return (("authorization", f"Bearer {token}"),)
