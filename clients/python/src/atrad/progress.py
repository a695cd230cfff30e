"""Progress of long transfers, by tqdm where it is installed."""

from __future__ import annotations

import sys
from typing import Any, Optional


class Progress:
    """A progress bar, after a second on a terminal or in a notebook; `shown` True always, False never."""

    def __init__(self, what: str, total: Optional[int], shown: Optional[bool], unit: str = "bars") -> None:
        self._what, self._total, self._shown, self._unit = what, total, shown, unit
        self._bar: Any = None

    def __enter__(self) -> Progress:
        if self._shown is False or (self._shown is None and not _somebody_looks()):
            return self
        try:
            from tqdm.auto import tqdm  # type: ignore[import-untyped, unused-ignore]
        except ImportError:
            return self
        delay = 0.0 if self._shown else 1.0
        self._bar = tqdm(total=self._total, desc=self._what, unit=f" {self._unit}", unit_scale=True, delay=delay)
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def update(self, rows: int) -> None:
        """Counts bars, or what else the unit is, that came or went."""
        if self._bar is not None:
            self._bar.update(rows)


def _somebody_looks() -> bool:
    notebook = "ipykernel" in sys.modules
    return notebook or (sys.stderr is not None and sys.stderr.isatty())
