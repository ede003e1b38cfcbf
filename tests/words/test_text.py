import pytest
from hypothesis import given
from hypothesis import strategies as st

from encamino.words.text import safe_url, tidy


@pytest.mark.parametrize("break_", ["\r", "\n", "\r\n", "\x85", "\u2028", "\u2029", "\x0b", "\x0c", "\x00"])
def test_no_line_break_of_any_kind_survives(break_: str) -> None:
    assert tidy(f"Hola{break_}Bcc: a@example.com") == "Hola Bcc: a@example.com"


def test_nothing_turns_the_reading_direction_and_emoji_stay_whole() -> None:
    assert tidy("\u202egnp.exe\u2066 ok\u200b") == "gnp.exe ok"
    assert tidy("👨‍👩‍👧") == "👨‍👩‍👧"


@given(st.text(), st.integers(1, 40))
def test_tidy_text_is_one_short_line_and_stays_so(text: str, limit: int) -> None:
    line = tidy(text, limit)

    assert len(line) <= limit
    assert len(line.splitlines()) <= 1
    assert tidy(line, limit) == line
    line.encode()


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example/x?y=1&z=ü#top", "http://127.0.0.1:4566/t/abc", "HTTPS://A.EXAMPLE", "https://[::1]/x",
        "mailto:hola@a.example", "tel:+34 931 234 567",
    ],
)  # fmt: skip
def test_what_opens_a_page_a_mail_or_a_call_is_left_alone(url: str) -> None:
    assert safe_url(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)", " JaVaScRiPt:alert(1)", "java\nscript:alert(1)", "data:text/html,x", "vbscript:x",
        "//a.example",
        "/t/x", "https://", "http:///x", "https://a b", "https://shop.example@evil.example/",
        "https:\\\\evil.example",
        'https://a.example/"onmouseover="x', "https://a.example/<b>", "mailto:a@b.example?bcc=c@d.example", "tel:abc",
        "", None,
        "https://a.example/\u202egpj", "https://a.example\u2028/", "blob:https://a.example/1",
    ],
)  # fmt: skip
def test_everything_else_leads_nowhere(url: object) -> None:
    assert safe_url(url) == "#"
