"""What data are for: by their labels, or as asked, or refused in one sentence that says what to do."""

from __future__ import annotations

import dataclasses

import pytest

from tests.choosing.made import PHOTOS, SEQUENCES, TABLE
from trasluz.choosing.facts import Facts
from trasluz.choosing.purposes import settle_purpose
from trasluz.errors import RequestError

ONE_CLASS = dataclasses.replace(PHOTOS, counts={"cat": 2000})
BARE = dataclasses.replace(PHOTOS, counts={}, labelled=0)


@pytest.mark.parametrize("facts", [PHOTOS, TABLE, SEQUENCES])
def test_data_with_classes_are_told_apart(facts: Facts) -> None:
    assert settle_purpose(facts, None) == "classify"


@pytest.mark.parametrize("facts", [ONE_CLASS, BARE, dataclasses.replace(SEQUENCES, counts={})])
def test_data_without_two_classes_are_made_again(facts: Facts) -> None:
    assert settle_purpose(facts, None) == "reconstruct"


def test_what_is_possible_is_done_as_asked() -> None:
    assert settle_purpose(PHOTOS, "generate") == "generate"
    assert settle_purpose(PHOTOS, "translate") == "translate"
    assert settle_purpose(BARE, "generate") == "generate"


@pytest.mark.parametrize(
    ("facts", "asked", "words"),
    [
        (ONE_CLASS, "classify", "one class, cat"),
        (BARE, "classify", "a folder per class"),
        (dataclasses.replace(TABLE, counts={}), None, "data.target"),
        (dataclasses.replace(TABLE, counts={}, columns=("long", "wide", "kind")), None, "one of long, wide, kind"),
        (TABLE, "reconstruct", "is a table"),
        (TABLE, "generate", "only images"),
        (SEQUENCES, "generate", "only images"),
        (ONE_CLASS, "translate", "two folders"),
        (PHOTOS, "clasify", "Did you mean classify"),
        (dataclasses.replace(PHOTOS, samples=9), None, "at least 10"),
    ],
)
def test_what_is_impossible_is_refused_in_one_sentence(facts: Facts, asked: str | None, words: str) -> None:
    with pytest.raises(RequestError, match=words) as refused:
        settle_purpose(facts, asked)
    assert "\n" not in str(refused.value)
