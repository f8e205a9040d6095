"""Runs with one damaged file, under every verb: a sentence or a right result, and nothing else of the run touched."""

from __future__ import annotations

import fnmatch
import hashlib
import random
import re
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from attack.attempt import Attempt, Ended
from attack.damage import damages, mend_manifest
from attack.forked import trasluz
from attack.samples import write_samples
from attack.victims import RECIPES, make_run, make_study

TITLE = "Damaged runs"
COUNT = 1200
HANG = 10.0  # seconds beyond what the same command takes on the whole run, times the machine's load
SLOWER = 3.0


@dataclass(frozen=True)
class Verb:
    """A command with the run as ``{run}``; what it may write below the run (patterns), and how it may end."""

    words: str
    writes: tuple[str, ...] = ()
    codes: tuple[int, ...] = (0, 1, 2)
    families: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """How tables call it."""
        return " ".join(word for word in self.words.split() if not word.startswith(("{", "out", "given")))


_LOOKS = ("looks/*", "best/looks/*")
_REPORT = (*_LOOKS, "report.html", "findings.json")
_ANY = ("*",)
_PICTURES = ("classifier", "autoencoder", "vae", "vq-vae", "gan", "joint", "swap", "layerwise")
VERBS = (
    Verb("evaluate {run}", _LOOKS),
    Verb("evaluate {run} --split test --json", _LOOKS),
    Verb("evaluate {run} --weights best", _LOOKS),
    Verb("evaluate {run} --classifier {classifier} --samples 40", _LOOKS, families=("gan", "vae")),
    Verb("predict {run} given"),
    Verb("reconstruct {run} given --out out"),
    Verb("generate {run} --count 2 --out out", families=_PICTURES),
    Verb("generate {run} --count 2 --out out --source mixture", ("mixture.safetensors",), families=_PICTURES),
    Verb("translate {run} given --to 1 --out out", families=("swap",)),
    Verb("look {run}"),
    Verb("look {run} kernels", _LOOKS),
    Verb("look {run} film-strip", _LOOKS),
    Verb("look {run} latent-map", _LOOKS),
    Verb("report {run}", _REPORT),
    Verb("report {run} --weights best", ("best/*",)),
    Verb("findings {run}"),
    Verb("findings {run} --weights best --json"),
    Verb("resume {run}", ("model/*",)),
    Verb("resume {run} --set train.epochs=2", _ANY),
    Verb("runs list .", codes=(0,)),
    Verb("runs list . --json", codes=(0,)),
    Verb("compare {run} {other}", _LOOKS),
    Verb("compare {other} {run} --json", _LOOKS),
    Verb("data check run:{run}", ("mixture.safetensors",), families=_PICTURES),
    Verb("train {recipe} --runs out --set phases=[{{name: a, from: '{run}'}}]"),
    Verb("runs delete {run}", codes=(2,)),
)
_STUDY_VERBS = (
    Verb("study {run}", _ANY),
    Verb("study {run} --show"),
    Verb("runs list {run}/runs", codes=(0,)),
    Verb("report {inside}", tuple(f"runs/*/{pattern}" for pattern in _REPORT)),
)


def attempts(seed: int, count: int, folder: Path) -> Iterator[Attempt]:
    """Every family's run, every file of it, every damage, every verb: ``count`` of them, drawn with ``seed``."""
    chance = random.Random(seed)
    names = list(RECIPES) if count >= len(RECIPES) * 20 else chance.sample(list(RECIPES), 2)
    place = folder / "victims"
    victims = {name: make_run(name, place) for name in dict.fromkeys(["classifier", *names])}
    studies = [make_study(place)] if count >= len(RECIPES) * 20 else []
    yield from attack_runs(chance, count, victims, studies, folder / "attempts")


def attack_runs(
    chance: random.Random, count: int, victims: dict[str, Path], studies: Sequence[Path], place: Path
) -> Iterator[Attempt]:
    """``count`` attempts on copies of the runs ``victims`` (name → folder) and ``studies``, made below ``place``."""
    usual: dict[tuple[str, str], float] = {}
    plans = _plans(victims, studies, chance)
    for number in range(count):
        name, victim, file, kind, verb = next(plans)
        scene = place / str(number)
        setting = Setting(scene, name, victim, victims["classifier"], chance)
        if (name, verb.words) not in usual:  # on the whole run
            ended = setting.play(verb, None, "")
            usual[name, verb.words] = ended.seconds
            if ended.code not in (0, 2) or ended.fault:
                yield Attempt(verb.name, "nothing", f"{name}: {ended.code} {ended.fault or ended.text[-300:]}")
        limit = HANG + SLOWER * usual[name, verb.words]
        ended = setting.play(verb, file, kind, limit)
        fault = ended.fault or _fault(ended, verb, setting)
        told = f"{name} {file} {kind}: {verb.words}: {fault} [{ended.text[-300:].strip()}]" if fault else ""
        yield Attempt(verb.name, f"{_kind_of(file)}", told, ended.seconds, ended.memory)
        shutil.rmtree(scene)


