"""What browsers are served, in memory: pages and files, each as it is and compressed, with an ETag.

Every file of `edge/static` is read at the start, so that a request can name no other, and none costs a disk or a lot of
time. Files in a folder `vendor` have their version in their path: browsers need not ask again for these.
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import PurePosixPath

from easyorder.google.api import HttpBody

from chassis.context import current
from chassis.errors import AppError, Kind
from chassis.grpc import metadata
from chassis.wire import Encoded

HTML = "text/html; charset=utf-8"
# Only what pages are made of.
CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
}
# Only what this host serves, and no script or style in the page.
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
VENDORED = "vendor"
ASK_EACH_TIME, KEEP = "no-cache", "public, max-age=31536000, immutable"
# Compressing less saves nothing that a packet would not have anyway.
_WORTH_COMPRESSING = 1_000
# Envoy makes it the status of the reply: see not_modified.lua.
NOT_MODIFIED = "x-easyorder-not-modified"


class NoSuchFile(AppError):
    """There is no such file."""

    kind, reason = Kind.NOT_FOUND, "NOT_FOUND"


@dataclass(frozen=True, slots=True)
class Asset:
    """A page or a file. `headers` go with each reply."""

    etag: str
    headers: Mapping[str, str]
    plain: Encoded
    compressed: Encoded | None

    @classmethod
    def of(cls, data: bytes, content_type: str, *, headers: Mapping[str, str] | None = None) -> Asset:
        """Compressed where that makes it smaller."""
        packed = gzip.compress(data, mtime=0) if len(data) >= _WORTH_COMPRESSING else data
        return cls(
            etag=sha256(content_type.encode() + data).hexdigest()[:20],
            headers={"cache-control": ASK_EACH_TIME, "vary": "accept-encoding"} | dict(headers or {}),
            plain=_encoded(data, content_type),
            compressed=_encoded(packed, content_type) if len(packed) < len(data) else None,
        )


def static_files() -> dict[str, Asset]:
    """The files of `edge/static` by their paths there. A file `a.js.gz` is the file `a.js`, compressed to be stored."""
    return dict(_files(files("edge") / "static", PurePosixPath()))


def _files(folder: Traversable, path: PurePosixPath) -> list[tuple[str, Asset]]:
    found: list[tuple[str, Asset]] = []
    for entry in folder.iterdir():
        inside = path / entry.name
        if entry.is_dir():
            found += _files(entry, inside)
            continue
        data = entry.read_bytes()
        if inside.suffix == ".gz":
            data, inside = gzip.decompress(data), inside.with_suffix("")
        headers = {"cache-control": KEEP if VENDORED in inside.parts else ASK_EACH_TIME}
        found.append((str(inside), Asset.of(data, CONTENT_TYPES[inside.suffix], headers=headers)))
    return found


def reply(asset: Asset) -> Encoded:
    """The reply to the request that is being served: nothing if the browser has it, compressed if it can read that."""
    incoming, headers = metadata.incoming.get(), current().reply_headers
    is_packed = asset.compressed is not None and "gzip" in _listed(incoming.get("accept-encoding", ""))
    etag = f'"{asset.etag}-gzip"' if is_packed else f'"{asset.etag}"'
    headers |= {**asset.headers, "etag": etag}
    if etag in _listed(incoming.get("if-none-match", "")):
        headers[NOT_MODIFIED] = "1"
        return _EMPTY
    if is_packed:
        headers["content-encoding"] = "gzip"
    return asset.compressed if is_packed and asset.compressed else asset.plain


def _listed(sent: str) -> list[str]:
    """The elements of a header. What is weak, or has a quality, counts as absent, which costs bytes only."""
    return [one.strip() for one in sent.split(",")]


def _encoded(data: bytes, content_type: str) -> Encoded:
    return Encoded(bytes(HttpBody(content_type=content_type, data=data)))


_EMPTY = _encoded(b"", "text/plain")
