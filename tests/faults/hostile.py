"""What strangers send: bodies, texts and addresses made to hurt. Everything follows from the chance that is given."""

import copy
import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

RECORDINGS = tuple(
    json.loads(file.read_text()) for file in sorted((Path(__file__).parents[1] / "shops/shopify").glob("*.json"))
)
OBJECTS = tuple(recording for recording in RECORDINGS if isinstance(recording["body"], dict))

# ── bodies ──────────────────────────────────────────────────────────────────────────────────────────────────────────

_DEEP, _DIGITS = 200_000, "9" * 5_000
#: No JSON object, however it is read.
NOT_OBJECTS: tuple[bytes, ...] = (
    b"[" * _DEEP, b"[" * _DEEP + b"]" * _DEEP, b'{"a":' * _DEEP, b'{"a":' * _DEEP + b"1" + b"}" * _DEEP,
    b'{"id":' + b"[{}," * _DEEP, f'{{"id":{_DIGITS}}}'.encode(), f'{{"id":-{_DIGITS}}}'.encode(), _DIGITS.encode(),
    b'{"id":NaN}', b'{"id":Infinity}', b'{"id":-Infinity}', b"NaN", b'{"total_price":1e99999999999999999999}',
    b'{"id":"\\ud800"}', b'{"\\udfff\\ud800":1}', b'{"id":"\xed\xa0\x80"}', b'{"name":"\\ud83d"}',
    b"\xff\xfe" + '{"id":1}'.encode("utf-16-le"), '{"id":1}'.encode("utf-32"), b'{"id":"\xff\xc0\x80"}', b"\xc3\x28",
    b"\xef\xbb\xbf", b"\x00", b'{"id":1}\x00', b'\x00{"id":1}', b'{"a":"\x00"}', b'{"a":"\n"}', b" ", b"\r\n",
    b"0", b"-0", b"1.5", b"true", b"null", b'"text"', b'""', b"[]", b"[[]]", b'[{"id":1}]', b"{", b"}", b"{}{}",
    b'{"id":1,}', b'{"id":1}//', b"{'id':1}", b'{"id":01}', b'{"id":0x10}', b"{id:1}", b'{"id":+1}', b'{"id":"',
    b"id=1&name=x", b"<?xml version='1.0'?><order/>", b"<!doctype html><p>502", b'--x\r\n\r\n{"id":1}\r\n--x--',
    b"\x80\x04K\x01.", b"GIF89a", gzip.compress(b'{"id":1}'), gzip.compress(b"0" * 1_000_000),
)  # fmt: skip
#: Objects that say next to nothing, or say it twice.
ODD_OBJECTS: tuple[bytes, ...] = (
    b"{}", b'{"id":1,"id":2}', b'{"id":1,"id":null}', b'\xef\xbb\xbf{"id":1}', b'{"id":1e400}', b'{"id":-0}',
    b'{"":""}', b'{"id":{"id":{"id":1}}}', b'{"__proto__":{"id":1},"id":"1"}', b'{"id":"\\u0000"}', b'{"id":1.0}',
    b'{"a":' * 900 + b"1" + b"}" * 900, f'{{"id":{_DIGITS[:4300]}}}'.encode(), b'{"id":"gid://shopify/Order/"}',
    b'{"id":"a/b/c","updated_at":"0001-01-01T00:00:00+14:00"}', b'{"id":true,"line_items":{"0":{"id":1},"5":[]}}',
)  # fmt: skip

#: In place of any field. Texts are of kinds that parsers of numbers, times and languages stumble over.
VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**63, -(2**64), int(_DIGITS[:4299]), 0.5, 1e308, -1e-308, [], {}, [[]], [{}],
    [None], [[[[[[1]]]]]], {"": None}, {"id": None}, {"0": {"id": 1}, "7": {"id": 1}}, "", " ", "0", "-0", "null",
    "NaN", "Infinity", "-1e99", "1e999", "1_000", "1,5", "٣٫٥", "١٢٣", "0x1F", "9" * 400, "2026-02-30T00:00:00Z",
    "0000-00-00", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-11-10T10:15:00", "1700000000",
    "99999999999999999", "Tue, 10 Nov 2026 25:61:61 +9999", ",", "Mon,", "T", "2026-W01-1", "24:00", "es_ES", "x" * 9,
    "zz-ZZ-zz", "\x00", "\u2028", "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"), "a" * 10_000,
    "é" * 3_000, "/", "//", "gid://shopify/Order/1/", "#", "'", '"', "<b>", "%s%n", "{{7*7}}", "../../x",
    "\u202e\u0007", "jon@example.com", "a@b", "@", "+", "javascript:alert(1)", [1, "2", None, {"id": 3}], ["x"] * 300,
    [{"id": 1}] * 60, "".join(map(chr, Random(0).choices(range(0x4E00, 0x9FFF), k=300_000))),
)  # fmt: skip

