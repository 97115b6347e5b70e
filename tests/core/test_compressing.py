"""Pages leave compressed for who takes them so, and no length of theirs is told twice."""

import gzip

import brotli
import pytest
from flask.testing import FlaskClient

from kangjiansheng.core.compressing import MOST_PADDING, PACKED

GZIP = {"Accept-Encoding": "gzip, deflate"}
UNPACKED = {"gzip": gzip.decompress, "br": brotli.decompress}


@pytest.mark.parametrize("path", ["/overview", "/api/v1/projects", "/projects/none"])
@pytest.mark.parametrize(
    ("taken", "given"),
    [("gzip, deflate, br, zstd", "br"), ("gzip, deflate", "gzip"), ("gzip, br;q=0", "gzip")],
)
def test_pages_and_json_are_compressed(client, path, taken, given):
    reader = client("executive")
    plain = reader.get(path)
    answer = FlaskClient.open(reader, path, headers={"Accept-Encoding": taken})
    assert plain.headers.get("Content-Encoding") is None and answer.headers["Content-Encoding"] == given
    assert answer.status_code == plain.status_code and len(answer.data) < len(plain.data) / 2
    assert answer.headers["Content-Length"] == str(len(answer.data))
    assert "Accept-Encoding" in plain.headers["Vary"] and "Accept-Encoding" in answer.headers["Vary"]
    assert UNPACKED[given](answer.data).decode().rstrip()[-1] in ">}"


def test_downloads_and_what_is_small_are_left_as_they_are(client):
    reader = client("executive")
    for path in ("/projects.csv", "/projects.xlsx", "/healthz"):
        assert "Content-Encoding" not in reader.get(path, headers=GZIP).headers, path
    refused = {"Accept-Encoding": "gzip;q=0"}
    assert "Content-Encoding" not in reader.get("/overview", headers=refused).headers


@pytest.mark.parametrize("name", PACKED)
def test_the_length_says_nothing_of_what_a_page_holds(name):
    body = b"secret" * 400
    found = [PACKED[name](body) for _time in range(200)]
    lengths = set(map(len, found))
    assert len(lengths) > 20 and max(lengths) - min(lengths) <= MOST_PADDING
    assert {UNPACKED[name](one) for one in found} == {body}


def test_a_long_page_is_a_fifth_shorter_in_brotli(client):
    rows = [f"<tr><td>{n * 7919 % 10007}</td><td>KJS-{n:03}</td></tr>" for n in range(4500)]
    body = client("executive").get("/overview").data + "".join(rows).encode()
    assert len(body) > 150_000
    assert len(PACKED["br"](body)) < 0.85 * len(PACKED["gzip"](body))
