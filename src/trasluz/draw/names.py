"""What metrics and splits are called when people read them: names, units and sensible digits.

The decimal sign is the point in both languages (in Spanish the Academies recommend it since the *Ortografía* of
2010), thousands are set apart by a thin space, and digits follow what the number is.
"""

from __future__ import annotations

import math

from trasluz.messages import N_, _
from trasluz.numerals import MINUS as MINUS
from trasluz.numerals import NO_BREAK as NO_BREAK
from trasluz.numerals import THIN as THIN
from trasluz.numerals import duration as duration
from trasluz.numerals import integer as integer
from trasluz.numerals import percent as percent
from trasluz.numerals import significant as significant

_METRICS = {
    "loss": N_("Loss"),
    "accuracy": N_("Accuracy"),
    "subset_accuracy": N_("Images with all labels right"),
    "label_accuracy": N_("Labels that are right"),
    "top5_accuracy": N_("Top-5 accuracy"),
    "precision": N_("Precision"),
    "recall": N_("Recall"),
    "f1": N_("F1"),
    "macro_precision": N_("Precision (macro)"),
    "macro_recall": N_("Recall (macro)"),
    "macro_f1": N_("F1 (macro)"),
    "support": N_("Images"),
    "cross_entropy": N_("Cross-entropy"),
    "log_loss": N_("Log loss"),
    "roc_auc": N_("Area under the ROC curve"),
    "average_precision": N_("Average precision"),
    "calibration_error": N_("Calibration error (ECE)"),
    "mse": N_("Mean squared error"),
    "cycle_mse": N_("Mean squared error, translated and back"),
    "mae": N_("Mean absolute error"),
    "rmse": N_("Root mean squared error"),
    "psnr": N_("PSNR"),
    "ssim": N_("SSIM"),
    "rounded_accuracy": N_("Rounded accuracy"),
    "squared_error": N_("Squared error"),
    "code_error": N_("Squared error of the codes"),
    "noisy_code_error": N_("Squared error of the codes, from noisy ones"),
    "reconstruction": N_("Reconstruction"),
    "criterion": N_("Perceptron criterion"),
    "penalty": N_("Weight penalty"),
    "divergence": N_("Divergence from the prior"),
    "kl": N_("KL from the prior"),
    "kernel_similarity": N_("Mean kernel between codes and prior (0: sees none, 1: tells none apart)"),
    "effective_beta": N_("Effective β"),
    "active_units": N_("Active units"),
    "elbo": N_("Evidence lower bound (nats)"),
    "bits_per_dim": N_("Bits per dimension"),
    "bits_per_dim_rounded": N_("Bits per dimension, of values rounded to 256 levels"),
    "prior_mmd": N_("MMD² of the codes from the prior"),
    "importance_weighted_nll": N_("Negative log-likelihood, importance-weighted (nats)"),
    "importance_samples": N_("Draws per code"),
    "negative_log_likelihood": N_("Negative log-likelihood (nats)"),
    "noisy_mse": N_("Mean squared error from noisy images"),
    "noisy_input_mse": N_("Mean squared error of the noisy images themselves"),
    "activity_l1": N_("Sum of activities (L1)"),
    "activity_kl": N_("KL from the target activity"),
    "mean_activity": N_("Mean activity of the code"),
    "commitment": N_("Distance from the codewords"),
    "perplexity": N_("Perplexity of the use of codes"),
    "codes_used": N_("Codes in use"),
    "bits_per_image": N_("Bits per image"),
    "real": N_("Error on real images"),
    "generated": N_("Error on generated images"),
    "adversarial": N_("Adversarial loss"),
    "r1": N_("Gradient penalty (R1)"),
    "real_accuracy": N_("Accuracy on real images"),
    "generated_accuracy": N_("Accuracy on generated images"),
    "real_score": N_("Score of real images"),
    "generated_score": N_("Score of generated images"),
    "sample_std": N_("Spread of the samples"),
    "real_std": N_("Spread of the real images"),
    "checkerboard": N_("Checkerboard index"),
    "rate": N_("Learning rate"),
    "images_per_second": N_("Images per second"),
}
_UPDATES = {"discriminator": N_("discriminator"), "generator": N_("generator")}
_SPLITS = {"train": N_("training"), "valid": N_("validation"), "test": N_("test")}
_STATUS = {
    "created": N_("created"),
    "running": N_("running"),
    "interrupted": N_("interrupted"),
    "failed": N_("failed"),
    "finished": N_("finished"),
}
_SHARES = ("accuracy", "precision", "recall", "f1", "calibration", "share", "codes_used")
_ONLY_TELL = frozenset(
    {
        *("real_accuracy", "generated_accuracy", "real_score", "generated_score", "sample_std", "real_std"),
        *("real", "generated", "adversarial", "kernel_similarity", "mean_activity", "effective_beta", "rate"),
        *("noisy_input_mse", "importance_samples", "perplexity", "codes_used", "bits_per_image"),
    }
)
_POINT_TENTH = 0.1  # percentage points, below which two decimals are shown
_COUNTS = ("support", "count", "active_units", "importance_samples")