class Setting:
    """A folder with copies of a victim and of another run, samples to work on, and a recipe."""

    def __init__(self, place: Path, name: str, victim: Path, other: Path, chance: random.Random) -> None:
        self.place, self.name, self.victim, self.other, self.chance = place, name, victim, other, chance
        self.changed: list[str] = []

    def play(self, verb: Verb, file: str | None, kind: str, limit: float = 300.0) -> Ended:
        """Copies, damages ``file`` (nothing where it is ``None``), runs the verb, and notes what it ``changed``."""
        shutil.rmtree(self.place, ignore_errors=True)
        run = self.place / "victim"
        shutil.copytree(self.victim, run)
        shutil.copytree(self.other, self.place / "other")
        write_samples(self.place / "given", RECIPES[self.name].kind if self.name in RECIPES else "image")
        recipe = self.place / "recipe.yaml"
        recipe.write_text(RECIPES["classifier"].text("plain"), encoding="utf-8")
        if file is not None:
            path = run / file
            foreign = self.other / file
            damages(path)[kind](path, self.chance, foreign)
            if self.chance.random() < 0.7:
                mend_manifest(path)
        before = digests(run)
        inside = next((f"victim/runs/{p.name}" for p in sorted((run / "runs").glob("*"))), "victim")
        words = [self._filled(word, inside) for word in _split(verb.words)]
        ended = trasluz(*words, folder=self.place, seconds=limit)
        after = digests(run)
        self.changed = [name for name in before if before[name] != after.get(name)]
        self.changed += [name for name in after if name not in before]
        return ended

    def _filled(self, word: str, inside: str) -> str:
        return word.format(run="victim", other="other", classifier="other", recipe="recipe.yaml", inside=inside)


def _plans(
    victims: dict[str, Path], studies: Sequence[Path], chance: random.Random
) -> Iterator[tuple[str, Path, str, str, Verb]]:
    """(name, run, file, damage, verb), without end: files and damages in turns so that each comes, verbs by chance."""
    while True:
        drawn = []
        for name, victim in [*victims.items(), *((f"study-{i}", study) for i, study in enumerate(studies))]:
            files = [str(path.relative_to(victim)) for path in sorted(victim.rglob("*")) if path.is_file()]
            if name not in victims:  # the runs inside are as those outside
                files = [file for file in files if not re.search(r"/looks/(?!evaluation)", file)]
            drawn += [(name, victim, file, kind) for file in files for kind in damages(victim / file)]
        chance.shuffle(drawn)
        seen: Counter[tuple[str, str]] = Counter()
        # What is rare (run.json, once a run) before what is frequent (arrays of looks, twenty times).
        drawn.sort(key=lambda plan: _turn(seen, plan))
        for name, victim, file, kind in drawn:
            verbs = _STUDY_VERBS if name not in victims else [v for v in VERBS if not v.families or name in v.families]
            yield name, victim, file, kind, chance.choice(verbs)


def _turn(seen: Counter[tuple[str, str]], plan: tuple[str, Path, str, str]) -> int:
    """How often this damage to this kind of file came until now."""
    key = _kind_of(plan[2]), plan[3]
    seen[key] += 1
    return seen[key]


def _kind_of(file: str) -> str:
    """The file without what is its own: ``checkpoints/N/state.json``, ``looks/LOOK/look.json``."""
    kind = re.sub(r"(^|/)runs/[^/]+/", r"\1", file)
    kind = re.sub(r"looks/(?!evaluation|film|judged)[^/]+/", "looks/LOOK/", kind)
    kind = re.sub(r"evaluation-[a-z]+", "evaluation", kind)
    return re.sub(r"\d{6,}", "N", kind)


def digests(run: Path) -> dict[str, str]:
    """What every name below ``run`` is: the digest of a file, else its kind."""
    found = {}
    for path in sorted([run, *run.rglob("*")]):
        name = str(path.relative_to(run))
        if path.is_symlink():
            found[name] = "link"
        elif path.is_file():
            found[name] = hashlib.blake2b(path.read_bytes()).hexdigest()
        else:
            found[name] = "folder" if path.is_dir() else "other"
    return found


def _fault(ended: Ended, verb: Verb, setting: Setting) -> str:
    if ended.code not in verb.codes:
        return f"ended with {ended.code}"
    if ended.code and not ended.text.strip():
        return "failed without a word"
    if verb.words.startswith("runs list .") and "other" not in ended.text:
        return "does not show the other run"
    allowed = (*verb.writes, "looks", "best", "best/looks")
    touched = [name for name in setting.changed if not any(fnmatch.fnmatch(name, pattern) for pattern in allowed)]
    return f"changed {', '.join(touched[:4])}" if touched else ""


def _split(words: str) -> list[str]:
    """Words at spaces, but not inside brackets."""
    return re.findall(r"(?:\[[^]]*\]|\S)+", words)
