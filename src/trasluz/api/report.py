"""A run's report: evaluates and looks at what was not evaluated or looked at yet, then writes page and findings."""

from __future__ import annotations

from pathlib import Path

from trasluz.api.evaluating import evaluate
from trasluz.api.findings import evidence_of, findings_by_language, save_findings
from trasluz.api.looks import UsualLooks, usual_looks
from trasluz.api.opened import OpenedRun
from trasluz.errors import DataError, RunError
from trasluz.report.writer import write_report
from trasluz.reporting import Reporter
from trasluz.runs.leftovers import remove_leftovers


def report(run: OpenedRun, language: str, reporter: Reporter) -> Path:
    """Writes ``report.html`` and ``findings.json`` of ``run`` and returns the page's path; see ``Run.report``.

    Raises:
        RunError: the folder is damaged.
        StorageError: the page cannot be written.
    """
    remove_leftovers(run.path)
    done = run.evaluations()
    wanted = "valid" if run.info.get("splits", {}).get("valid") else "train"
    looks = UsualLooks({}, {})
    lacking: Exception | None = None
    if run.weights.stored():
        if wanted not in done:
            try:
                done[wanted] = evaluate(run, wanted, None, None, reporter)
            except (DataError, RunError) as error:  # data that moved or changed: what was kept of them can be shown
                lacking = error
                reporter.warn(str(error))
        looks = usual_looks(run, None, reporter)
    found = findings_by_language(evidence_of(run, done, looks.found))
    save_findings(run, found)
    return write_report(
        run.folder,
        done,
        language,
        reporter,
        looks=looks.found,
        failed_looks=looks.failed,
        lacking=lacking,
        findings=found,
        weights=run.weights,
        data=run.moved_to,
    )
