"""Numbers in the language's form: a comma in Spanish, and the same number said again in another language."""

from __future__ import annotations

from trasluz.draw.names import metric_difference, metric_value
from trasluz.messages import language
from trasluz.numerals import Numeral, duration, integer, percent, significant
from trasluz.report.phrase import both, plain


def test_the_decimal_sign_is_the_languages_and_thousands_are_apart_by_a_thin_space() -> None:
    with language("es"):
        told = (percent(0.5834), significant(1234.5, 5), integer(12345), duration(2.34), metric_value("psnr", 19.14))
        assert told == ("58,3\u202f%", "1\u202f234,5", "12\u202f345", "2,3\u202fs", "19,1\u202fdB")
        assert metric_difference("accuracy", 0.0123) == "+1,2"
    assert percent(0.5834) == "58.3\u202f%"


def test_a_sentence_says_numbers_in_its_own_language_whichever_was_in_force() -> None:
    for name in ("en", "es"):
        with language(name):
            told = both("{value} (95 % interval: {low} to {high})", value=percent(0.5834), low="v1.5", high="")
            alone = plain(significant(0.25))
        assert told.texts["en"].startswith("58.3\u202f% (95 % interval: v1.5 to")
        assert told.texts["es"].startswith("58,3\u202f% (intervalo del 95 %: de v1.5 a")
        assert (alone.texts["en"], alone.texts["es"]) == ("0.250", "0,250")


def test_joined_numbers_stay_numbers() -> None:
    assert Numeral("1.5 – 2.5").spoken("es") == "1,5 – 2,5"
    assert Numeral("1,5 – 2,5").spoken("en") == "1.5 – 2.5"