_TOPICS = sorted({recording["headers"].get("x-shopify-topic", "") for recording in RECORDINGS})
_HEADER_VALUES = (
    "", " ", "orders/", "/", "ORDERS_PAID", "orders_paid", "Orders/Paid ", "fulfillments/create", "x" * 8_000, "\x00",
    "é", "日本", "\u2028", "orders/paid,orders/paid", "9" * 400, "true", "null", "2026-13-45", "0001-01-01", "\x85",
    "%00", "1/", "gid://shopify/Order/7",
)  # fmt: skip


def malformed(chance: Random) -> tuple[str, dict[str, str], bytes]:
    """Its kind, headers and body. A kind that begins with "no object" can only be unreadable."""
    recording = chance.choice(OBJECTS)
    headers, body = dict(recording["headers"]), recording["body"]
    if chance.random() < 0.3:
        _twist(headers, chance)
    kind, make = chance.choices(_KINDS, _WEIGHTS)[0]
    return kind, headers, make(body, chance)


def _mutated(body: Any, chance: Random) -> bytes:
    body = copy.deepcopy(body)
    for _ in range(chance.randint(1, 6)):
        holder, name = chance.choice(list(_places(body)))
        match chance.randrange(8):
            case 0:
                del holder[name]
            case 1:
                holder[name] = [holder[name]]
            case 2:
                holder[name] = json.dumps(holder[name])
            case 3:
                _, donor = chance.choice(list(_places(chance.choice(OBJECTS)["body"])))
                holder[name] = {str(donor): holder[name]}
            case _:
                holder[name] = copy.deepcopy(chance.choice(VALUES))
        if not body:
            break
    return json.dumps(body, ensure_ascii=chance.random() < 0.5).encode()


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(value, dict | list):
        for name, inner in list(value.items() if isinstance(value, dict) else enumerate(value)):
            yield value, name
            yield from _places(inner)


def _cut(body: Any, chance: Random) -> bytes:
    raw = json.dumps(body).encode()
    return raw[: chance.randrange(1, len(raw) - 1)]


def _flipped(body: Any, chance: Random) -> bytes:
    raw = bytearray(json.dumps(body).encode())
    for _ in range(chance.randint(1, 20)):
        raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
    return bytes(raw)


def _twice(body: Any, chance: Random) -> bytes:
    """Every name of the object once more, with another value."""
    raw = json.dumps(body)
    again = {name: chance.choice(VALUES) for name in chance.sample(sorted(body), min(4, len(body)))}
    return (raw[:-1] + ", " + json.dumps(again)[1:]).encode()


def _twist(headers: dict[str, str], chance: Random) -> None:
    for name in ("x-shopify-topic", "x-shopify-order-id", "x-shopify-triggered-at", "x-shopify-test"):
        match chance.randrange(4):
            case 0:
                headers.pop(name, None)
            case 1:
                headers[name] = chance.choice(_TOPICS) if name.endswith("topic") else chance.choice(_HEADER_VALUES)
            case 2:
                headers[name] = chance.choice(_HEADER_VALUES)


type _Maker = Callable[[Any, Random], bytes]
_KINDS: tuple[tuple[str, _Maker], ...] = (
    ("no object", lambda _, chance: chance.choice(NOT_OBJECTS)),
    ("no object: cut off", _cut),
    ("no object: packed", lambda body, _: gzip.compress(json.dumps(body).encode(), 1)),
    ("odd object", lambda _, chance: chance.choice(ODD_OBJECTS)),
    ("noise", lambda _, chance: chance.randbytes(chance.randint(1, 400))),
    ("bits flipped", _flipped),
    ("names twice", _twice),
    ("fields changed", _mutated),
)
_WEIGHTS = (12, 6, 3, 6, 4, 8, 6, 55)

# ── texts ───────────────────────────────────────────────────────────────────────────────────────────────────────────

#: Whatever some reader somewhere takes for the end of a line.
BREAKS = ("\r\n", "\n", "\r", "\x85", "\u2028", "\u2029", "\x0b", "\x0c", "\x1c", "\x1e", "\x00", "\r\n\r\n", "\r\n ")
_TURNS = ("\u202e", "\u202d", "\u2066", "\u2069", "\u200f", "\u061c")
_HEADERS = (
    "Bcc: victim@example.com", "To: victim@example.com", "Content-Type: text/html", "Subject: You won",
    "X-Forged: 1", "Reply-To: <thief@example.com>", "<script>alert(1)</script>", "List-Unsubscribe: <http://x>",
)  # fmt: skip
_AROUND = (
    "",
    "Tienda",
    "Ñandú 🎁",
    '"',
    "\\",
    "=?utf-8?q?=0D=0ABcc:_x?=",
    "<",
    ",",
    "a@b.example",
    "東京",
    "%0d%0a",
    "\ud83d",
)


