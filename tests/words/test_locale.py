import pytest

from encamino.words.locale import bcp47, direction, negotiate

HERE = {"en", "es", "pt_PT"}


@pytest.mark.parametrize(
    ("wanted", "spoken"),
    [
        ("es", "es"), ("ES", "es"), ("es-ES", "es"), ("es_MX.UTF-8", "es"), ("es-419", "es"),
        ("pt", "pt_PT"), ("pt-BR", "pt_PT"), ("pt-PT", "pt_PT"), ("en-GB", "en"),
    ],
)  # fmt: skip
def test_a_language_falls_to_the_variety_we_have(wanted: str, spoken: str) -> None:
    assert negotiate(wanted, HERE, shop_default="en") == spoken


@pytest.mark.parametrize("wanted", [None, "", "nl", "nl-BE", "klingon", "english", "e", "12", "zh-Hant-TW", "../etc"])
def test_an_unknown_language_falls_to_the_country_then_the_shop_then_english(wanted: str | None) -> None:
    assert negotiate(wanted, HERE, "PT", "es") == "pt_PT"
    assert negotiate(wanted, HERE, "BE", "es-ES") == "es"
    assert negotiate(wanted, HERE, None, "fr") == "en"


def test_a_folder_is_written_with_a_hyphen_outside() -> None:
    assert bcp47("pt_PT") == "pt-PT"
    assert (direction("ar_EG"), direction("es")) == ("rtl", "ltr")
