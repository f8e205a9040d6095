"""``trasluz findings``: what went wrong in a run, what that means and what to try."""

from __future__ import annotations

import typer

from trasluz.cli.arguments import Allow, Json, RunPath, WeightsName
from trasluz.cli.console import Console
from trasluz.cli.opening import open_run
from trasluz.messages import N_, _

HELP = N_("Say what went wrong in a run, what it means and what to try.")


def command(
    ctx: typer.Context, run: RunPath, weights: WeightsName = "final", allow: Allow = None, json: Json = False
) -> None:
    """Prints the findings, the gravest first."""
    import dataclasses

    from trasluz import api

    console: Console = ctx.obj
    opened = open_run(console, run, weights)
    found = opened.findings()
    commands = [api.finding_command(opened, finding) for finding in found]
    if json:
        plain = [{**dataclasses.asdict(f), "command": line} for f, line in zip(found, commands, strict=True)]
        console.json({"run": str(run), "weights": weights, "findings": plain})
        return
    if not found:
        console.result(_("Nothing went wrong that can be seen in what is known of this run."))
        if not opened.evaluations():
            console.result(_("It was not evaluated yet, which may tell more: trasluz evaluate {run}").format(run=run))
    for finding, line in zip(found, commands, strict=True):
        words = [
            f"[{api.severity_name(finding.severity)}] {finding.title}",
            finding.seen,
            finding.meaning,
            finding.advice,
        ]
        refuted = [_("Refuted if: {what}").format(what=finding.refuted_by)] if finding.refuted_by else []
        console.result("\n  ".join([*words, *refuted, *([line] if line else [])]))
