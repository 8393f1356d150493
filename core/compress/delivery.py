"""The second half of a run: a compressed float model quantized, tested and written with its record.

Apart from the first half, so that one pruned model can be quantized in several ways. For worker processes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from codegen.graph import Graph
from core.compress.footprint import KERAS, Footprint, footprint
from core.compress.output import RunFolder
from core.compress.pipeline import Compressed
from core.compress.quantization_loss import explain
from core.compress.quantizers import find_quantizer
from core.compress.record import Outcome, describe
from core.data import DataSet
from core.data.preprocessing import write_preprocessing
from core.evaluate import Evaluation, evaluate_file, evaluate_keras
from core.jobs.context import JobContext
from core.models.keras_graph import graph_of_model
from core.models.keras_model import parameters_by_layer
from core.models.keras_writing import save_keras
from core.recipe import QuantizeKind, Recipe
from core.recipe_toml import write_recipe

#: What [train] gave, before anything was taken away.
BASELINE = "baseline.keras"


@dataclass(frozen=True, slots=True, eq=False)
class Original:
    """What a compressed model is compared with, under the names of `model` and `data` that the user gave."""

    model: str
    data: str
    graph: Graph
    parameters: Mapping[str, int]
    evaluation: Evaluation
    #: None where nobody asked for it, as in sweeps.
    footprint: Footprint | None = None

    @classmethod
    def of(cls, keras_model: Any, data: DataSet, model_name: str, data_name: str) -> Original:
        """The Keras model as it is, tested. Raises ThimbleError ``data-does-not-fit``."""
        evaluation = evaluate_keras(keras_model, data)
        graph = graph_of_model(keras_model)
        return cls(model_name, data_name, graph, parameters_by_layer(keras_model), evaluation)


def deliver(
    original: Original,
    compressed: Compressed,
    data: DataSet,
    recipe: Recipe,
    folder: RunFolder,
    context: JobContext,
) -> dict[str, Any]:
    """Write model.keras, model.tflite, model.onnx, recipe.toml, preprocessing.json and, last, run.json.

    Returns what stands in run.json. `context` takes progress 0…1. Raises ThimbleError and CancelledByUser;
    the folder is then as it was.
    """
    quantizer = find_quantizer(recipe.quantize)
    quantized = quantizer.write(compressed.model, data, recipe, folder.partial, context.section(0.0, 0.4))
    context.progress(0.4, "Saving the model")
    save_keras(quantized.model, folder.partial / KERAS)
    deployed = folder.partial / quantizer.deployed
    after = evaluate_file(deployed, data, context.section(0.45, 0.6).watch("Testing the converted model"))
    loss = None
    if recipe.quantize.kind is not QuantizeKind.NONE:
        watch = context.section(0.6, 0.65).watch("Testing the model in floats")
        evaluations = (evaluate_keras(quantized.model, data, watch), after)
        part = context.section(0.65, 0.8)
        loss = explain(quantized.model, deployed, data, recipe, evaluations, part)
    found = footprint(quantized.model, folder.partial, deployed, context.section(0.8, 1.0))
    write_recipe(recipe, folder.partial / "recipe.toml")
    write_preprocessing(data, folder.partial)
    outcome = Outcome(
        original.graph,
        graph_of_model(quantized.model),
        original.parameters,
        parameters_by_layer(quantized.model),
        original.evaluation,
        after,
        (*compressed.history, *quantized.history),
        loss,
        original.footprint,
        found,
    )
    names = {"model": original.model, "data": original.data}
    return folder.commit({**names, **describe(recipe, outcome, data, deployed)})
