"""Registers `df.atrad` on frames of Polars."""

from __future__ import annotations

from atrad.accessors import PolarsAccessor, register_polars

__all__ = ["PolarsAccessor"]

register_polars()
