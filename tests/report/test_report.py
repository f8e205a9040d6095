from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import numpy as np
import pytest

from tests.report.made_runs import autoencoder_evaluation, classifier_evaluation, make_run, records
from trasluz.evaluation.evaluation import Evaluation, load_evaluation
from trasluz.messages import language, said, sentence
from trasluz.report import write_report
from trasluz.report.canvas import script_json
from trasluz.report.context import Context
from trasluz.report.sections.base import SECTIONS


def _page(tmp_path: Path, **made: object) -> str:
    family = str(made.pop("family", "classifier"))
    evaluations = made.pop("evaluations", {"valid": classifier_evaluation()})
    language = str(made.pop("language", "en"))
    folder = make_run(tmp_path, family, **made)  # type: ignore[arg-type]  # the rest are make_run's own
    return write_report(folder, evaluations, language).read_text(encoding="utf-8")  # type: ignore[arg-type]  # as above


def _anchors(page: str) -> list[str]:
    return re.findall(r'<section id="([a-z]+)"', page)


def test_sections_of_a_classifier_follow_from_what_its_evaluation_holds(tmp_path: Path) -> None:
    wanted = ["summary", "curves", "confusion", "classes", "certainty", "browse", "rest", "calibration"]
    assert _anchors(_page(tmp_path)) == [*wanted, "quality", "data", "machine", "recipe", "glossary"]


def test_sections_of_an_autoencoder_follow_from_what_its_evaluation_holds(tmp_path: Path) -> None:
    page = _page(tmp_path, family="autoencoder", evaluations={"valid": autoencoder_evaluation()})
    assert _anchors(page) == [
        *("summary", "reconstructions", "curves", "browse", "quality", "data", "machine", "recipe", "glossary"),
    ]


def test_the_page_is_one_file_below_ten_megabytes_and_names_no_network_address(tmp_path: Path) -> None:
    page = _page(tmp_path)
    packed = page.index('id="plotly-packed"')
    shell = page[:packed]
    assert len(page.encode()) < 10_000_000
    assert not re.search(r'(?:src|href)="(?:https?:)?//', shell)
    assert page.count('id="plotly-packed"') == 1


def test_a_note_that_an_evaluation_kept_stands_on_the_page_in_each_language(tmp_path: Path) -> None:
    english = "There is no log loss: this model names a class and gives no probabilities."
    with language("en"):
        made = dataclasses.replace(classifier_evaluation(), notes=(sentence(english), "kept by an older version"))
    found = load_evaluation(made.save(tmp_path / "looks"))
    with language("es"):
        spanish = said(found.notes[0])
    assert spanish != english
    page = _page(tmp_path, evaluations={"valid": found}, language="es")
    assert f'<span lang="en">{english}</span><span lang="es">{spanish}</span>' in page
    assert "kept by an older version" in page


def test_summary_names_accuracy_its_interval_and_the_baseline(tmp_path: Path) -> None:
    page = _page(tmp_path)
    accuracy = classifier_evaluation().metrics["accuracy"]
    assert f"{100 * accuracy:.1f}\u202f%" in page
    assert "95 % interval" in page
    assert "most frequent class would be right for 10.4" in page


def test_summary_sets_an_autoencoder_beside_pca(tmp_path: Path) -> None:
    page = _page(tmp_path, family="autoencoder", evaluations={"valid": autoencoder_evaluation()})
    assert "PCA would need 12 numbers" in page


@pytest.mark.parametrize(
    ("status", "info", "sentence"),
    [
        ("finished", {}, "finished its 30 epochs"),
        ("interrupted", {"epochs": 4}, "interrupted after 4 of 30 epochs"),
        ("finished", {"epochs": 12}, "stopped early, after 12 of 30"),
        ("failed", {"epochs": 2}, "failed after 2 of 30"),
        (
            "failed",
            {"epochs": 2, "failure": {"term": "cross_entropy", "epoch": 3}},
            "cross_entropy was no longer finite",
        ),
        ("running", {"epochs": 5}, "has not finished: 5 of 30"),
    ],
)
def test_the_page_says_how_the_run_ended(tmp_path: Path, status: str, info: dict[str, object], sentence: str) -> None:
    assert sentence in _page(tmp_path, status=status, **info)


