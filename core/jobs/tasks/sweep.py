"""Task: a recipe, or the recipes of a study, at each point of a grid."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from core.compress.idle import idle_section
from core.compress.output import RunFolder
from core.compress.pipeline import check_exceptions
from core.errors import ThimbleError
from core.jobs.context import JobContext
from core.models.loading import check_model_file
from core.models.model_data import check_data
from core.paths import write_atomically
from core.report.drawing import PlotFormat
from core.sweep.csv_files import points_csv
from core.sweep.folder import open_folder
from core.sweep.grid import Series, variants_of
from core.sweep.output import POINTS, write_results
from core.sweep.result import Point, State
from core.sweep.results import Results, doubts_of
from core.sweep.runner import Subject, SweepRunner
from core.sweep.spec import spec_from_json
from core.sweep.studies import published_values


def sweep(params: dict[str, Any], context: JobContext) -> dict[str, Any]:
    """Params: spec (what `core.sweep.spec.SweepSpec.to_json` gives), out, formats (png, svg, pdf).

    Partials `point`, one a run, those of an earlier call included: what `core.sweep.result.Point.to_json`
    gives, with done and total. Writes a run's folder for each point, points.csv after each, and at the end
    summary.csv, the tables, the plots, report.pdf and sweep.json. Returns what stands in sweep.json. What
    is finished stays when the job is cancelled, and is not repeated when it is started again. Raises
    ThimbleError: ``other-sweep``, ``nothing-trains``, ``nothing-done`` when every run failed, and what would
    make every run fail.
    """
    spec = spec_from_json(params["spec"])
    formats = [PlotFormat(name) for name in params.get("formats", [PlotFormat.PNG.value])]
    ends = check_model_file(spec.model)
    for series in spec.series:
        check_exceptions(series.recipe, spec.model)
        check_nothing_idle(series)
    for options in dict.fromkeys(series.recipe.data for series in spec.series):
        check_data(ends, spec.model, spec.data, options)
    variants = [variant for series in spec.series for variant in variants_of(series)]
    total = sum(len(variant.quantizations) for variant in variants)
    points: list[Point] = []
    with RunFolder(params["out"]) as guard:  # two sweeps in one folder would be in each other's way
        out = guard.out
        folder = open_folder(out, spec.model, spec.data, spec.series)

        def after_point(point: Point) -> None:
            points.append(point)
            context.partial("point", {**point.to_json(), "done": len(points), "total": total})
            write_atomically(out / POINTS, points_csv(points))

        context.progress(0.0, "Starting TensorFlow")
        subject = Subject(spec.model, spec.data, spec.boards)
        found = SweepRunner(subject, folder, context.section(0.01, 0.97), after_point).run(variants)
        if all(point.state is State.FAILED for point in found):
            raise _nothing_done(found)
        context.progress(0.97, "Drawing the plots")
        published, doubts = published_values(spec.study), doubts_of(out, found)
        record = write_results(Results(spec, out, tuple(found), published, doubts), formats)
    context.progress(1.0, "Done")
    return record


def check_nothing_idle(series: Series) -> None:
    """A section that one number format of the grid leaves idle may be of use to another. Raises ThimbleError
    ``nothing-trains``."""
    idle = [
        idle_section(replace(variant, recipe=series.recipe).recipe_for(quantization))
        for variant in variants_of(series)
        for quantization in variant.quantizations
    ]
    if idle and idle[0] is not None and all(idle):
        raise idle[0]


def _nothing_done(points: list[Point]) -> ThimbleError:
    reason = points[0].reason
    words = f": {reason.what}" if reason else ""
    hint = reason.hint if reason else ""
    return ThimbleError("nothing-done", f"none of the {len(points)} runs could be done{words}", hint)
