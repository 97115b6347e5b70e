"""JSON under /api/v1: the same rows as the pages."""


def test_lists_come_in_pages(client):
    body = client("outsider").get("/api/v1/institutions?sector=hospital").json
    assert {item["code"] for item in body["items"]} == {"RJ", "SCMC", "CSCG"}
    assert (body["page"], body["pages"], body["total"]) == (1, 1, 3)


def test_one_institution(client):
    body = client("outsider").get("/api/v1/institutions/RJ").json
    assert body["name"]["zh-Hant"] == "上海交通大學醫學院附屬瑞金醫院"
    assert body["sectors"] == ["hospital"] and "瑞金" in body["aliases"]
    assert "members" not in body


def test_what_is_not_stated_is_null(client):
    body = client("outsider").get("/api/v1/agreements/AGR-001").json
    assert (body["signed_on"], body["year_inferred"]) == ("2024-09-10", True)
    assert body["expires_on"] is None and body["effective_on"] is None
    assert {"institution": "KJS", "capacity": "implementing"} in body["parties"]


def test_the_inside_of_a_laboratory_is_for_those_inside(client):
    inside = client("partner").get("/api/v1/labs/JL-02").json
    assert inside["agreement"] == "AGR-902" and inside["people"][0]["role"] == "director"
    outside = client("partner").get("/api/v1/labs/JL-01").json
    assert set(outside) == {"code", "name", "illustrative", "archived", "life", "partners"}


def test_illustrative_rows_say_so(client):
    assert client("outsider").get("/api/v1/labs/JL-01").json["illustrative"] is True
    assert client("outsider").get("/api/v1/agreements/AGR-001").json["illustrative"] is False


def test_what_is_not_there_answers_as_problem(client):
    answer = client("outsider").get("/api/v1/agreements/AGR-901")
    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"