def metric_name(key: str) -> str:
    """The name of a metric in the language in force: ``valid/mse`` → ``Mean squared error``.

    Terms of one of several updates say whose they are: ``train/generator/loss`` → ``Loss (generator)``.
    """
    *before, stem = key.split("/")
    known = _METRICS.get(stem)
    name = _(known) if known else stem.replace("_", " ").capitalize()
    owner = _UPDATES.get(before[-1]) if before else None
    return f"{name} ({_(owner)})" if owner else name


def split_name(split: str) -> str:
    """The name of a split in the language in force."""
    known = _SPLITS.get(split)
    return _(known) if known else split


def status_name(status: str) -> str:
    """The status of a run in the language in force."""
    known = _STATUS.get(status)
    return _(known) if known else status


def is_share(key: str) -> bool:
    """Whether a metric lives in [0, 1] and reads best as a percentage."""
    stem = key.rsplit("/", 1)[-1]
    return any(word in stem for word in _SHARES)


def higher_is_better(key: str) -> bool:
    """Whether more of this metric is better."""
    stem = key.rsplit("/", 1)[-1]
    return "calibration" not in stem and (is_share(stem) or stem in ("psnr", "ssim", "roc_auc", "elbo", "active_units"))


def has_better(key: str) -> bool:
    """Whether one direction of this metric is better at all; a score or a spread only tells."""
    return key.rsplit("/", 1)[-1] not in _ONLY_TELL


def metric_difference(key: str, value: float) -> str:
    """How far two values of a metric are apart, with its sign, to follow a word such as *difference*: of shares the
    number of percentage points without that word, else as ``metric_value``."""
    if not is_share(key) or not math.isfinite(value):
        return ("+" if value > 0 else "") + metric_value(key, value)
    hundred = 100 * value
    digits = 1 if abs(hundred) >= _POINT_TENTH or hundred == 0 else 2
    return f"{hundred:+.{digits}f}".replace("-", MINUS) if round(hundred, digits) else f"{0:.{digits}f}"


def metric_value(key: str, value: float) -> str:
    """A value with its unit and as many digits as it deserves: ``96.7 %``, ``19.1 dB``, ``0.0123``."""
    stem = key.rsplit("/", 1)[-1]
    if not math.isfinite(value):
        return "–" if math.isnan(value) else ("∞" if value > 0 else MINUS + "∞")
    if is_share(stem):
        return percent(value)
    if stem in _COUNTS:
        return integer(value)
    if stem == "psnr":
        return f"{value:.1f}{THIN}dB".replace("-", MINUS)
    if stem == "ssim":
        return f"{value:.3f}".replace("-", MINUS)
    return significant(value)
