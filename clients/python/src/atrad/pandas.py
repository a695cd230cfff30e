"""Registers `df.atrad` on frames of pandas."""

from __future__ import annotations

from atrad.accessors import PandasAccessor, register_pandas

__all__ = ["PandasAccessor"]

register_pandas()
