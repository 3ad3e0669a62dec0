# SPDX-License-Identifier: Apache-2.0
"""Archives of test data: X.zip in tests/data stands for the folder X (tests/parity/FORMAT.md). For whoever makes data;
scripts/test_data is for the command line, archive.hpp for the tests.

Files are stored as they are, in order of their names, without dates: equal folders give equal bytes.
"""
from __future__ import annotations

import contextlib
import io
import shutil
import tempfile
import zipfile
from pathlib import Path
from typing import Iterator

Files = dict[str, bytes]  # "base/config.json" -> content


def read(archive: Path) -> Files:
    """Checks the files' CRCs; raises BadZipFile with the archive's name."""
    try:
        with zipfile.ZipFile(archive) as opened:
            return {name: opened.read(name) for name in opened.namelist()}
    except zipfile.BadZipFile as problem:
        raise zipfile.BadZipFile(f"{archive}: {problem}") from None


def packed(files: Files) -> bytes:
    """The bytes of an archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as opened:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name)  # of 1980-01-01, the format's zero
            entry.create_system = 3  # as on Unix, wherever it is written
            entry.external_attr = 0o644 << 16
            opened.writestr(entry, files[name])
    return buffer.getvalue()


def write(archive: Path, files: Files) -> None:
    """Leaves an archive alone that holds these files already."""
    content = packed(files)
    if not archive.exists() or archive.read_bytes() != content:
        archive.write_bytes(content)


def files_of(folder: Path) -> Files:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def unpack(files: Files, folder: Path) -> None:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


@contextlib.contextmanager
def unpacked(root: Path, change: bool = False) -> Iterator[Path]:
    """A copy of a folder of tests/data with its archives as folders, for as long as it is wanted. With `change`, what
    becomes of it replaces the files and archives of `root`, unless an exception ends it."""
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / root.name
        copy.mkdir()
        for path in root.iterdir() if root.exists() else ():
            if path.suffix == ".zip":
                unpack(read(path), copy / path.stem)
            else:
                shutil.copyfile(path, copy / path.name)
        yield copy
        if not change:
            return
        root.mkdir(parents=True, exist_ok=True)
        made = {path.name + ".zip" if path.is_dir() else path.name: path for path in copy.iterdir()}
        for path in root.iterdir():
            if path.name not in made:
                path.unlink()
        for name, path in made.items():
            if path.is_dir():
                write(root / name, files_of(path))
            else:
                shutil.copyfile(path, root / name)
