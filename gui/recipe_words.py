"""What the keys of a recipe and their values are called in the window.

A key without words of its own is called by its name; its tool tip is the line that the recipe has about it.
"""

from __future__ import annotations

from enum import Enum

from core.flow.sections import Key, Section
from core.recipe import (
    Criterion,
    Engine,
    Optimizer,
    QuantizeKind,
    QuantizeMode,
    Scaling,
    Schedule,
    Scope,
    SparsityOf,
)
from gui.words import tr


def key_label(section: Section, key: Key) -> str:
    """What a control is called, without a colon."""
    return _labels().get((section, key.name)) or key.name.replace("_", " ").capitalize()


def choice_label(section: Section, value: Enum) -> str:
    """One of the values of a key that is a choice."""
    words = _choices()
    return words.get((section, value)) or words.get((None, value)) or str(value.value)


def special_value(key: Key) -> str:
    """What the lowest value of a number is called; empty where it is a number like others."""
    words = {"early_stopping": tr("never"), "test_fraction": tr("as usual"), "stride": tr("half a window")}
    return words.get(key.name, "")


def _labels() -> dict[tuple[Section, str], str]:
    return {
        (Section.PRUNE, "criterion"): tr("Importance is measured by"),
        (Section.PRUNE, "scope"): tr("Compare"),
        (Section.PRUNE, "of"): tr("The amount counts"),
        (Section.PRUNE, "schedule"): tr("Take away"),
        (Section.PRUNE, "steps"): tr("Steps"),
        (Section.FINETUNE, "epochs"): tr("Training rounds"),
        (Section.TRAIN, "epochs"): tr("Training rounds"),
        (Section.FINETUNE, "batch_size"): tr("Pictures at a time"),
        (Section.TRAIN, "batch_size"): tr("Pictures at a time"),
        (Section.FINETUNE, "gamma"): tr("Decay factor"),
        (Section.TRAIN, "gamma"): tr("Decay factor"),
        (Section.FINETUNE, "gamma_epochs"): tr("Rounds between decays"),
        (Section.TRAIN, "gamma_epochs"): tr("Rounds between decays"),
        (Section.FINETUNE, "class_weights"): tr("Weigh rare classes more"),
        (Section.TRAIN, "class_weights"): tr("Weigh rare classes more"),
        (Section.FINETUNE, "early_stopping"): tr("Stop after rounds without progress"),
        (Section.TRAIN, "early_stopping"): tr("Stop after rounds without progress"),
        (Section.AUGMENT, "shift"): tr("Shift by up to this part of the picture"),
        (Section.AUGMENT, "flip"): tr("Mirror left and right"),
        (Section.DISTILL, "temperature"): tr("Softness (temperature)"),
        (Section.DISTILL, "alpha"): tr("Weight of the teacher (alpha)"),
        (Section.CLUSTER, "clusters"): tr("Different values"),
        (Section.CLUSTER, "scope"): tr("Values are shared by"),
        (Section.CLUSTER, "engine"): tr("Found by"),
        (Section.PRUNE, "engine"): tr("Pruned by"),
        (Section.QUANTIZE, "engine"): tr("Trained by"),
        (Section.CLUSTER, "finetune_epochs"): tr("Training rounds that keep the values"),
        (Section.DATA, "scaling"): tr("Numbers are scaled to"),
        (Section.DATA, "test_fraction"): tr("Share for testing"),
        (Section.DATA, "seed"): tr("Seed of the choice"),
        (Section.DATA, "stride"): tr("Steps between windows"),
        (Section.QUANTIZE, "calibration"): tr("Pictures that set the ranges"),
        (Section.QUANTIZE, "preserve"): tr("Keep zeros and shared values"),
        (Section.QUANTIZE, "finetune_epochs"): tr("Training rounds with small numbers"),
    }


def _choices() -> dict[tuple[Section | None, Enum], str]:
    words: dict[Enum, str] = {
        Criterion.MAGNITUDE: tr("Size of the weights"),
        Criterion.L1: tr("Sum of the sizes (L1 norm)"),
        Criterion.L2: tr("Root of the sum of squares (L2 norm)"),
        Criterion.GRADIENT: tr("Weight times gradient"),
        Criterion.ACTIVATION: tr("How often the output is zero"),
        Criterion.RANDOM: tr("Chance (for comparison)"),
        Scope.GLOBAL: tr("All layers together"),
        Scope.LAYER: tr("Each layer for itself, the same share of each"),
        SparsityOf.PARAMETERS: tr("Parameters"),
        SparsityOf.STRUCTURES: tr("Filters and neurons"),
        Schedule.ONE_SHOT: tr("All at once"),
        Schedule.ITERATIVE: tr("In equal steps, with training between"),
        Schedule.AGP: tr("In steps that become smaller (AGP)"),
        Optimizer.SGD: tr("SGD with momentum"),
        Optimizer.SGD_DECAY: tr("SGD whose learning rate decays"),
        Optimizer.ADAM: tr("Adam"),
        Optimizer.NADAM: tr("Nadam"),
        Optimizer.ADADELTA: tr("Adadelta"),
        Engine.OWN: tr("Thimble"),
        Engine.TFMOT: tr("TensorFlow Model Optimization"),
        Scaling.AUTO: tr("What the data or the model say"),
        Scaling.UNIT: tr("0 to 1"),
        Scaling.SYMMETRIC: tr("−1 to 1"),
        Scaling.PIXELS: tr("0 to 255, like pixels"),
        Scaling.STANDARDIZE: tr("Mean 0 and spread 1 in each channel"),
        Scaling.AS_IS: tr("As they are in the file"),
        QuantizeKind.NONE: tr("Decimal numbers as they are (float32)"),
        QuantizeKind.FLOAT16: tr("Short decimal numbers (float16)"),
        QuantizeKind.DYNAMIC: tr("Small weights, decimal computing (dynamic range)"),
        QuantizeKind.INT8: tr("Small whole numbers (int8)"),
        QuantizeKind.UINT8: tr("Small whole numbers from 0 (uint8)"),
        QuantizeMode.PTQ: tr("After training: quick"),
        QuantizeMode.QAT: tr("During training: slower, often better"),
    }
    found: dict[tuple[Section | None, Enum], str] = {(None, value): text for value, text in words.items()}
    found[Section.CLUSTER, Scope.GLOBAL] = tr("The whole network")
    found[Section.CLUSTER, Scope.LAYER] = tr("The weights of one layer")
    return found
