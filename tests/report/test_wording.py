"""What samples are called: a page about rows of a table never speaks of images, but leaves the user's names alone."""

from __future__ import annotations

import dataclasses
import html
import re
from pathlib import Path

import pytest

from tests.report.made_runs import classifier_evaluation
from tests.report.test_layers_in_browser import table_run
from trasluz import api
from trasluz.report import write_report
from trasluz.report.wording import samples_called, worded

_SPOKEN = re.compile(r"<(script|style)\b.*?</\1>|<[^>]*>", re.DOTALL)
_IMAGE = re.compile(r".{0,30}\b(?:images?|im[aá]gen(?:es)?)\b.{0,20}", re.IGNORECASE)


def text_of(page: str) -> str:
    """What people read of a page: its text and its attributes for screen readers, without scripts."""
    page = page.split("<body>", 1)[1]
    said = re.findall(r'(?:alt|aria-label)[a-z-]*="([^"]*)"', page)
    return html.unescape(" ".join([_SPOKEN.sub(" ", page), *said]))


@pytest.mark.parametrize(
    ("language", "given", "wanted"),
    [
        ("en", "An image of 20 images; image 3 is an Image.", "A row of 20 rows; row 3 is a Row."),
        ("es", "Una imagen de 20 imágenes; Imagen 3.", "Una fila de 20 filas; Fila 3."),
        ("en", "imagery of the image-net", "imagery of the row-net"),
    ],
)
def test_the_word_is_exchanged_with_its_article(language: str, given: str, wanted: str) -> None:
    with samples_called("table"):
        assert worded(given, language) == wanted
    with samples_called("image"):
        assert worded(given, language) == given


def test_names_of_the_user_stay_as_they_are() -> None:
    with samples_called("table", ["an image", "image net"]):
        assert worded("The class an image of the image net has 3 images.", "en") == (
            "The class an image of the image net has 3 rows."
        )


def test_the_page_of_a_made_table_speaks_of_rows(tmp_path: Path) -> None:
    rows = dataclasses.replace(classifier_evaluation(), examples={})
    page = write_report(table_run(tmp_path), {"valid": rows}, "en").read_text(encoding="utf-8")
    assert _IMAGE.findall(text_of(page)) == []


@pytest.mark.parametrize("recipe", ["iris-mlp-tuned", "wine-mlp-tuned"])
def test_the_page_of_a_trained_table_speaks_of_rows(tmp_path: Path, recipe: str) -> None:
    run = api.train(recipe, set={"train.epochs": 2}, runs=tmp_path)
    page = run.report("en").read_text(encoding="utf-8")
    assert _IMAGE.findall(text_of(page)) == []
