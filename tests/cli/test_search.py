"""``trasluz search``: searches, goes on, joins, writes a script for SLURM, and answers what is wrong in a sentence."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import Command
from trasluz.search.slurm import slurm_script

SMALL = ("--set", "train.epochs=1", "--set", "data.limit=60", "--set", "model.network.channels=[8]")


def test_it_searches_goes_on_and_joins(command: Command) -> None:
    over = ("--over", "train.optimiser.learning_rate=0.001,0.03")
    answer = command("search", "digits-cnn", *SMALL, *over, "--json")
    assert answer.code == 0
    assert (answer.json["metric"], answer.json["trials"]) == ("accuracy", {"complete": 2})
    assert Path(answer.json["page"]).is_file()
    again = command("search", answer.json["search"])
    assert [line.split()[0] for line in again.out.splitlines()] == ["trial", *(f"trial-{n}" for n in (0, 1))] or (
        sorted(line.split()[0] for line in again.out.splitlines()[1:]) == ["trial-0", "trial-1"]
    )
    joined = command("search", "worker", answer.json["search"], "--json")
    assert joined.json["best"] == answer.json["best"]


def test_outer_folds_and_test_data_are_told_in_sentences_and_for_programs(command: Command) -> None:
    over = ("--over", "train.optimiser.learning_rate=0.001,0.03", "--outer", "2")
    answer = command("search", "digits-cnn", *SMALL, *over)
    assert "2 outer folds judge it" in answer.err
    assert "Outer folds (2 of 2): accuracy" in answer.err
    (folder,) = Path("runs").iterdir()
    tested = command("search", str(folder), "--test")
    assert tested.code == 0
    assert "Test data (read " in tested.err
    again = command("search", str(folder), "--test", "--json")
    assert "they are not read again" in again.err
    assert again.json["test"]["trial"] == again.json["best"]["name"]
    assert again.json["outer"]["wanted"] == 2
    refused = command("search", str(folder), "--test", "--trials", "9")
    assert (refused.code, "leave out --trials" in refused.err) == (2, True)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("digits-cnn", "--test"), "this is not the folder of a study"),
        (("digits-cnn",), "give what to search as well"),
        (("digits-cnn", "--over", "train.epochs=9..1"), "a range from 9 to 1 holds no values"),
        (("digits-cnn", "--over", "train.epochs=1,2", "--grid", "--tpe"), "--grid, --tpe: give one of them"),
        (("digits-cnn", "--over", "train.epochs=1,2", "--slurm", "job.sh"), "give --storage postgresql://"),
        (("pooling", "--trials", "4"), "this study compares its variants"),
        (("worker", "nowhere"), "this is not the folder of a study"),
        (("worker", "postgresql://nobody@localhost/x"), "give the name of the search"),
    ],
)
def test_a_wrong_request_is_one_sentence(command: Command, words: tuple[str, ...], complaint: str) -> None:
    answer = command("search", *words)
    assert answer.code == 2
    assert complaint in answer.err
    assert not Path("runs").exists()


def test_the_script_for_slurm_is_a_script_whose_job_is_queued_again_when_it_is_stopped(tmp_path: Path) -> None:
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    (bin_folder / "scontrol").write_text(f"#!/bin/sh\necho $* > {tmp_path}/requeued\n")
    (bin_folder / "scontrol").chmod(0o755)
    text = slurm_script(tmp_path / "a folder", "rates", 3, ("my_nets",))
    assert "#SBATCH --array=0-2\n" in text
    assert f"search worker '{tmp_path}/a folder' --allow my_nets &\n" in text
    lines = text.splitlines()
    at = next(i for i, line in enumerate(lines) if line.endswith("&"))
    lines[at] = "(trap 'exit 130' TERM; sleep 20 & wait) &"
    script = tmp_path / "job.sh"
    script.write_text("\n".join(lines) + "\n")
    more = {"SLURM_ARRAY_JOB_ID": "7", "SLURM_ARRAY_TASK_ID": "2", "PATH": f"{bin_folder}:/usr/bin:/bin"}
    job = subprocess.Popen(["bash", str(script)], env=more)
    try:
        with pytest.raises(subprocess.TimeoutExpired):
            job.wait(1.0)
        job.terminate()
        job.wait(15)
    finally:
        job.kill()
    assert (tmp_path / "requeued").read_text() == "requeue 7_2\n"
