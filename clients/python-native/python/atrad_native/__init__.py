"""The kernels of atrad, for `atrad.native` of the client: see there."""

from atrad_native._native import Function, Query, QueryError, __version__

__all__ = ["Function", "Query", "QueryError", "__version__"]
