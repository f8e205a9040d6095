from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from trasluz import components
from trasluz.look import cams, saliencies
from trasluz.look.method_names import method_name
from trasluz.messages import language


@pytest.fixture
def method_of_tomorrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """One more file among the methods of class activation maps."""
    (tmp_path / "of_tomorrow.py").write_text('NAME = "Tomorrow-CAM"\nHELP = "Sees what comes."\nNEEDS = "gradients"\n')
    monkeypatch.setattr(cams, "__path__", [*cams.__path__, str(tmp_path)])
    components.names.cache_clear()
    components.own_names.cache_clear()
    yield
    components.names.cache_clear()
    components.own_names.cache_clear()


def test_every_method_has_a_name_for_people() -> None:
    methods = (*cams.methods(), *saliencies.methods())
    with language("en"):
        names = {method: method_name(method) for method in methods}
    assert all(name != method for method, name in names.items())
    assert len(set(names.values())) == len(methods)
    assert names["grad-cam"] == "Grad-CAM"


def test_words_are_in_the_language_in_force_and_names_are_not_translated() -> None:
    with language("es"):
        assert method_name("integrated-gradients") == "gradientes integrados"
        assert method_name("grad-cam") == "Grad-CAM"


def test_a_method_that_is_not_known_keeps_its_name() -> None:
    assert method_name("of-tomorrow") == "of-tomorrow"


@pytest.mark.usefixtures("method_of_tomorrow")
def test_a_new_method_says_its_name_itself() -> None:
    assert "of-tomorrow" in cams.methods()
    assert method_name("of-tomorrow") == "Tomorrow-CAM"
