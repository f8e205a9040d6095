"""``trasluz compare``: a page, a table, one JSON object, and one sentence for a wrong request."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Command


def test_it_writes_a_page_and_prints_a_line_per_run(command: Command, classifier: Path, autoencoder: Path) -> None:
    answer = command("compare", classifier, autoencoder, "--out", "page.html", "--lang", "es")
    assert answer.code == 0, answer.err
    assert [line.split()[0] for line in answer.out.splitlines()[1:]] == ["digits-cnn", "digits-autoencoder"]
    assert '<html lang="es">' in Path("page.html").read_text(encoding="utf-8")


def test_json_names_page_split_and_every_number(command: Command, classifier: Path, autoencoder: Path) -> None:
    found = command("compare", classifier, autoencoder, "--out", "page.html", "--json").json
    assert found["page"] == "page.html"
    assert found["split"] == "valid"
    assert [row["variant"] for row in found["rows"]] == ["digits-cnn", "digits-autoencoder"]
    assert found["rows"][0]["scores"]["accuracy"]["low"] <= found["rows"][0]["scores"]["accuracy"]["mean"]


def test_one_run_or_a_folder_that_is_none_is_refused_in_one_sentence(command: Command, classifier: Path) -> None:
    command("compare", classifier).must_refuse("at least two")
    command("compare", classifier, classifier).must_refuse("twice")
    command("compare", classifier, ".").must_refuse("not a complete run folder")
