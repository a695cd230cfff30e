"""What a job has written: the files of its parts and the manifest that says that they are all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional

import grpc

from atrad.errors import Error, NotFoundError, of_code
from atrad.ray.engine import Series
from atrad.ray.parquet import Folder, library

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

MANIFEST = "_manifest.json"


class Results:
    """The rows of all series in the order of the universe: `symbol`, `timeframe`, `time`, and a column per label.

    Those of a sweep have `symbol`, `timeframe` and `expression`, then the parameters and the reductions.
    """

    def __init__(self, folder: Folder, manifest: dict[str, Any]) -> None:
        self._folder = folder
        #: The parts with their rows, bytes and checksums, and the series with their rows and epochs.
        self.manifest = manifest

    @classmethod
    def open(cls, where: Any) -> Results:
        """The results of a job that is complete, in its folder."""
        folder = Folder(where)
        if MANIFEST not in folder.names():
            raise NotFoundError(f"{folder.name} has no {MANIFEST}: the job is not complete; run it again to resume it")
        return cls(folder, folder.read_json(MANIFEST))

    @property
    def files(self) -> list[str]:
        """The paths of the files, in order."""
        return [self._folder.path(part["name"]) for part in self.manifest["parts"] if part["name"]]

    @property
    def rows(self) -> int:
        """The number of rows."""
        return sum(part["rows"] for part in self.manifest["parts"])

    @property
    def series(self) -> list[Series]:
        """The series that have results, in order."""
        return [(each[0], each[1]) for part in self.manifest["parts"] for each in part["series"]]

    @property
    def failures(self) -> dict[Series, Error]:
        """The series that have none, and why."""
        failed = [each for part in self.manifest["parts"] for each in part["failures"]]
        return {(symbol, frame): of_code(grpc.StatusCode[code], told) for symbol, frame, code, told in failed}

    def __repr__(self) -> str:
        failed = len(self.failures)
        return (
            f"Results({self._folder.name}: {self.rows:,} rows of {len(self.series)} series in {len(self.files)} files"
            f"{f', {failed} series failed' if failed else ''})"
        )

    def dataset(self) -> Any:
        """A pyarrow Dataset, which reads what is asked for."""
        library()
        import pyarrow.dataset

        return pyarrow.dataset.dataset(self.files, filesystem=self._folder.files, format="parquet")

    def to_arrow(self, columns: Optional[list[str]] = None) -> pyarrow.Table:
        """A pyarrow Table of all rows, or of some columns."""
        return self.dataset().to_table(columns)

    def to_pandas(self, columns: Optional[list[str]] = None) -> pandas.DataFrame:
        """A pandas DataFrame of all rows, or of some columns."""
        return self.to_arrow(columns).to_pandas()

    def to_polars(self, columns: Optional[list[str]] = None) -> polars.DataFrame:
        """A Polars DataFrame of all rows, or of some columns."""
        import polars

        frame = polars.from_arrow(self.to_arrow(columns))
        assert isinstance(frame, polars.DataFrame)
        return frame

    def to_ray(self) -> Any:
        """A Ray Dataset that reads the files."""
        import ray.data

        return ray.data.read_parquet(self.files, filesystem=self._folder.files)
