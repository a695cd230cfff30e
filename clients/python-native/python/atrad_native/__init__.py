"""The kernels of atrad, for `atrad.native` of the client: see there."""

from atrad_native._native import Query, QueryError, __version__

__all__ = ["Query", "QueryError", "__version__"]
