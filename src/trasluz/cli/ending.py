"""What follows a training: it is evaluated, what is gravest is said in two lines, and the report is written.

Nothing of this can spoil the training, which lies in its folder by then: what fails here is said, and left.
"""

from __future__ import annotations

import webbrowser
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trasluz.cli.console import Console, columns
from trasluz.cli.outcome import status_name
from trasluz.errors import Interrupted, RequestError, TrasluzError
from trasluz.messages import _
from trasluz.numerals import numeral

if TYPE_CHECKING:
    from trasluz.api import Run
    from trasluz.evaluation.evaluation import Evaluation
    from trasluz.findings.finding import Finding

_MOST_METRICS = 8  # of an evaluation that are printed; the page has all of them


@dataclass
class _Ending:
    """What came of what follows a training; each part is absent where it failed or was not asked for."""

    evaluation: Evaluation | None = None
    report: Path | None = None
    found: list[tuple[Finding, str]] = field(default_factory=list)
    problem: str = ""


def check_ending(report: bool, show: bool) -> None:
    """Refuses options that do not go together, before anything is trained.

    Raises:
        RequestError: a report that is not written cannot be opened.
    """
    if show and not report:
        raise RequestError(_("--open: opens the report, which --no-report leaves out; give one of the two."))


def end_training(console: Console, run: Run, json: bool, report: bool, show: bool) -> None:
    """Evaluates a trained ``run``, writes its report if asked for, and says what came out and how to go on.

    Raises:
        Interrupted: Ctrl-C or SIGTERM meanwhile; says where the trained run is.
    """
    if console.silent:  # of several processes the first one does and says all this
        return
    if report:
        message = _("{path} is trained; its report follows, for which it is looked inside (--no-report leaves it out).")
        console.say(message.format(path=run.path))
    try:
        ended = _end(console, run, report)
    except KeyboardInterrupt:
        message = _("Interrupted after the training, which is kept; trasluz report {path} writes what is missing.")
        raise Interrupted(message.format(path=run.path)) from None
    if show and ended.report is not None:
        webbrowser.open(_address(ended.report))
    if json:
        console.json(_plain(run, ended))
    else:
        _say(console, run, ended)


def _end(console: Console, run: Run, report: bool) -> _Ending:
    from trasluz import api

    ended = _Ending()
    try:
        if report:
            ended.report = run.report(reporter=console)
        elif run.info.get("splits", {}).get("valid"):
            run.evaluate("valid", reporter=console)
        judged = run.evaluations()
        ended.evaluation = judged.get("valid") or judged.get("train")
        ended.found = [(finding, api.finding_command(run, finding)) for finding in run.findings()]
    except TrasluzError as error:
        ended.problem = str(error)
    return ended


def _address(page: Path) -> str:
    """Where a browser finds it."""
    return page.resolve().as_uri()


def _plain(run: Run, ended: _Ending) -> dict[str, Any]:
    return {
        "run": str(run.path),
        "status": run.status,
        "metrics": run.metrics,
        "seconds": run.info["timings"]["training_seconds"],
        "evaluation": None if ended.evaluation is None else ended.evaluation.summary(),
        "findings": [
            {"rule": finding.rule, "severity": finding.severity, "title": finding.title, "command": command}
            for finding, command in ended.found
        ],
        "report": None if ended.report is None else _address(ended.report),
        "problem": ended.problem or None,
        "next": f"trasluz why {run.path}",
    }


def _say(console: Console, run: Run, ended: _Ending) -> None:
    """Where the run is and how good, what is wrong with it, where its page lies, and how to go on."""
    message = _("{path}: {status} after {seconds} s of training.")
    seconds = numeral(f"{run.info['timings']['training_seconds']:.1f}")
    console.result(message.format(path=run.path, status=status_name(run.status), seconds=seconds))
    if ended.evaluation is not None:
        console.result(_scores(ended.evaluation))
    elif run.metrics:
        console.result(_last_scores(run.metrics))
    if ended.problem:
        console.warn(ended.problem)
    else:
        console.result(_gravest(ended.found, run.path))
    if ended.report is not None:
        console.result(_("Report: {address}").format(address=_address(ended.report)))
    console.say(_("What to try next: trasluz why {path}").format(path=run.path))


def _scores(evaluation: Evaluation) -> str:
    """The first metrics of an evaluation with their intervals, one a line."""
    from trasluz.metrics.names import metric_name, metric_value, split_name, told_once

    told = _("Judged on {split}, {count} samples:").format(split=split_name(evaluation.split), count=evaluation.count)
    rows = []
    for name in told_once(evaluation.metrics, evaluation.intervals)[:_MOST_METRICS]:
        bounds = ""
        if name in evaluation.intervals:
            low, high = (metric_value(name, end) for end in evaluation.intervals[name])
            bounds = _("(95 % interval: {low} to {high})").format(low=low, high=high)
        rows.append((f"  {metric_name(name)}", metric_value(name, evaluation.metrics[name]), bounds))
    return f"{told}\n{columns(rows)}" if rows else told


def _last_scores(metrics: Mapping[str, float]) -> str:
    """What the last epoch came to, one a line, where nothing was judged after it."""
    from trasluz.metrics.names import metric_name, metric_value, split_name, told_once

    rows = []
    for key in told_once(metrics):
        split, _slash, _name = key.partition("/")
        rows.append((f"  {metric_name(key)} ({split_name(split)})", metric_value(key, metrics[key])))
    return columns(rows)


def _gravest(found: list[tuple[Finding, str]], path: Path) -> str:
    """At most two lines: the gravest finding with its advice, and what to type."""
    if not found:
        return _("Nothing went wrong that can be seen in what is known of this run.")
    from trasluz import api

    finding, command = found[0]
    more = _(" (and {n} more: trasluz findings {path})").format(n=len(found) - 1, path=path) if found[1:] else ""
    first = f"[{api.severity_name(finding.severity)}] {finding.title}: {finding.advice}{more}"
    return f"{first}\n  {command}" if command else first
