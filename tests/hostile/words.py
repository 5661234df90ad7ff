"""Values, headers and paths that have broken some program or other."""

from typing import Any

LONG = "x" * 70_000
TEXTS = (
    *("", " ", "0", "-1", "1e400", "NaN", "null", "true", "[]", "{}", "me", "global", "x" * 300),
    *(
        "\x00",
        "a\x00b",
        "\r\nX: y",
        "\u202e",
        "\ud800",
        "\udfff\ud800",
        "\ufeff",
        "\ufffd",
        "😀" * 50,
    ),
    *("9" * 400, "9223372036854775808", "-9223372036854775809", "٣", "1_000", "0x10", "１"),
    *("'; DROP TABLE todos_todo; --", '"', "\\", "%", "%s", "{0}", "{{ 7 }}", "${7}", "<script>"),
    *("../../etc/passwd", "file:///etc/passwd", "http://127.0.0.1:1/", "javascript:alert(1)", "//"),
    *("2026-13-45", "0000-00-00", "9999-12-31T23:59:59Z", "2026-01-01T00:00:00+99:99", "12:60"),
    *("é" * 200, "a" * 2_001, "İ" * 100, "ﷺ" * 100, "\u0301" * 500, "\x1b[31m", "\u2028"),
)
NUMBERS = (0, -1, 1, 2**31, 2**63, -(2**63) - 1, 10**40, 1.5, -0.0, 1e308, 10**400)
PLAIN: tuple[Any, ...] = (None, True, False, [], {}, [[]], *NUMBERS, *TEXTS)
DEEP = "[" * 5_000 + "]" * 5_000
BROKEN_JSON = (
    *("", "{", '{"a":', "[1,]", "nul", '"\\ud800"', '{"a":1}{"a":2}', "\ufeff{}", "NaN", "-", DEEP),
    *('{"a":1e999}', '{"a":1,"a":2}', "'a'", '{"a":"\x00"}', "[" * 100_000, '{"__proto__":{}}'),
)
NAMES = (
    *("q", "page", "p", "o", "e", "all", "limit", "offset", "id", "ids", "ids[]", "ids[0]", "next"),
    *("client_id", "redirect_uri", "state", "scope", "code", "response_type", "code_challenge"),
    *("code_challenge_method", "grant_type", "refresh_token", "token", "resource", "prompt"),
    *("format", "_popup", "_to_field", "_changelist_filters", "username", "password", "once"),
    *("search", "start_date", "dates[]", "seasons[]", "cursor", "per_page", "source", "plugin"),
    *("a" * 300, "\x00", "a[b][c]", "é", "__init__", "csrfmiddlewaretoken", "action", "name"),
)
METHODS = (
    ("GET",) * 6 + ("POST",) * 8 + ("PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "FOO")
)
CONTENT_TYPES = (
    *("application/json",) * 5,
    *("application/x-www-form-urlencoded",) * 4,
    *("application/json; charset=utf-16", "application/json; charset=rot13", "text/plain", "", ";"),
    *("multipart/form-data; boundary=xx",) * 3,
    *("multipart/form-data", "multipart/form-data; boundary=" + "x" * 300, "multipart/mixed"),
    *("application/x-www-form-urlencoded; charset=idna", "application/octet-stream", "a/b/c"),
)
HEADERS: dict[str, tuple[str, ...]] = {
    "Accept": ("*/*", "text/html", "application/json", "text/html;q=x", ",", "a" * 5_000, "\xff"),
    "Accept-Encoding": ("gzip", "br, zstd", "gzip;q=0", "*", "identity;q=0, *;q=0", ",,;"),
    "Accept-Language": ("de-CH, *;q=0.1", "x" * 1_000, "\xe9"),
    "Cookie": (
        "sessionid=x",
        "csrftoken=",
        "a=b; a=c; =; ;;",
        'x="\\000"',
        "messages=x:y:z",
        "\xff",
    ),
    "Origin": ("null", "https://chatgpt.com", "https://evil.example", "http://[", "\xe9"),
    "Referer": ("https://evil.example/", "http://[::1", "\xff"),
    "Range": ("bytes=0-0", "bytes=-1", "bytes=9999999999999999999-", "bytes=a-b", "bytes=0-,0-,0-"),
    "If-None-Match": ("*", 'W/"x"', '"' * 100, ","),
    "If-Modified-Since": ("x", "Thu, 99 Nov 9999 99:99:99 GMT", "Thu, 01 Jan 0001 00:00:00 GMT"),
    "Expect": ("100-continue", "x"),
    "Forwarded": ("for=1.2.3.4;host=x",),
    "X-Forwarded-For": ("1.2.3.4", "x, y, z", "::1", "\xff"),
    "X-Forwarded-Host": ("evil.example", "a b", "localhost:99999"),
    "X-Forwarded-Proto": ("https", "gopher"),
    "X-HTTP-Method-Override": ("DELETE",),
    "X-Request-ID": ("x" * 500, "\x01"),
    "X-Requested-With": ("XMLHttpRequest",),
    "MCP-Protocol-Version": ("2025-03-26", "2025-11-25", "2026-07-28", "9999-99-99", "x"),
    "Mcp-Method": ("tools/call", "tools/list", "x"),
    "Mcp-Name": ("addTodo", "=?base64?x?=", "\xe9"),
    "Access-Control-Request-Method": ("POST", "FOO"),
    "Access-Control-Request-Headers": ("authorization", "x" * 1_000),
    "Upgrade": ("websocket", "h2c"),
}
HOSTS = ("localhost",) * 20 + (
    *("evil.example", "a b", "[::1", "localhost:99999", "todo.localhost", "todo-oauth.localhost"),
    *("TODO.LOCALHOST.", "x" * 300, "", "127.0.0.1"),
)
AUTHORIZATIONS = (
    *("Bearer", "Bearer ", "Bearer x", "Bearer Bearer x", "Basic", "Basic x", "Basic Og==", "x"),
    *("Basic YTpi", "Bearer " + "x" * 5_000, "bearer \xe9", "Digest a=b", "Bearer a b c"),
)
ENDINGS = (
    *(
        "",
        "",
        "",
        "/",
        "//",
        "/..",
        "/../",
        "/./",
        "/%00",
        "/%ff",
        "/%2e%2e",
        "/%ed%a0%80",
        "/%EF%BF%BD",
    ),
    *(";x=y", ".json", ".", "/x", "/-1", "/0", "/99999999999999999999", "/%F0%9F%98%80", "?", "%"),
    *("/" + "a" * 3_000, "/\xe9", "/%250a", "/%0d%0a", "/ ".strip() + "%20"),
)
TOOLS = ("initialize", "tools/list", "tools/call", "resources/read", "ping", "prompts/get", "x", "")
