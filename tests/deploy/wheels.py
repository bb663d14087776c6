"""Minimal packages, and locks for them, that replace a package index."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Sequence
from pathlib import Path


def wheel(folder: Path, name: str, version: str, *, requires: Sequence[str] = (), extras: Sequence[str] = ()) -> Path:
    """A wheel of a module called like it, that says its version."""
    info = f"{name}-{version}.dist-info"
    metadata = [f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}"]
    metadata += [f"Provides-Extra: {extra}" for extra in extras] + [f"Requires-Dist: {one}" for one in requires]
    files = {
        f"{name}.py": f"version = {version!r}\n",
        f"{info}/METADATA": "\n".join(metadata) + "\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = [f"{file},," for file in (*files, f"{info}/RECORD")]
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for file, text in (files | {f"{info}/RECORD": "\n".join(record)}).items():
            archive.writestr(file, text)
    return path


def lock(path: Path, *wheels: Path) -> Path:
    """A lock of these files, with their hashes."""
    lines = []
    for file in wheels:
        name, version, *_ = file.name.split("-")
        lines.append(f"{name}=={version} \\\n    --hash=sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
