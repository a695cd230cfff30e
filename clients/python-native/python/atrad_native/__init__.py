"""The kernels of atrad, for `atrad.native` of the client: see there."""

from atrad_native._native import Folder, Function, Query, QueryError, Series, StorageError, __version__

__all__ = ["Folder", "Function", "Query", "QueryError", "Series", "StorageError", "__version__"]
