import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encamino.channels import gsm
from encamino.channels.gsm import Parts, count, described, fold

# By hand from 3GPP TS 23.038: 160 septets alone, 153 of a longer text; 70 units alone, 67 of a longer one.
COUNTED = [
    ("", Parts("GSM-7", 0, 0)),
    ("a", Parts("GSM-7", 1, 1)),
    ("a" * 160, Parts("GSM-7", 1, 160)),
    ("a" * 161, Parts("GSM-7", 2, 161)),
    ("a" * 306, Parts("GSM-7", 2, 306)),
    ("a" * 307, Parts("GSM-7", 3, 307)),
    ("€" * 80, Parts("GSM-7", 1, 160)),
    ("€" * 81, Parts("GSM-7", 2, 162)),
    ("€" * 153, Parts("GSM-7", 3, 306)),  # 76 to a part: the 77th would be torn apart
    ("a" * 152 + "€" + "a" * 152, Parts("GSM-7", 3, 306)),  # the escape does not fit the last septet of part one
    ("a" * 151 + "€" + "a" * 153, Parts("GSM-7", 2, 306)),
    ("^{}\\[~]|€", Parts("GSM-7", 1, 18)),
    ("ñ ü é à è ò ù ì ä ö å ø æ ß Ç É Ñ ¿ ¡ @ £ $ ¥ § ¤ Ω", Parts("GSM-7", 1, 51)),
    ("line\r\nline", Parts("GSM-7", 1, 10)),
    ("á", Parts("UCS-2", 1, 1)),
    ("á" * 70, Parts("UCS-2", 1, 70)),
    ("á" * 71, Parts("UCS-2", 2, 71)),
    ("á" * 134, Parts("UCS-2", 2, 134)),
    ("á" * 135, Parts("UCS-2", 3, 135)),
    ("😀" * 35, Parts("UCS-2", 1, 70)),
    ("😀" * 67, Parts("UCS-2", 3, 134)),  # 33 to a part: 67 is odd
    ("á" * 66 + "😀" + "á" * 66, Parts("UCS-2", 3, 134)),
    ("á" * 65 + "😀" + "á" * 67, Parts("UCS-2", 2, 134)),
    ("ç", Parts("UCS-2", 1, 1)),
    ("`", Parts("UCS-2", 1, 1)),
    ("\t", Parts("UCS-2", 1, 1)),
]

FOLDED = [
    ("¡Tu pedido está en camino!", "¡Tu pedido esta en camino!"),
    ("Llegará mañana, señor Pérez", "Llegara mañana, señor Pérez"),
    ("Votre colis est arrivé à l’hôtel — façade", "Votre colis est arrivé à l'hotel - facade"),
    ("A sua encomenda não está disponível", "A sua encomenda nao esta disponivel"),
    ("Recollida al col·legi: «Ramón Llull»", 'Recollida al col.legi: "Ramon Llull"'),
    ("È già partito… DALL’ALTO", "E già partito... DALL'ALTO"),
    ("N.º 5, 3.ª planta", "N.o 5, 3.a planta"),
    ("Cœur, Łódź, Đoković", "Coeur, Lodz, Dokovic"),
    ("1\u00a0234,50\u202f€", "1 234,50 €"),
    ("Soft\u00adhy\u200bphen á", "Softhyphen a"),
    ("sen\u0303or cafe\u0301", "señor café"),
    # One letter that has no near one: folding the rest would only spoil it.
    ("¡Está aquí! 🎁", "¡Está aquí! 🎁"),
    ("Άρης está", "Άρης está"),
    ("Посылка в пути", "Посылка в пути"),
    # Three letters for one would make it dearer.
    ("…" * 70, "…" * 70),
]


@pytest.mark.parametrize(("text", "parts"), COUNTED, ids=lambda value: str(value)[:30])
def test_count(text: str, parts: Parts) -> None:
    assert count(text) == parts


@pytest.mark.parametrize(("text", "folded"), FOLDED)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_the_alphabet_has_its_128_places() -> None:
    assert len(gsm._BASIC) == 127  # and the escape
    assert len(gsm._EXTENSION) == 9
    assert not gsm._BASIC & gsm._EXTENSION


def test_what_the_command_answers() -> None:
    assert described("está") == {
        "encoding": "UCS-2",
        "parts": 1,
        "units": 4,
        "folded": {"text": "esta", "encoding": "GSM-7", "parts": 1, "units": 4},
    }


GSM_TEXT = st.text(st.sampled_from(sorted(gsm._ALPHABET)), max_size=400)
ANY_TEXT = st.text(st.one_of(st.sampled_from("aeñáíóúçêœ…–’«€😀\u00a0\u0301 "), st.characters()), max_size=400)


@given(GSM_TEXT)
def test_a_gsm_text_is_never_changed(text: str) -> None:
    assert fold(text) == text
    assert count(text).encoding == "GSM-7"


@given(ANY_TEXT)
def test_folding_never_costs_more_and_never_half_folds(text: str) -> None:
    folded = fold(text)

    assert count(folded).parts <= count(text).parts
    assert folded == text or count(folded).encoding == "GSM-7"
    assert fold(folded) == folded


@given(st.text(st.sampled_from("ñüéàèòùìäöåÑÜÉÄÖÅøØæÆßÇ áíóúâêîôû"), max_size=60))
def test_letters_of_the_alphabet_stay_what_they_are(text: str) -> None:
    kept = [letter for letter in text if letter in gsm._ALPHABET]

    folded = fold(text)

    assert [letter for letter in folded if letter in "ñüéàèòùìäöåÑÜÉÄÖÅøØæÆßÇ "] == kept
    assert len(folded) == len(text)


@given(ANY_TEXT)
def test_parts_hold_all_units_and_no_more(text: str) -> None:
    parts = count(text)
    each = 153 if parts.encoding == "GSM-7" else 67

    assert parts.units >= len(text)
    if parts.parts > 1:
        # At most one unit of a part stays empty, where a pair did not fit.
        assert parts.units / each <= parts.parts <= -(-parts.units // (each - 1))


def test_folding_is_the_same_however_the_accents_were_typed() -> None:
    text = "Llegará mañana a su dirección"

    assert fold(unicodedata.normalize("NFD", text)) == fold(text)
