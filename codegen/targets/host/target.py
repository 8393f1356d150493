"""This computer: the generated C as an ordinary program."""

from __future__ import annotations

from pathlib import Path

from codegen.targets.target import CodeIn, Target, WeightsIn

#: Its places for code and weights and its stack are the Pico's: the plan for the host is an estimate of what
#: the model would take on a microcontroller.
HOST = Target(
    id="host",
    sources=(Path(__file__).parent / "main.c",),
    hardware=(),
    include_folders=(),
    code_in=CodeIn.RAM,
    weights_in=(WeightsIn.RAM,),
    stack_bytes=2048,
    layout=None,
)
