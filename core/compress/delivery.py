"""The second half of a run: a compressed float model quantized, tested and written with its record.

Apart from the first half, so that one pruned model can be quantized in several ways. For worker processes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codegen.graph import Graph
from core.compress.output import RunFolder
from core.compress.pipeline import Compressed
from core.compress.quantizers import find_quantizer
from core.compress.record import KERAS, Outcome, describe
from core.data import DataSet
from core.data.preprocessing import write_preprocessing
from core.evaluate import Evaluation, evaluate_file, evaluate_keras
from core.jobs.context import JobContext
from core.models.keras_graph import graph_of_model
from core.models.keras_model import parameters_by_layer
from core.models.keras_writing import save_keras
from core.recipe import Recipe
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
    quantized = quantizer.write(compressed.model, data, recipe, folder.partial, context.section(0.0, 0.5))
    context.progress(0.5, "Saving the model")
    save_keras(quantized.model, folder.partial / KERAS)
    deployed = folder.partial / quantizer.deployed
    after = _evaluate_deployed(deployed, data, context.section(0.6, 1.0))
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
    )
    names = {"model": original.model, "data": original.data}
    return folder.commit({**names, **describe(recipe, outcome, data, deployed)})


def _evaluate_deployed(path: Path, data: DataSet, context: JobContext) -> Evaluation:
    """The accuracy that counts: of the file that a board gets."""

    def after_sample(done: int, total: int) -> None:
        context.check_cancelled()
        if done % 50 == 0 or done == total:
            context.progress(done / total, "Testing the converted model")

    return evaluate_file(path, data, after_sample)
