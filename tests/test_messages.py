"""Sentences that are kept say themselves again in the language in force, and reach nothing but their values."""

from __future__ import annotations

import copy
import json
import pickle

import pytest

from trasluz.messages import Sentence, kept, language, said, sentence, sentence_n, told_again

_ONE = "{n} image has no label and is left out of the scores."
_MANY = "{n} images have no label and are left out of the scores."


def test_a_sentence_is_text_in_the_language_in_which_it_was_made_and_says_itself_in_others() -> None:
    with language("en"):
        made = sentence_n(_ONE, _MANY, 3)
    assert made == "3 images have no label and are left out of the scores."
    with language("es"):
        assert said(made).startswith("3 imágenes ")
        assert said(sentence_n(_ONE, _MANY, 1)).startswith("1 imagen ")
    with language("en"):
        assert said(made) == made
        assert said("as it was") == "as it was"


def test_what_a_file_keeps_of_a_sentence_makes_it_again() -> None:
    with language("es"):
        made = sentence("{file}: {reason}", file="a {b}.png", reason="rot", more=1.5)
    held = json.loads(json.dumps(kept(made)))
    assert held == {"message": "{file}: {reason}", "values": {"file": "a {b}.png", "reason": "rot", "more": 1.5}}
    again = told_again(held)
    assert isinstance(again, Sentence)
    assert again == "a {b}.png: rot"
    assert kept(again) == held
    assert told_again("kept by an earlier version") == kept("kept by an earlier version")


@pytest.mark.parametrize("message", ["{n.__class__}", "{n!r}", "{n:>999999999}", "{other}", "{", "}"])
def test_a_message_out_of_a_file_fills_in_values_and_does_nothing_else(message: str) -> None:
    assert sentence(message, n=1) == message


def test_copies_are_sentences_too() -> None:
    made = sentence_n(_ONE, _MANY, 2)
    for again in (copy.deepcopy(made), pickle.loads(pickle.dumps(made))):
        assert kept(again) == kept(made)
        assert again == made
