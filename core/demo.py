"""The main job on what is built in: digits and a LeNet, compressed, deployed on a board, reported.

The same tasks as the wizards and the commands start; `run_job` starts them in whatever way suits the
caller and returns their results.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.paths import resources_dir
from core.presets import DEFAULT_PRESET, find_preset
from core.recipe_toml import recipe_to_dict
from core.report import save_deploy

RunJob = Callable[[str, dict[str, Any]], dict[str, Any]]

#: Test images that are sent to the board, unless asked otherwise.
DEFAULT_RUNS = 100
DATA = "digits"


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """`preset` is the id of a preset recipe; `runs` the number of test images sent to the board; `port`
    where it is, when several are plugged in."""

    out: Path
    board: str = "virtual-pico"
    preset: str = DEFAULT_PRESET
    runs: int = DEFAULT_RUNS
    port: str | None = None


def sample_model() -> Path:
    """The LeNet for digits that comes with the program."""
    return resources_dir() / "models" / "lenet-digits.keras"


def run_demo(options: DemoOptions, run_job: RunJob, say: Callable[[str], None]) -> dict[str, Any]:
    """Compress, deploy, report into `options.out`, and return the fields of ``demo --json``.

    `verified` is False when an output byte of the board differs. Raises what `run_job` raises, and
    ThimbleError for a preset or a folder that is not there.
    """
    recipe = find_preset(options.preset)
    out = options.out

    say(f"1 of 3: compressing LeNet for handwritten digits with the recipe “{recipe.name}”")
    compressed = run_job(
        "compress",
        {"model": str(sample_model()), "data": DATA, "recipe": recipe_to_dict(recipe), "out": str(out)},
    )

    say(f"2 of 3: building for {options.board} and running {options.runs} test images on it")
    deployed = run_job(
        "deploy",
        {
            "model": str(out / compressed["deployed"]),
            "board": options.board,
            "data": DATA,
            "runs": options.runs,
            "out": str(out / "firmware"),
            "port": options.port,
        },
    )
    save_deploy(out, deployed)

    say("3 of 3: writing the report")
    files = {"pdf": str(out / "report.pdf"), "csv": str(out / "report.csv")}
    written = run_job("report", {"run": str(out), **files})
    return {**compressed, **deployed, "report": {kind: written[kind] for kind in files}}
