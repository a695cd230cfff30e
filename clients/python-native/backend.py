"""Builds the wheel with maturin, after the program `atrad`, which the wheel puts beside python.

`ATRAD_BINARY` names a program that is built already.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Optional

import maturin
from maturin import (  # noqa: F401 what pip asks for besides
    build_sdist,
    get_requires_for_build_editable,
    get_requires_for_build_sdist,
    get_requires_for_build_wheel,
)

_HERE = Path(__file__).resolve().parent
_SCRIPTS = _HERE / "atrad_native.data" / "scripts"

Settings = Optional[dict[str, Any]]


@contextmanager
def _scripts() -> Iterator[Path]:
    """The folder of programs, which maturin wants to find."""
    _SCRIPTS.mkdir(parents=True, exist_ok=True)
    try:
        yield _SCRIPTS
    finally:
        shutil.rmtree(_SCRIPTS.parent)


def prepare_metadata_for_build_wheel(metadata_directory: str, config_settings: Settings = None) -> str:
    """What the wheel says about itself."""
    with _scripts():
        return maturin.prepare_metadata_for_build_wheel(metadata_directory, config_settings)


prepare_metadata_for_build_editable = prepare_metadata_for_build_wheel


def build_wheel(
    wheel_directory: str, config_settings: Settings = None, metadata_directory: Optional[str] = None
) -> str:
    """The wheel, with the program."""
    with _scripts() as scripts:
        shutil.copy2(_program(), scripts / "atrad")
        return maturin.build_wheel(wheel_directory, config_settings, metadata_directory)


def build_editable(
    wheel_directory: str, config_settings: Settings = None, metadata_directory: Optional[str] = None
) -> str:
    """The module alone, for who works on it: the program is where cargo puts it."""
    with _scripts():
        return maturin.build_editable(wheel_directory, config_settings, metadata_directory)


def _program() -> Path:
    """The program, built if it is not given."""
    given = os.environ.get("ATRAD_BINARY")
    if given:
        return Path(given)
    root = _HERE.parent.parent
    command = ["cargo", "build", "--release", "--locked", "--package", "atrad", "--bin", "atrad"]
    subprocess.run(command, cwd=root, check=True)
    return Path(os.environ.get("CARGO_TARGET_DIR", root / "target")) / "release" / "atrad"
