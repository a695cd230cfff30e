"""Who does the work: Ray's tasks, or threads of this process."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Any, Callable, Optional, TypeVar

from atrad.errors import InvalidError

T = TypeVar("T")
#: Tasks that Ray knows of at a time: enough for a cluster to grow by, and not a million for a large universe.
_PENDING_MAX = 1_000
#: A worker that was lost, with its node or for want of memory, is replaced. What kills each of so many is an error.
_LOST_MAX = 5


def run(
    work: Callable[[Any], T],
    items: Iterable[Any],
    on: Optional[str],
    parallel: Optional[int],
    ray_options: Mapping[str, Any],
) -> Iterator[T]:
    """Does the work on each item and yields what comes of it, as it is done. The first error ends all."""
    if parallel is not None and parallel < 1:
        raise InvalidError.of_field("parallel", f"parallel must be at least 1, got {parallel}")
    where = on or ("ray" if _is_ray_there() else "threads")
    if where == "threads":
        return _by_threads(work, items, parallel)
    if where == "ray":
        return _by_ray(work, items, parallel, ray_options)
    raise InvalidError.of_field("on", f"on must be ray or threads, got {on!r}")


def _is_ray_there() -> bool:
    """Whether this process has started Ray, is a worker of it, or was given the address of a cluster."""
    try:
        import ray  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        return False
    return bool(ray.is_initialized() or os.environ.get("RAY_ADDRESS"))


def _by_threads(work: Callable[[Any], T], items: Iterable[Any], parallel: Optional[int]) -> Iterator[T]:
    with ThreadPoolExecutor(parallel or max(2, os.cpu_count() or 1)) as pool:
        pending = [pool.submit(work, item) for item in items]
        try:
            for each in as_completed(pending):
                yield each.result()
        finally:
            for each in pending:
                each.cancel()


def _by_ray(
    work: Callable[[Any], T], items: Iterable[Any], parallel: Optional[int], ray_options: Mapping[str, Any]
) -> Iterator[T]:
    try:
        import ray
    except ImportError:
        raise ImportError("this needs Ray: pip install ray") from None
    task = ray.remote(_done).options(**{"max_retries": _LOST_MAX, "num_cpus": 1, **ray_options})
    shared, waiting = ray.put(work), iter(items)
    pending: set[Any] = set()
    try:
        while True:
            while len(pending) < (parallel or _PENDING_MAX):
                item = next(waiting, _NOTHING)
                if item is _NOTHING:
                    break
                pending.add(task.remote(shared, item))
            if not pending:
                return
            [ready], _ = ray.wait(list(pending), num_returns=1)
            pending.remove(ready)
            try:
                found = ray.get(ready)
            except ray.exceptions.RayTaskError as error:
                # The error itself, which it is on threads, too.
                raise error.cause from None
            yield found
    finally:
        for each in pending:
            ray.cancel(each)


_NOTHING = object()


def _done(work: Callable[[Any], T], item: Any) -> T:
    """A task."""
    return work(item)
