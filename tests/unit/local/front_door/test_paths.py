"""Which request targets the front door refuses before it looks for a route."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.local.front_door.paths import TARGET_MAX, BadTarget, normalize

ESCAPES = [
    "/../../../../_ministack/health",
    "/../../../../mara-local-documents",
    "/api/v1/x/../../../../_ministack/health",
    "/api/v1/agents/..",
    "/..",
    "/./api/v1/health",
    "/%2e%2e/%2E%2E/_ministack/health",
    "/%2e/api",
    "/.%2e/_ministack/health",
    "/..%2f..%2F_ministack/health",
    "/api/v1/agents/a%2fb",
    "/..%5c..%5C_ministack",
    "/..\\..\\_ministack",
    "/%252e%252e/_ministack",
    "/api/v1//health",
    "//_ministack/health",
    "/api/v1/health//",
    "/api/v1/agents/..;/x",
    "/api/v1/documents/%00",
    "/api/v1/users/balance%0d%0aSet-Cookie:x=1",
    "/%7f",
    "/%",
    "/%zz",
    "/%c0%ae%c0%a",
    "http://evil.example/api/v1/health",
    "*",
    "localhost:8000",
    "",
    "/api v1",
    "/api\tv1",
    "/\xff\xfe",
    "/" + "a" * TARGET_MAX,
]


@pytest.mark.parametrize("target", ESCAPES)
def test_what_two_servers_could_read_differently_is_refused(target: str) -> None:
    with pytest.raises(BadTarget) as refused:
        normalize(target.encode("latin-1"))
    assert target[:40] not in str(refused.value) or len(target) < 3


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("/", "/"),
        ("/api/v1/health", "/api/v1/health"),
        ("/api/v1/health/", "/api/v1/health"),
        ("/docs/swagger-ui.css", "/docs/swagger-ui.css"),
        ("/docs/....", "/docs/...."),
        ("/docs/.well-known", "/docs/.well-known"),
        ("/docs/%D0%BF%20x", "/docs/%D0%BF%20x"),
    ],
)
def test_other_paths_lose_their_trailing_slash_only(target: str, path: str) -> None:
    assert normalize(target.encode()) == path


@pytest.mark.parametrize("query", ["a=%", "a=%g1", "a=\xff", "a= b", "a=" + "b" * TARGET_MAX])
def test_a_malformed_query_is_refused(query: str) -> None:
    with pytest.raises(BadTarget):
        normalize(b"/api/v1/documents", query.encode("latin-1"))


def test_escapes_in_a_query_are_values() -> None:
    assert normalize(b"/api/v1/documents", b"text=..%2F..%5C%00%0d%0a") == "/api/v1/documents"


@given(st.text(alphabet="/.%2eEfF5cC;\\ab", max_size=24))
def test_an_accepted_path_has_no_dot_segment_however_often_it_is_decoded(text: str) -> None:
    try:
        path = normalize(b"/" + text.encode())
    except BadTarget:
        return
    from urllib.parse import unquote

    for _ in range(3):
        path = unquote(path)
        assert "//" not in path
        assert "\\" not in path
        assert not {".", ".."} & set(path.split("/"))
