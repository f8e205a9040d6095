from __future__ import annotations

from markupsafe import Markup

from trasluz.messages import language
from trasluz.report.phrase import Phrase, both, both_n, join, listing, metric_phrase, plain


def test_a_phrase_holds_one_span_per_language() -> None:
    assert both("Epoch").__html__() == '<span lang="en">Epoch</span><span lang="es">Época</span>'


def test_words_that_are_equal_in_all_languages_stand_alone() -> None:
    assert plain("ResNet <18>").__html__() == "ResNet &lt;18&gt;"
    assert "<span" not in both("PSNR").__html__()
    assert Markup("<p>{}</p>").format(plain("a < b")) == "<p>a &lt; b</p>"


def test_values_are_escaped_and_phrases_inside_phrases_speak_the_same_language() -> None:
    inner = metric_phrase("valid/loss")
    whole = both("{first} and {last}", first=inner, last="<b>")
    assert whole.texts["es"] == Markup("Pérdida y &lt;b&gt;")
    assert whole.texts["en"] == Markup("Loss and &lt;b&gt;")


def test_each_language_takes_its_own_plural() -> None:
    assert both_n("{n} image", "{n} images", 1).texts["es"] == "1 imagen"
    assert both_n("{n} image", "{n} images", 2000).texts["es"] == "2\u202f000 imágenes"


def test_listings_read_as_people_write_them() -> None:
    names = [plain("a"), plain("b"), plain("c")]
    assert listing(names).texts["en"] == "a, b and c"
    assert listing(names).texts["es"] == "a, b y c"
    assert listing(names[:1]).texts["en"] == "a"
    assert join([]).texts["en"] == ""


def test_attributes_carry_every_language_for_the_switch() -> None:
    with language("es"):
        attribute = Phrase.of(lambda: 'a "quoted" word').attribute("alt")
    assert attribute.startswith('alt="a &#34;quoted&#34; word"')
    assert 'data-alt-en="' in attribute
    assert 'data-alt-es="' in attribute


def test_what_stands_in_backticks_is_code_on_the_page_and_plain_in_attributes() -> None:
    said = plain("run `a < b` now")
    assert said.__html__() == "run <code>a &lt; b</code> now"
    assert 'alt="run `a &lt; b` now"' in said.attribute("alt")
