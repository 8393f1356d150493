"""Task: how much accuracy pruning each layer alone costs."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from core.compress.sensitivity import (
    DEFAULT_FRACTIONS,
    DEFAULT_SAMPLES,
    Baseline,
    Question,
    Tried,
    check_question,
    measure,
)
from core.data.preprocessing import options_given, split_warning
from core.errors import ThimbleError
from core.jobs.context import JobContext
from core.models.deterministic import start_tensorflow
from core.models.loading import check_model_file, load_keras
from core.models.model_data import check_data, data_for_keras
from core.paths import new_output_dir, write_all_or_nothing
from core.recipe import Criterion, DataOptions, PruneKind

FILES = ("sensitivity.json", "sensitivity.csv", "sensitivity.png")


def sensitivity(params: dict[str, Any], context: JobContext) -> dict[str, Any]:
    """Params: model, data, out (a folder); and, each with a default, kind (``structured`` | ``element``),
    criterion (``l1`` …), fractions (numbers in 0…1), samples (of the test data, at most), seed, options (the
    keys of a recipe's `[data]`), allow_unsafe (whether code in the model's file may run).

    Partials `sensitivity`, one a layer and fraction: layer, layers (those that lose filters with it),
    fraction, accuracy, loss, parameters (left in the whole model; where kind is element, those not zero),
    done, total, and baseline (the accuracy of the unpruned model on the same samples).
    Result: model, data, kind, criterion, fractions, seed, baseline (accuracy, loss, parameters, samples),
    points (as the partials: layer, layers, fraction, accuracy, loss, parameters), files (name → path).
    Writes sensitivity.json, .csv and .png into `out`, all or none. Raises ThimbleError.
    """
    question = _question(params)
    check_question(question)
    allow_unsafe = bool(params.get("allow_unsafe"))
    ends = check_model_file(params["model"], allow_unsafe)
    options = options_given(params) or DataOptions()
    with new_output_dir(Path(params["out"])) as out:
        reading = context.section(0.0, 0.02).watch("Reading the data")
        checked = check_data(ends, params["model"], params["data"], options, reading)
        context.progress(0.02, "Starting TensorFlow")
        start_tensorflow(question.seed)
        context.check_cancelled()
        model = load_keras(params["model"], allow_unsafe)
        reading = context.section(0.05, 0.1).watch("Reading the data")
        data = data_for_keras(model, params["model"], params["data"], options, reading, checked)
        if warning := split_warning(params["model"], data.options):
            context.log(warning)
        context.progress(0.1, "Testing the unpruned model")
        part = context.section(0.15, 0.97)

        def on_tried(tried: Tried, baseline: Baseline, done: int, total: int) -> None:
            told = {**asdict(tried), "done": done, "total": total, "baseline": baseline.accuracy}
            context.partial("sensitivity", told)
            part.progress(done / total, f"Pruning {tried.layer} alone: {done} of {total}")

        baseline, points = measure(model, data, question, on_tried, context.check_cancelled)
        result = {
            "model": str(params["model"]),
            "data": str(params["data"]),
            "kind": question.kind.value,
            "criterion": question.criterion.value,
            "fractions": list(question.fractions),
            "seed": question.seed,
            "baseline": asdict(baseline),
            "points": [{**asdict(tried), "layers": list(tried.layers)} for tried in points],
        }
        files = _write(result, out)
    context.progress(1.0, "Done")
    return {**result, "files": files}


def _write(result: dict[str, Any], out: Path) -> dict[str, str]:
    from core.report.sensitivity import csv_text, plot

    contents = (json.dumps(result, indent=1), csv_text(result), plot(result))
    paths = [out / name for name in FILES]
    write_all_or_nothing(dict(zip(paths, contents, strict=True)))
    return {path.name: str(path) for path in paths}


def _question(params: dict[str, Any]) -> Question:
    fractions = tuple(float(fraction) for fraction in params.get("fractions") or DEFAULT_FRACTIONS)
    if not all(0.0 < fraction < 1.0 for fraction in fractions):
        given = ", ".join(f"{fraction:g}" for fraction in fractions)
        raise ThimbleError(
            "bad-fraction",
            f"the fractions {given} are not all between 0 and 1",
            "give fractions such as 0.1,0.5,0.9",
        )
    return Question(
        PruneKind(params.get("kind", PruneKind.STRUCTURED.value)),
        Criterion(params.get("criterion", Criterion.L1.value)),
        tuple(sorted(set(fractions))),
        int(params.get("samples", DEFAULT_SAMPLES)),
        int(params.get("seed", 0)),
    )
