"""Whether gRPC can be used in this process, which may be the child of a fork.

Parent and child share the epoll set of gRPC until the child replaces it. gRPC replaces it at the fork, but not if
another thread is inside of gRPC: then what the child opens is reported to the parent, with addresses of the child's
memory, and the parent crashes. The child of such a fork opens no channels.
"""

from __future__ import annotations

import os
import sys
import threading
from types import FrameType
from typing import Optional

from atrad.errors import PreconditionError

_busy = False
_unusable = False


def require_usable() -> None:
    """Raises `PreconditionError` if the process was forked while another thread was inside of gRPC."""
    if _unusable:
        raise PreconditionError(
            "gRPC cannot be used in this process: it was forked while another thread was inside of gRPC (a call, "
            "a watch, an asyncio channel or a server); start processes by 'spawn' or 'forkserver'"
        )


def _inside_grpc(frame: Optional[FrameType]) -> bool:
    while frame is not None:
        if frame.f_globals.get("__name__", "").startswith("grpc."):
            return True
        frame = frame.f_back
    return False


def _before() -> None:
    global _busy
    mine = threading.get_ident()
    # The thread that polls for asyncio is C from its first frame on.
    _busy = any("grpc._cython" in repr(getattr(each, "_target", None)) for each in threading.enumerate()) or any(
        _inside_grpc(frame) for thread, frame in sys._current_frames().items() if thread != mine
    )


def _in_child() -> None:
    global _unusable
    _unusable = _unusable or _busy


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before, after_in_child=_in_child)
