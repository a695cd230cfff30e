"""Files of a job: Parquet with the same rows whoever writes it, and JSON, in a folder or a bucket."""

from __future__ import annotations

import hashlib
import json
import os
import uuid
from collections.abc import Iterable, Iterator
from typing import Any, Optional

from atrad.errors import InvalidError

#: The rows of a row group; those of one series, unless they are more or fewer.
_GROUP_ROWS = 1 << 17
_ABOUT = b"atrad.part"
_TEMPORARY = ".part-"


def library() -> Any:
    """pyarrow, with what is used of it."""
    try:
        import pyarrow
        import pyarrow.fs
        import pyarrow.parquet
    except ImportError:
        raise ImportError("files of universes need pyarrow: pip install pyarrow") from None
    return pyarrow


class Folder:
    """A folder of a file system that pyarrow knows: local, S3, GCS, Azure, HDFS."""

    def __init__(self, where: Any) -> None:
        text = os.fspath(where) if not isinstance(where, str) else where
        if "://" not in text:
            text = os.path.abspath(os.path.expanduser(text))
        try:
            self._files, self._path = library().fs.FileSystem.from_uri(text)
        except (OSError, ValueError) as error:
            raise InvalidError.of_field("to", f"to must be a folder or a URI of one, got {text!r}: {error}") from None
        self.name = text

    def names(self) -> list[str]:
        """The names of the files in it."""
        selector = library().fs.FileSelector(self._path, allow_not_found=True)
        return sorted(each.base_name for each in self._files.get_file_info(selector) if each.is_file)

    def has(self, name: str) -> bool:
        """Whether it has this file."""
        return bool(self._files.get_file_info(self.path(name)).is_file)

    def path(self, name: str) -> str:
        """The path of a file, as the file system writes it."""
        return f"{self._path.rstrip('/')}/{name}"

    @property
    def files(self) -> Any:
        """The file system."""
        return self._files

    def create(self) -> None:
        """Makes the folder, where there are folders."""
        self._files.create_dir(self._path, recursive=True)

    def delete(self, name: str) -> None:
        """Deletes a file."""
        self._files.delete_file(self.path(name))

    def read_json(self, name: str) -> Any:
        """Reads a file of JSON."""
        with self._files.open_input_stream(self.path(name)) as stream:
            return json.loads(stream.read())

    def write_json(self, name: str, value: Any) -> None:
        """Writes a file of JSON, whole or not at all."""
        temporary = self.path(f"{_TEMPORARY}{name}.{uuid.uuid4().hex}")
        with self._files.open_output_stream(temporary) as stream:
            stream.write(json.dumps(value, indent=1).encode())
        self._publish(temporary, name)

    def clean(self) -> None:
        """Deletes what workers that were lost have left."""
        for name in self.names():
            if name.startswith(_TEMPORARY):
                self.delete(name)

    def _publish(self, temporary: str, name: str) -> None:
        self._sync(temporary)
        self._files.move(temporary, self.path(name))

    def _publish_once(self, temporary: str, name: str) -> None:
        """Keeps the file that is there, whose checksum may be known already: its rows are the same, but its epochs may
        differ. On object stores, which have no such step, two that come at the same moment may both be published.
        """
        self._sync(temporary)
        if self._is_linked(temporary, name) or self.has(name):
            self._files.delete_file(temporary)
        else:
            self._files.move(temporary, self.path(name))

    def _is_linked(self, temporary: str, name: str) -> bool:
        """Whether the file got the name, in one step that never replaces another; False where there are no links."""
        if self._files.type_name != "local":
            return False
        try:
            os.link(temporary, self.path(name))
        except OSError:
            return False
        return True

    def _sync(self, temporary: str) -> None:
        if self._files.type_name == "local":
            handle = os.open(temporary, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)

    def about(self, name: str) -> dict[str, Any]:
        """What a part says about itself, with its bytes and their checksum."""
        digest, size = hashlib.sha256(), 0
        with self._files.open_input_stream(self.path(name)) as stream:
            while data := stream.read(1 << 20):
                digest.update(data)
                size += len(data)
        metadata = library().parquet.read_metadata(self.path(name), filesystem=self._files)
        told = json.loads(metadata.metadata[_ABOUT])
        return {"name": name, "rows": metadata.num_rows, "bytes": size, "sha256": digest.hexdigest(), **told}

    def write_part(self, name: str, tables: Iterator[Any], told: dict[str, Any]) -> bool:
        """Writes a part, unless somebody was faster. What its tables are like does not show: neither their number nor
        their pieces.

        `told` is what it says about itself, which is complete after the last table. False, and no file, without any.
        """
        groups = _groups(tables)
        first = next(groups, None)
        if first is None:
            return False
        parquet = library().parquet
        temporary = self.path(f"{_TEMPORARY}{name}.{uuid.uuid4().hex}")
        # Values of indicators do not repeat, names do.
        how = {"compression": "zstd", "use_dictionary": [each for each in _NAMES if each in first.column_names]}
        try:
            with self._files.open_output_stream(temporary) as stream:
                with parquet.ParquetWriter(stream, first.schema, **how) as writer:
                    writer.write_table(first, row_group_size=_GROUP_ROWS)
                    for group in groups:
                        writer.write_table(group, row_group_size=_GROUP_ROWS)
                    writer.add_key_value_metadata({_ABOUT: json.dumps(told)})
            self._publish_once(temporary, name)
        except BaseException:
            if self._files.get_file_info(temporary).is_file:
                self._files.delete_file(temporary)
            raise
        return True


_NAMES = ("symbol", "timeframe", "expression")


def _groups(tables: Iterable[Any]) -> Iterator[Any]:
    """The same rows in groups of a fixed number of rows, each in one piece."""
    arrow = library()
    pending: Optional[Any] = None
    for table in tables:
        pending = table if pending is None else arrow.concat_tables([pending, table])
        while pending.num_rows > _GROUP_ROWS:
            yield pending.slice(0, _GROUP_ROWS).combine_chunks()
            pending = pending.slice(_GROUP_ROWS)
    if pending is not None:
        yield pending.combine_chunks()
