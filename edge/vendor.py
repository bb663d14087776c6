"""Fetches the libraries of the pages into edge/static/vendor, where they are committed: `python -m edge.vendor`.

Each package is pinned by its version and the hash that npm's lock files would have, and each file by its own, so that a
change of a committed file is found without the network. Nothing runs this at build or start.
"""

from __future__ import annotations

import gzip
import subprocess
import tarfile
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256, sha512
from pathlib import Path
from tempfile import TemporaryDirectory

FOLDER = Path(__file__).parent / "static" / "vendor"


@dataclass(frozen=True)
class File:
    """A file of a package, and the SHA-256 that it has here."""

    path: str
    sha256: str


@dataclass(frozen=True)
class Package:
    """`files` are known by their names here, a large one by a name that ends in `.gz`; `edits` make modules of them
    that a browser finds by itself.
    """

    name: str
    version: str
    integrity: str
    files: Mapping[str, File]
    edits: tuple[tuple[str, str], ...] = ()

    @property
    def folder(self) -> Path:
        return FOLDER / f"{self.name}-{self.version}"


PACKAGES = (
    Package(
        "preact",
        "11.2.0",
        "sha512-/HfHI/7N84e6GrWBJ3J280z3mLaRJiDcSvj/A+y/4AbLnND/1UlGHe1sR6oYuTGwId0nP7dqDU9OnLxMPZ7xBg==",
        {
            "preact.js": File("dist/preact.mjs", "225d7a773766e6fb2cfcc45274fe41d2059f5782f3f2c4569aa5132a2d3a2902"),
            "hooks.js": File(
                "hooks/dist/hooks.mjs", "5c65ab263688d0805862fd0807c779af02c2799c44fda0873dfcb870d0da70a0"
            ),
            "LICENSE.txt": File("LICENSE", "1fe6958409c8c257a70c587a18b6f7f412b179b456630790d30b2ec9a8e4b7d4"),
        },
        (
            ('from"preact"', 'from"./preact.js"'),
            ("//# sourceMappingURL=preact.mjs.map", ""),
            ("//# sourceMappingURL=hooks.mjs.map", ""),
        ),
    ),
    Package(
        "htm",
        "3.1.1",
        "sha512-983Vyg8NwUE7JkZ6NmOqpCZ+sh1bKv2iYTlUkzlWmA5JD2acKoxd4KVxbMmxX/85mtfdnDmTFoNKcg5DGAvxNQ==",
        {
            "htm.js": File("dist/htm.mjs", "ab33dd3f38059b9be4d5f5350128eefb2356639c4e0bbe9d9e8b3ba75847e9e4"),
            "LICENSE.txt": File("LICENSE", "991e82b20ea949fbc98923edc2e4253fe177181bc50ff5383a325e58924ba7c2"),
        },
    ),
    Package(
        "uplot",
        "1.6.32",
        "sha512-KIMVnG68zvu5XXUbC4LQEPnhwOxBuLyW1AHtpm6IKTXImkbLgkMy+jabjLgSLMasNuGGzQm/ep3tOkyTxpiQIw==",
        {
            "uplot.js": File(
                "dist/uPlot.iife.min.js", "69421a2d4743809345ea62ea2fa5b40e15920008459672ab6ec9400e53dc5b72"
            ),
            "uplot.css": File("dist/uPlot.min.css", "0cf09be05fa0760ca9a3330ea374f6655f08766c7b2b370e462afe98852147ce"),
            "LICENSE.txt": File("LICENSE", "3421f0033bae76860e165efab33d4bbbcc2d8fc1a4a708ef4f6742eef434ab47"),
        },
        (("var uPlot=function(){", "export default (function(){"), ("return en}();", "return en})();")),
    ),
    Package(
        "swagger-ui-dist",
        "5.35.0",
        "sha512-U06rpMtW9V3XPGOBeamTUSr0Z09jMX4IJuANpE/EZbAhw0G8CgwrzU4YmXkn/h0wCDNsXdGarTNNHC3sU8yVUQ==",
        {
            "swagger-ui-bundle.js.gz": File(
                "swagger-ui-bundle.js", "03854180faa298664398dcc21c71b96b0d5d6bb0e6c4bbde8024cfbede38e87e"
            ),
            "swagger-ui.css.gz": File(
                "swagger-ui.css", "88e4b9c59ac7c9256e733780c79dfc110865bcfbe5ef380989d7597e0894a4ba"
            ),
            "swagger-ui-bundle.js.LICENSE.txt": File(
                "swagger-ui-bundle.js.LICENSE.txt", "37eb6e7e59aed57b2c1acf076574b818ea07b74265717e0bd67b59e0baf9abbb"
            ),
            "LICENSE.txt": File("LICENSE", "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30"),
            "NOTICE.txt": File("NOTICE", "0d20d1adef18aee3f40dd258172155521ce702ac445cb5f7b7d60ed32dad2fb2"),
        },
        (("//# sourceMappingURL=swagger-ui-bundle.js.map", ""), ("/*# sourceMappingURL=swagger-ui.css.map*/", "")),
    ),
)


def contents(package: Package) -> dict[str, bytes]:
    """The files as they are committed. Raises ValueError if the registry has another package than the pinned one."""
    with TemporaryDirectory() as folder:
        command = ["npm", "pack", "--silent", f"{package.name}@{package.version}"]
        name = subprocess.run(command, cwd=folder, check=True, capture_output=True, encoding="utf-8").stdout.strip()
        archive = Path(folder) / name
        found = "sha512-" + b64encode(sha512(archive.read_bytes()).digest()).decode()
        if found != package.integrity:
            raise ValueError(f"{package.name} {package.version} is {found}, not {package.integrity}")
        with tarfile.open(archive) as files:
            edited = {ours: _edited(files, theirs.path, package) for ours, theirs in package.files.items()}
    return {ours: gzip.compress(text, mtime=0) if ours.endswith(".gz") else text for ours, text in edited.items()}


def _edited(files: tarfile.TarFile, path: str, package: Package) -> bytes:
    file = files.extractfile(f"package/{path}")
    assert file is not None, path
    text = file.read().decode()
    for old, new in package.edits:
        text = text.replace(old, new)
    return f"{text.rstrip()}\n".encode()


def changed() -> list[Path]:
    """The committed files that are not what their hashes say, that are missing, and that nobody pinned."""
    pinned = {package.folder / name: file.sha256 for package in PACKAGES for name, file in package.files.items()}
    there = {path for package in PACKAGES for path in package.folder.glob("*")}
    return sorted(
        path
        for path in there | pinned.keys()
        if not path.exists() or sha256(path.read_bytes()).hexdigest() != pinned.get(path)
    )


if __name__ == "__main__":
    for package in PACKAGES:
        package.folder.mkdir(parents=True, exist_ok=True)
        for name, data in contents(package).items():
            (package.folder / name).write_bytes(data)