def header_text(chance: Random) -> str:
    """A text that would begin another header, were it put into one as it is; one in twelve is 10 kB long."""
    pieces = (chance.choice(_AROUND), chance.choice(BREAKS), chance.choice(_TURNS + ("",) * 6), chance.choice(_HEADERS))
    text = "".join(pieces) + chance.choice(("", "\r\n", "\u2028", chance.choice(_TURNS)))
    return text * (10_000 // len(text) + 1) if chance.randrange(12) == 0 else text


_TAGS = (
    "script", "img", "svg", "iframe", "a", "style", "body", "math", "object", "base", "meta", "link", "form", "input",
    "video", "details", "template", "noscript", "textarea", "marquee", "isindex", "xmp", "plaintext", "table",
)  # fmt: skip
_HANDLERS = (
    "onerror", "onload", "onclick", "onmouseover", "onfocus", "ontoggle", "onbegin", "style", "href", "src",
    "srcdoc", "formaction", "xlink:href", "data", "srcset", "background", "action", "http-equiv",
)  # fmt: skip
_CODE = (
    "alert(1)", "javascript:alert(1)", "data:text/html,<script>alert(1)</script>", "vbscript:x", "//evil.example/x",
    "expression(alert(1))", "url(javascript:alert(1))", "&#106;avascript:alert(1)", "java\tscript:alert(1)",
    "https://evil.example/?", "JaVaScRiPt:alert(1)", "0;url=javascript:alert(1)", "\\u0061lert(1)", "import('//x')",
)  # fmt: skip
_OUT_OF = (
    "", '"', "'", "`", '">', "'>", "-->", "--!>", "]]>", "</title>", "</style>", "</textarea>", "</td></table>",
    "</script>", "<![endif]-->", "*/", "}", "\\", "&quot;>", "&#34;>", "%22%3E", "\x00", "\u2028", "\xa0", "\uff1c",
)  # fmt: skip
_QUOTES = ("", '"', "'", "`")
LISTED = (
    "<script>alert(1)</script>", "{{ 7*7 }}{% for x in y %}[[ 7*7 ]][% raw %]", "%(name)s %s %% &lt;b&gt; &#60;i&#62;",
    "]]><![CDATA[<!--[if !mso]><!-->", "javascript:alert(1)", "<<SCRIPT>alert(1)//<</SCRIPT>", "<img src=x:x onerror=x",
    "<a href='x' href=javascript:x>", "<svg><script>x</script>", "</p></div></body></html><h1>x</h1>", "<!--", "-->",
    "<?php echo 1 ?>", "${7*7}#{7*7}", "\"><meta http-equiv=refresh content='0;url=//x'>", "＜script＞", "<\x00script>",
    "<scr\u200bipt>", "<ſcript>", "&lt;script&gt;alert(1)&lt;/script&gt;", '" style="x:expression(1)', "<o:p>",
    "<v:rect>", "<!--[if mso]><v:rect href='x'><![endif]-->", "style=display:none", "</style><style>*{}</style>",
    "<plaintext>",
)  # fmt: skip


def xss(chance: Random) -> str:
    """A text that would become more than text, were it put into HTML as it is."""
    if chance.random() < 0.15:
        return chance.choice(_OUT_OF) + chance.choice(LISTED)
    quote, tag = chance.choice(_QUOTES), chance.choice(_TAGS)
    attribute = f"{chance.choice(_HANDLERS)}{chance.choice(('=', ' = ', '/='))}{quote}{chance.choice(_CODE)}{quote}"
    if chance.random() < 0.3:
        return f"{chance.choice(_OUT_OF)} {attribute} x={quote}"
    close = chance.choice((">", "/>", "", f">x</{tag}>", " //", ">-->"))
    opened = f"{chance.choice(_OUT_OF)}<{chance.choice(('', '/', '!', '\t'))}{tag}"
    return f"{opened}{chance.choice((' ', '/', '\n'))}{attribute}{close}"


def many(make: Callable[[Random], str], count: int, chance: Random) -> list[str]:
    """So many different ones, in the order in which chance makes them."""
    found: dict[str, None] = {}
    while len(found) < count:
        found[make(chance)] = None
    return list(found)
