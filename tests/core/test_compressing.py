"""Pages leave compressed for who takes them so, and no length of theirs is told twice."""

import gzip

import pytest
from flask.testing import FlaskClient

from kangjiansheng.core.compressing import MOST_PADDING, packed

GZIP = {"Accept-Encoding": "gzip, deflate, br"}


@pytest.mark.parametrize("path", ["/overview", "/api/v1/projects", "/projects/none"])
def test_pages_and_json_are_compressed(client, path):
    reader = client("executive")
    plain, answer = reader.get(path), FlaskClient.open(reader, path, headers=GZIP)
    assert plain.headers.get("Content-Encoding") is None and answer.headers["Content-Encoding"] == "gzip"
    assert answer.status_code == plain.status_code and len(answer.data) < len(plain.data) / 2
    assert answer.headers["Content-Length"] == str(len(answer.data))
    assert "Accept-Encoding" in plain.headers["Vary"] and "Accept-Encoding" in answer.headers["Vary"]
    assert gzip.decompress(answer.data).decode().rstrip()[-1] in ">}"


def test_downloads_and_what_is_small_are_left_as_they_are(client):
    reader = client("executive")
    for path in ("/projects.csv", "/projects.xlsx", "/healthz"):
        assert "Content-Encoding" not in reader.get(path, headers=GZIP).headers, path
    refused = {"Accept-Encoding": "gzip;q=0"}
    assert "Content-Encoding" not in reader.get("/overview", headers=refused).headers


def test_the_length_says_nothing_of_what_a_page_holds():
    body = b"secret" * 400
    lengths = {len(packed(body)) for _time in range(200)}
    assert len(lengths) > 20 and max(lengths) - min(lengths) <= MOST_PADDING
    assert gzip.decompress(packed(body)) == body
