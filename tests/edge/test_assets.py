"""Files of pages: each is known by its ETag, compressed for those who can read that, and no other file can be named."""

from __future__ import annotations

import gzip

import pytest
from easyorder.google.api import HttpBody

from chassis.context import RequestContext, request_context
from chassis.grpc import metadata
from edge.assets import NOT_MODIFIED, Asset, reply, static_files

LONG = Asset.of(b"b { color: red }\n" * 1000, "text/css")
SHORT = Asset.of(b"b {}", "text/css")


def served(asset: Asset, **headers: str) -> tuple[HttpBody, dict[str, str]]:
    """The reply to a request with these headers, and its headers."""
    metadata.incoming.set({name.replace("_", "-"): value for name, value in headers.items()})
    with request_context(RequestContext()) as request:
        return HttpBody.parse(reply(asset)), request.reply_headers


@pytest.mark.parametrize("accepted", ["gzip", "br, gzip", "deflate,gzip,br"])
def test_it_is_compressed_for_those_who_can_read_that(accepted: str) -> None:
    body, headers = served(LONG, accept_encoding=accepted)

    assert headers["content-encoding"] == "gzip"
    assert headers["vary"] == "accept-encoding"
    assert gzip.decompress(body.data) == b"b { color: red }\n" * 1000
    assert body.content_type == "text/css"


@pytest.mark.parametrize(("asset", "accepted"), [(LONG, "gzip;q=0"), (LONG, "br"), (LONG, ""), (SHORT, "gzip")])
def test_it_is_as_it_is_for_others_and_where_little_is_saved(asset: Asset, accepted: str) -> None:
    body, headers = served(asset, accept_encoding=accepted)

    assert "content-encoding" not in headers
    assert body.data.startswith(b"b {")


@pytest.mark.parametrize("accepted", ["gzip", ""])
def test_what_the_browser_has_is_not_sent_again(accepted: str) -> None:
    _, first = served(LONG, accept_encoding=accepted)

    again, headers = served(LONG, accept_encoding=accepted, if_none_match=f'"another", {first["etag"]}')

    assert (again.data, headers[NOT_MODIFIED], headers["etag"]) == (b"", "1", first["etag"])


def test_what_has_changed_or_is_encoded_differently_has_another_etag() -> None:
    changed = Asset.of(b"b { color: tan }\n" * 1000, "text/css")

    _, headers = served(changed, if_none_match=served(LONG)[1]["etag"])

    assert NOT_MODIFIED not in headers
    assert served(LONG)[1]["etag"] != served(LONG, accept_encoding="gzip")[1]["etag"]


def test_the_files_are_those_of_the_folder() -> None:
    files = static_files()

    body, headers = served(files["favicon.svg"])
    assert (body.content_type, headers["cache-control"]) == ("image/svg+xml", "no-cache")
    assert not [path for path in files if path.startswith("/") or ".." in path]
