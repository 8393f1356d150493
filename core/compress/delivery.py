"""The second half of a run: a compressed float model quantized, tested and written with its record.

Apart from the first half, so that one pruned model can be quantized in several ways. For worker processes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from codegen.graph import Graph
from core.compress.checkpoint import Checkpoints
from core.compress.compressed import Compressed
from core.compress.findings import ORIGINAL, Finding, doubts
from core.compress.footprint import Footprint, footprint
from core.compress.output import RunFolder
from core.compress.qat.training import train_quantized
from core.compress.quantization_loss import explain
from core.compress.quantizers import find_quantizer
from core.compress.record import Outcome, describe
from core.compress.run_files import KERAS, RECIPE
from core.compress.steps import aware_step
from core.compress.tfmot.engine import trained_by_tfmot
from core.data import DataSet
from core.data.preprocessing import write_preprocessing
from core.data.samples import Watch
from core.data.source import nobody_watches
from core.evaluate import Evaluation, evaluate_file, evaluate_keras
from core.jobs.context import JobContext
from core.models.keras_graph import graph_of_model
from core.models.keras_model import parameters_by_layer
from core.models.keras_writing import save_keras
from core.recipe import Engine, QuantizeKind, Recipe
from core.recipe_toml import write_recipe

#: How much of a delivery training with fake quantization is, where there is some.
_TRAINED = 0.8


@dataclass(frozen=True, slots=True, eq=False)
class Original:
    """What a compressed model is compared with, under the names of `model` and `data` that the user gave."""

    model: str
    data: str
    graph: Graph
    parameters: Mapping[str, int]
    #: None where there are no data.
    evaluation: Evaluation | None
    #: None where nobody asked for it, as in sweeps.
    footprint: Footprint | None = None

    @property
    def doubts(self) -> tuple[Finding, ...]:
        """Why it may not belong to the data."""
        return doubts(self.evaluation, ORIGINAL) if self.evaluation else ()

    @classmethod
    def of(
        cls,
        keras_model: Any,
        data: DataSet,
        model_name: str,
        data_name: str,
        after_batch: Watch = nobody_watches,
    ) -> Original:
        """The Keras model as it is, tested. `after_batch` gets the samples done and in all, and may raise
        CancelledByUser. Raises ThimbleError ``data-does-not-fit``."""
        evaluation = evaluate_keras(keras_model, data, after_batch)
        graph = graph_of_model(keras_model)
        return cls(model_name, data_name, graph, parameters_by_layer(keras_model), evaluation)

    @classmethod
    def untested(cls, keras_model: Any, model_name: str, sizes: Footprint) -> Original:
        """The Keras model as it is, where there are no data to test it with."""
        counts = parameters_by_layer(keras_model)
        return cls(model_name, "", graph_of_model(keras_model), counts, None, sizes)


def deliver(
    original: Original,
    compressed: Compressed,
    data: DataSet,
    recipe: Recipe,
    folder: RunFolder,
    context: JobContext,
    checkpoints: Checkpoints | None = None,
) -> dict[str, Any]:
    """Write model.keras, model.tflite, model.onnx, recipe.toml, preprocessing.json and, last, run.json.

    Where the recipe asks for it, the model is trained with fake quantization first, from its last checkpoint
    where there is one. Returns what stands in
    run.json. `context` takes progress 0…1. Raises ThimbleError and CancelledByUser;
    the folder is then as it was.
    """
    step = aware_step(recipe)
    if step is not None:
        training = context.section(0.0, _TRAINED)
        if recipe.quantize.engine is Engine.TFMOT:
            compressed = trained_by_tfmot(compressed, data, recipe, training)
        else:
            compressed = train_quantized(compressed, data, recipe, step, training, checkpoints)
        context = context.section(_TRAINED, 1.0)
    quantizer = find_quantizer(recipe.quantize)
    quantizer.write(compressed, data, recipe, folder.partial, context.section(0.0, 0.4))
    context.progress(0.4, "Saving the model")
    save_keras(compressed.model, folder.partial / KERAS)
    deployed = folder.partial / quantizer.deployed
    after = loss = None
    if not data.is_empty:
        after = evaluate_file(deployed, data, context.section(0.45, 0.6).watch("Testing the converted model"))
    if after is not None and recipe.quantize.kind is not QuantizeKind.NONE:
        watch = context.section(0.6, 0.65).watch("Testing the model in floats")
        evaluations = (evaluate_keras(compressed.model, data, watch), after)
        part = context.section(0.65, 0.8)
        loss = explain(compressed.model, deployed, data, recipe, evaluations, part)
    found = footprint(compressed.model, folder.partial, deployed, context.section(0.8, 1.0))
    write_recipe(recipe, folder.partial / RECIPE)
    if not data.is_empty:
        write_preprocessing(data, folder.partial)
    outcome = Outcome(
        original.graph,
        graph_of_model(compressed.model),
        original.parameters,
        parameters_by_layer(compressed.model),
        original.evaluation,
        after,
        compressed.history,
        loss,
        original.footprint,
        found,
    )
    names = {"model": original.model, "data": original.data}
    return folder.commit({**names, **describe(recipe, outcome, data, deployed)})