def test_a_run_without_epochs_or_evaluation_still_has_a_page(tmp_path: Path) -> None:
    page = _page(tmp_path, status="interrupted", epochs=0, evaluations={})
    assert "It has not been evaluated" in page
    assert "curves" not in _anchors(page)


def test_class_names_cannot_break_out_of_the_page(tmp_path: Path) -> None:
    evil = "</script><script>alert(1)</script>"
    given = classifier_evaluation()
    classes = (evil, *given.classes[1:])
    per_class = {evil if name == "0" else name: values for name, values in (given.per_class or {}).items()}
    changed = Evaluation(**{**given.__dict__, "classes": classes, "per_class": per_class})
    page = _page(tmp_path, evaluations={"valid": changed})
    assert evil not in page
    assert "&lt;/script&gt;" in page


def test_json_inside_a_script_element_cannot_end_it() -> None:
    assert "<" not in script_json({"name": "</script><!--"})


def test_many_classes_are_drawn_as_a_picture_instead_of_a_thousand_buttons(tmp_path: Path) -> None:
    k = 40
    confusion = np.eye(k, dtype=np.int64) * 5
    confusion[3, 7] = 2
    classes = tuple(f"class {i}" for i in range(k))
    many = Evaluation("valid", int(confusion.sum()), {"accuracy": 0.99}, classes=classes, confusion=confusion)
    page = _page(tmp_path, evaluations={"valid": many})
    assert 'class="matrix' not in page
    assert "class 3 taken for class 7: 2 times" in page


def test_one_colour_image_of_one_pixel_is_shown(tmp_path: Path) -> None:
    one = Evaluation(
        "test",
        1,
        {"mse": 0.0, "loss": float("nan")},
        arrays={"error": np.zeros(1, np.float32), "rows": np.zeros(1, np.int64)},
        examples={
            "positions": np.zeros(1, np.int64),
            "images": np.full((1, 1, 1, 3), 9, np.uint8),
            "reconstructions": np.full((1, 1, 1, 3), 8, np.uint8),
        },
    )
    assert "reconstructions" in _anchors(_page(tmp_path, evaluations={"test": one}))


def test_what_the_audit_found_is_said_in_both_languages_and_escaped(tmp_path: Path) -> None:
    page = _page(tmp_path)
    assert "1 of 180 validation samples are exact copies of training samples" in page
    assert "folder/&lt;b&gt;half.png" in page
    assert "<b>half" not in page
    assert "12 × 9" in page


def test_a_run_without_an_audit_still_shows_its_splits(tmp_path: Path) -> None:
    folder = make_run(tmp_path)
    folder.update_info(audit={})
    page = write_report(folder, {}, "en").read_text(encoding="utf-8")
    assert "data" in _anchors(page)
    assert "exact copies" not in page


def test_a_term_that_is_the_loss_on_another_scale_gets_no_figure_of_its_own(tmp_path: Path) -> None:
    folder = make_run(tmp_path, "autoencoder", epochs=0)
    for record in records("autoencoder", 5):
        folder.append_metrics({**record, "train/squared_error": 64 * record["train/loss"]})
    page = write_report(folder, {}, "en").read_text(encoding="utf-8")
    assert ">Squared error<" not in page
    assert "Mean squared error" in page


def test_every_section_module_offers_what_the_page_asks_for() -> None:
    modules = [SECTIONS.find(name) for name in SECTIONS.names()]
    assert len({module.ORDER for module in modules}) == len(modules)
    assert all(callable(part) for module in modules for part in (module.applies, module.answer, module.render))


def test_the_page_speaks_of_the_test_split_when_there_is_one(tmp_path: Path) -> None:
    folder = make_run(tmp_path)
    both = {"valid": classifier_evaluation("valid"), "test": classifier_evaluation("test")}
    main = Context(folder, both).main
    assert main is not None
    assert main.split == "test"


def test_the_same_run_gives_the_same_bytes_twice(tmp_path: Path) -> None:
    folder = make_run(tmp_path)
    first = write_report(folder, {"valid": classifier_evaluation()}, "en").read_bytes()
    assert write_report(folder, {"valid": classifier_evaluation()}, "en").read_bytes() == first


def test_a_spanish_page_opens_in_spanish(tmp_path: Path) -> None:
    page = _page(tmp_path, language="es")
    assert '<html lang="es">' in page
    assert '<span lang="es">¿Qué confunde?</span>' in page
