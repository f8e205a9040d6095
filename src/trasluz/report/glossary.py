"""The words of the field that a page explains: each with its other forms and one plain sentence.

A form is what stands on pages, in any case; the page marks the first one of a section, and shows the sentence to those
who point at it or go there by keyboard.  A new word is a new line here.
"""

from __future__ import annotations

from dataclasses import dataclass

from trasluz.messages import N_


@dataclass(frozen=True)
class Term:
    """``forms``: what it is called, the first one as its name, others after bars; ``meaning``: one sentence;
    ``images``: whether it means nothing but on pages about images."""

    key: str
    forms: str
    meaning: str
    images: bool = False


TERMS = (
    Term("accuracy", N_("accuracy"), N_("The share of samples for which the model names the right class.")),
    Term(
        "interval",
        N_("95 % interval|95 % intervals"),
        N_(
            "The range in which the true value lies in 95 of 100 such measurements: wide where few samples were judged."
        ),
    ),
    Term(
        "baseline",
        N_("baseline|baselines"),
        N_("What something very simple reaches on the same samples, so that a number has something to stand beside."),
    ),
    Term(
        "epoch",
        N_("epoch|epochs"),
        N_("One pass of the training through all its samples."),
    ),
    Term(
        "validation",
        N_("validation"),
        N_("Samples that the model does not learn from, on which it is measured while it is trained and chosen."),
    ),
    Term(
        "loss",
        N_("loss|losses"),
        N_("The number that training makes as small as it can."),
    ),
    Term(
        "overfitting",
        N_("overfitting"),
        N_("Learning by heart: what was trained on gets better and better, what was not stays as it is or gets worse."),
    ),
    Term(
        "mse",
        N_("mean squared error|squared error"),
        N_(
            "The difference between what was made and what should be, squared and averaged over all values; 0 is equal."
        ),
    ),
    Term(
        "psnr",
        N_("PSNR"),
        N_("The mean squared error on a scale of decibels, where more is better: 10 dB more is a tenth of the error."),
    ),
    Term(
        "ssim",
        N_("SSIM"),
        N_("How alike two images are in brightness, contrast and structure of small places; 1 is equal."),
    ),
    Term(
        "pca",
        N_("PCA"),
        N_("Principal component analysis: the best that one can do with sums of the inputs alone, without a network."),
    ),
    Term(
        "precision",
        N_("precision"),
        N_("Of what the model calls this class, the share that is of it."),
    ),
    Term(
        "recall",
        N_("recall"),
        N_("Of what is of this class, the share that the model finds."),
    ),
    Term("f1", N_("F1"), N_("Precision and recall in one number, their harmonic mean: low where either is low.")),
    Term(
        "auc",
        N_("area under its ROC curve|area under the ROC curve|ROC curve|ROC curves"),
        N_("Hits against false alarms for every threshold; the area is 50 % by guessing and 100 % without a mistake."),
    ),
    Term(
        "average-precision",
        N_("average precision"),
        N_("The mean precision over all thresholds: what share of the first ones in a list by score is of the class."),
    ),
    Term(
        "calibration",
        N_("calibration error|calibration"),
        N_("How far what the model says of its certainty is from how often it is right."),
    ),
    Term(
        "cross-entropy",
        N_("cross-entropy|cross entropy"),
        N_("How surprised the model is by the true class, on average; sure mistakes cost most."),
    ),
    Term(
        "code",
        N_("latent space|latent code|codes|code"),
        N_("The few numbers that the network makes of an input, and by which it knows what is alike."),
    ),
    Term(
        "effective-rank",
        N_("effective rank"),
        N_("How many directions the codes really use, each counted by how much it is used."),
    ),
    Term(
        "posterior",
        N_("posterior"),
        N_("The distribution of codes that a variational autoencoder holds possible for one image."),
    ),
    Term(
        "prior",
        N_("prior"),
        N_("The distribution that codes of new images are drawn from, usually independent standard normal numbers."),
    ),
    Term(
        "heat-map",
        N_("heat maps|heat map"),
        N_("A picture that colours the places of an image by how much they speak for an answer."),
        images=True,
    ),
    Term(
        "grad-cam",
        N_("Grad-CAM"),
        N_("A heat map from a layer's channels, each weighed by how much the score of a class rises with it."),
        images=True,
    ),
    Term(
        "rank-correlation",
        N_("rank correlation"),
        N_("How well two orders agree: 1 is the same order, 0 none in common, −1 the reverse."),
    ),
    Term(
        "probe",
        N_("linear probe|probe"),
        N_("A simple classifier taught on the outputs of a layer, to see what can be read off there."),
    ),
    Term(
        "kernel",
        N_("kernels|kernel"),
        N_("The small grid of weights that a convolution moves over the image."),
        images=True,
    ),
    Term(
        "feature-map",
        N_("feature maps|feature map"),
        N_("What one channel of a layer answers at each place of the image."),
        images=True,
    ),
    Term(
        "receptive-field",
        N_("receptive field"),
        N_("The part of the image that one place of a layer can see."),
        images=True,
    ),
    Term(
        "batch-norm",
        N_("batch norm"),
        N_("A layer that brings its channels to mean 0 and spread 1, and remembers both for later."),
    ),
    Term("t-sne", N_("t-SNE"), N_("A map that keeps neighbours together; distances between groups mean little in it.")),
    Term("umap", N_("UMAP"), N_("A map that keeps neighbours together and shows large groups a little more truly.")),
    Term(
        "fid",
        N_("FID"),
        N_("How far samples as a whole are from real images, over the features of a classifier; 0 is no difference."),
        images=True,
    ),
    Term(
        "learning-rate",
        N_("learning rate"),
        N_("How large the steps of the training are."),
    ),
    Term("seed", N_("seeds|seed"), N_("The number that all random draws of a run follow from.")),
)
