"""The recipe: the only thing that the wizards produce and that the command line reads.

Frozen values; every key of the file format has a field of the same name and a default here. The ranges
and the explanations stand in the fields' metadata, from which the reader of recipe files (errors), the
wizard (labels, limits) and the documentation are derived.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Any


class PruneKind(Enum):
    STRUCTURED = "structured"
    ELEMENT = "element"


class Criterion(Enum):
    MAGNITUDE = "magnitude"
    L1 = "l1"
    L2 = "l2"
    GRADIENT = "gradient"
    ACTIVATION = "activation"
    RANDOM = "random"


class Scope(Enum):
    GLOBAL = "global"
    LAYER = "layer"


class SparsityOf(Enum):
    PARAMETERS = "parameters"
    STRUCTURES = "structures"


class Schedule(Enum):
    ONE_SHOT = "one-shot"
    ITERATIVE = "iterative"
    AGP = "agp"


class Optimizer(Enum):
    SGD = "sgd"
    SGD_DECAY = "sgd-decay"
    ADAM = "adam"
    NADAM = "nadam"
    ADADELTA = "adadelta"


class Engine(Enum):
    """What does a step: Thimble itself, or TensorFlow Model Optimization in a process of its own."""

    OWN = "own"
    TFMOT = "tfmot"

    @classmethod
    def _missing_(cls, value: object) -> Engine | None:
        """Recipes and records of before called the first one so."""
        return cls.OWN if value == "thimble" else None


class QuantizeKind(Enum):
    NONE = "none"
    FLOAT16 = "float16"
    DYNAMIC = "dynamic"
    INT8 = "int8"
    UINT8 = "uint8"


class QuantizeMode(Enum):
    PTQ = "ptq"
    QAT = "qat"


class Scaling(Enum):
    AUTO = "auto"
    UNIT = "0..1"
    SYMMETRIC = "-1..1"
    PIXELS = "0..255"
    STANDARDIZE = "standardize"
    AS_IS = "as-is"


#: The largest seed that NumPy and TensorFlow take.
MAX_SEED = 2**32 - 1


def key(default: Any, about: str, low: float | None = None, high: float | None = None) -> Any:
    """A recipe key: its default, one line for people, and for numbers the closed range allowed."""
    return field(default=default, metadata={"about": about, "low": low, "high": high})


@dataclass(frozen=True, slots=True)
class Prune:
    kind: PruneKind = key(PruneKind.STRUCTURED, "structured removes filters and neurons; element makes zeros")
    criterion: Criterion = key(Criterion.L1, "how the importance of a weight or a filter is measured")
    scope: Scope = key(Scope.GLOBAL, "rank all layers together, or take the same fraction of each")
    sparsity: float = key(0.8, "fraction of the prunable parameters to remove", 0.0, 0.999)
    threshold: float | None = key(None, "remove what scores below this instead of a fraction", 0.0, None)
    of: SparsityOf = key(SparsityOf.PARAMETERS, "what the fraction counts when structured")
    schedule: Schedule = key(Schedule.AGP, "all at once, in equal steps, or gradually slower (AGP)")
    steps: int = key(4, "pruning steps of the schedule", 1, 100)
    layers: Mapping[str, float] = field(
        default_factory=lambda: MappingProxyType({}),
        metadata={"about": "exceptions: fraction by layer name", "low": 0.0, "high": 0.999},
    )
    engine: Engine = key(Engine.OWN, "what prunes: Thimble (own), or tfmot for single weights")


@dataclass(frozen=True, slots=True)
class Training:
    """`[finetune]`, and `[train]` for a baseline from scratch. `epochs` counts all steps together."""

    epochs: int = key(10, "passes over the training data, all pruning steps together", 0, 10_000)
    batch_size: int = key(32, "samples in one step of the optimizer", 1, 65_536)
    optimizer: Optimizer = key(Optimizer.ADAM, "how the weights are adapted")
    learning_rate: float = key(0.001, "size of one step", 1e-8, 10.0)
    momentum: float = key(0.9, "for sgd", 0.0, 0.9999)
    weight_decay: float = key(0.0, "pull of the weights towards zero", 0.0, 1.0)
    l2: float = key(0.0, "penalty on the squares of the weights, in the loss", 0.0, 1.0)
    gamma: float = key(0.1, "factor on the learning rate for sgd-decay", 0.0, 1.0)
    gamma_epochs: int = key(10, "epochs between two decays for sgd-decay", 1, 10_000)
    class_weights: bool = key(False, "weigh rare classes more")
    early_stopping: int = key(0, "stop after so many epochs without progress; 0 never", 0, 10_000)


@dataclass(frozen=True, slots=True)
class Augment:
    shift: float = key(0.0, "random shifts, as a fraction of the image", 0.0, 0.5)
    flip: bool = key(False, "random horizontal flips")


@dataclass(frozen=True, slots=True)
class Distill:
    temperature: float = key(4.0, "softness of the teacher's answers", 1.0, 100.0)
    alpha: float = key(0.5, "weight of the teacher against the labels", 0.0, 1.0)


@dataclass(frozen=True, slots=True)
class Cluster:
    clusters: int = key(16, "different values that the weights of a layer may keep", 2, 256)
    scope: Scope = key(Scope.LAYER, "one codebook a layer, or one for all")
    engine: Engine = key(Engine.OWN, "what finds the shared values: Thimble (own) or tfmot")
    finetune_epochs: int = key(2, "epochs that keep the clusters, where there is [finetune]", 0, 10_000)


@dataclass(frozen=True, slots=True)
class Quantize:
    kind: QuantizeKind = key(QuantizeKind.INT8, "the numbers that the deployed model computes with")
    mode: QuantizeMode = key(QuantizeMode.PTQ, "after training, or trained with quantization in mind")
    calibration: int = key(200, "training samples that set the ranges", 1, 100_000)
    preserve: bool = key(True, "keep zeros and clusters in quantization-aware training")
    finetune_epochs: int = key(0, "epochs with the rounding of int8 in place; qat: 0 means 2", 0, 10_000)
    engine: Engine = key(Engine.OWN, "what trains with the rounding: Thimble (own), or tfmot for int8")


@dataclass(frozen=True, slots=True)
class DataOptions:
    """`[data]`: how the data are read. What the data themselves decide is not asked for."""

    scaling: Scaling = key(Scaling.AUTO, "the range of the numbers that the model gets")
    test_fraction: float | None = key(
        None, "share of each class for testing, where the data have no split", 0.01, 0.9
    )
    seed: int = key(0, "chooses the samples for testing, where the data have no split", 0, MAX_SEED)
    stride: int = key(0, "steps from one window of a time series to the next; 0: half a window", 0, 1_000_000)


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is done to a model, in this order. A section that is None is left out."""

    name: str
    seed: int = key(0, "the same seed gives the same numbers", 0, MAX_SEED)
    description: str = ""
    paper: str = ""
    train: Training | None = None
    prune: Prune | None = None
    finetune: Training | None = None
    augment: Augment | None = None
    distill: Distill | None = None
    cluster: Cluster | None = None
    quantize: Quantize = Quantize()
    data: DataOptions | None = None
