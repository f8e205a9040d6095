"""Whether a finding's advice and its settings, which become the command below it, speak of the same change."""

from __future__ import annotations

import re

from trasluz.findings.finding import Finding

# By the last name of a field: the words by which an advice speaks of it.
_WORDS = {
    "epochs": r"\blonger\b|\bepochs\b",
    "learning_rate": r"\brate\b",
    "balance": r"\b[Ww]eigh the classes\b",
    "clip": r"\bclip\b",
    "early_stopping": r"\b[Ss]top\b|early stopping",
    "weight_decay": r"\b[Pp]enalise\b",
    "l2": r"\b[Pp]enalise\b",
    "shift": r"\b[Vv]ary\b",
    "hidden": r"\b[Ww]iden\b",
    "code": r"\bcode (smaller|larger|as large)|\bnumbers\b",
    "latent": r"\bcode (smaller|larger|as large)|\bnumbers\b",
    "noise": r"\bnoise\b",
    "divergence": r"\bdivergence\b|\bbandwidth\b",
    "normalise": r"\b[Ss]tandardise\b",
    "label_smoothing": r"\b[Ss]mooth\b",
    "mixup": r"\b[Mm]ix\b",
    "statistics": r"running statistics",
    "up": r"copying pixels",
    "diff_augment": r"\baugmentation\b",
    "valid": r"\bHold out\b",
    "test": r"\bHold out\b",
    "frozen": r"leave to move",
    "trainable": r"leave to move",
    "scores": r"\bsoftmax\b",
    "seed": r"\bseed\b",
}
_TERM = r"\bweight\b"  # of a term of the loss
_CLAUSE = re.compile(r"[,;:]|\.\s|\.$|\sor\s")
_COMES_WITH = {"trainable", "frozen"}  # both in one sentence, where either is a setting


def check_advice(finding: Finding) -> None:
    """Each setting is spoken of in the advice, and what its first clause asks for is among the settings.

    An advice without settings may ask for what no setting does, such as more samples.
    """
    fields = [setting.partition("=")[0].rsplit(".", 1)[-1] for setting in finding.settings]
    for name in fields:
        words = f"{_WORDS[name]}|{_TERM}" if name in _WORDS else _TERM
        assert re.search(words, finding.advice), (finding.rule, name, finding.advice)
    if not fields:
        return
    first = _CLAUSE.split(finding.advice)[0]
    set_words = {_WORDS.get(name) for name in fields}
    for name, words in _WORDS.items():
        if re.search(words, first) and name not in _COMES_WITH:
            assert words in set_words, (finding.rule, name, finding.advice, finding.settings)
