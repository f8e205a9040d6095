"""The section "What went wrong?": after the summary, in both languages, escaped, with lines to copy."""

from __future__ import annotations

import re
from pathlib import Path

from tests.report.made_runs import classifier_evaluation, make_run
from trasluz.findings.finding import Finding
from trasluz.report import write_report


def _finding(language: str, **changes: object) -> Finding:
    words = {text: f"{text} in {language} <b>" for text in ("title", "seen", "meaning", "advice")}
    given = {"severity": "bad", **words, "settings": ("model.noise={name: gaussian, amount: 0.2}",), **changes}
    return Finding(**given)  # type: ignore[arg-type]  # the words above


def _page(tmp_path: Path, found: dict[str, tuple[Finding, ...]] | None) -> str:
    folder = make_run(tmp_path, "classifier")
    return write_report(folder, {"valid": classifier_evaluation()}, "en", findings=found).read_text(encoding="utf-8")


def _section(page: str) -> str:
    found = re.search(r'<section id="findings".*?</section>', page, re.DOTALL)
    assert found is not None
    return found.group()


def test_it_follows_the_summary_and_says_everything_in_both_languages(tmp_path: Path) -> None:
    page = _page(
        tmp_path, {name: (_finding(name), _finding(name, severity="note", settings=())) for name in ("en", "es")}
    )
    assert re.findall(r'<section id="([a-z]+)"', page)[:2] == ["summary", "findings"]
    section = _section(page)
    for text in ("title", "seen", "meaning", "advice"):
        for name in ("en", "es"):
            assert section.count(f'<span lang="{name}">{text} in {name} &lt;b&gt;</span>') == 2
    assert section.count('class="badge failed"') == 1
    assert "2 things are worth looking into" in section
    (line,) = re.findall(r'<pre class="command"><code>(.*?)</code></pre>', section)
    assert line.startswith("trasluz train ")
    assert line.endswith("--set &#39;model.noise={name: gaussian, amount: 0.2}&#39;")


def test_it_says_plainly_when_nothing_was_found(tmp_path: Path) -> None:
    assert "rules found a fault" in _section(_page(tmp_path, {"en": (), "es": ()}))


def test_a_page_for_which_no_rule_was_asked_does_not_speak_of_faults(tmp_path: Path) -> None:
    assert 'id="findings"' not in _page(tmp_path, None)
