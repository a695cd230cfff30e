"""A client of atrad, the compute server for technical indicators.

    import atrad

    with atrad.connect("127.0.0.1:50051") as client:
        answer = client.compute("BTCUSDT", "15m", atrad.rsi(14), "ema(rsi(14), 9)", last=500)

Every indicator is a function here, as `atrad.rsi` is: see `atrad.indicators`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from atrad import aio
from atrad.accessors import register_imported
from atrad.answer import Answer, Correlation, Receipt
from atrad.client import Client
from atrad.errors import (
    CancelledError,
    ConflictError,
    DataLossError,
    DeadlineError,
    DeniedError,
    Error,
    ExhaustedError,
    InternalError,
    InvalidError,
    NotFoundError,
    PreconditionError,
    UnavailableError,
    UnimplementedError,
)
from atrad.expressions import (
    Expr,
    close,
    column,
    cross,
    crossover,
    crossunder,
    ffill,
    high,
    hl2,
    hlc3,
    hlcc4,
    if_,
    larger,
    low,
    ohlc4,
    returns,
    shift,
    sign,
    smaller,
    variants,
    volume,
)
from atrad.expressions import open as open
from atrad.expressions import time as time
from atrad.folder import Folder
from atrad.local import LocalClient, local
from atrad.requests import Resampling
from atrad.session import connect, use
from atrad.sweeps import Screen, Sweep, WalkForward
from atrad.target import TLS
from atrad.watches import Update

if TYPE_CHECKING:
    from atrad import indicators
    from atrad.indicators import *  # noqa: F403
    from atrad.indicators import max, min, range, sum

# Without `open` and `time`, which `from atrad import *` is not to hide.
__all__ = [
    "TLS",
    "Answer",
    "CancelledError",
    "Client",
    "ConflictError",
    "Correlation",
    "DataLossError",
    "DeadlineError",
    "DeniedError",
    "Error",
    "ExhaustedError",
    "Expr",
    "Folder",
    "InternalError",
    "InvalidError",
    "LocalClient",
    "NotFoundError",
    "PreconditionError",
    "Receipt",
    "Resampling",
    "Screen",
    "Sweep",
    "UnavailableError",
    "UnimplementedError",
    "Update",
    "WalkForward",
    "aio",
    "close",
    "column",
    "connect",
    "cross",
    "crossover",
    "crossunder",
    "ffill",
    "high",
    "hl2",
    "hlc3",
    "hlcc4",
    "if_",
    "larger",
    "local",
    "low",
    "ohlc4",
    "returns",
    "shift",
    "sign",
    "smaller",
    "use",
    "variants",
    "volume",
]

if TYPE_CHECKING:
    __all__ += indicators.__all__
    __all__ += ["max", "min", "range", "sum"]

register_imported()


def __getattr__(name: str) -> Any:
    indicators = importlib.import_module("atrad.indicators")
    if name in ("indicators", "ta"):
        return importlib.import_module(f"atrad.{name}")
    try:
        return getattr(indicators, name) if not name.startswith("_") else indicators.__getattr__(name)
    except AttributeError:
        raise AttributeError(f"module 'atrad' has nothing named {name!r}") from None


def __dir__() -> list[str]:
    indicators = importlib.import_module("atrad.indicators")
    return sorted({*globals(), "ta", *indicators.declarations()})
