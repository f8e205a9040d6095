from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from trasluz.messages import _, language, ngettext

_SCRIPT = Path(__file__).parents[2] / "scripts" / "translations.py"


@pytest.fixture(scope="module")
def translations() -> ModuleType:
    spec = importlib.util.spec_from_file_location("translations", _SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_sentence_has_a_compiled_spanish_translation_with_the_same_placeholders(translations: ModuleType) -> None:
    assert translations.problems() == []


def test_sentences_of_python_files_and_templates_are_both_found(translations: ModuleType) -> None:
    ids = {message.id for message in translations.extracted()}
    assert "How good is it in every number?" in ids
    assert "Skip to the content" in ids


def test_a_lost_placeholder_is_noticed(translations: ModuleType) -> None:
    from babel.messages.catalog import Message

    source, wrong = Message("{n} images in {path}"), Message("{n} images in {path}", "{n} imágenes")
    assert any("placeholders differ" in problem for problem in translations._wrong(source, wrong))


def test_a_missing_translation_is_named(translations: ModuleType) -> None:
    from babel.messages.catalog import Message

    assert list(translations._wrong(Message("Hello"), None))
    assert list(translations._wrong(Message("Hello"), Message("Hello", "")))


def test_the_package_speaks_spanish_inside_the_block_and_english_after_it() -> None:
    with language("es"):
        assert _("Epoch") == "Época"
        assert ngettext("{n} image", "{n} images", 1) == "{n} imagen"
        assert ngettext("{n} image", "{n} images", 3) == "{n} imágenes"
    with language("en"):
        assert _("Epoch") == "Epoch"
