"""`thimble plan`: the preview of flash and SRAM."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, Any

from core.cli.command import Command
from core.cli.models import open_any
from core.cli.options import add_board, add_build_options, add_json, add_model, build_options
from core.cli.terminal import Terminal, table

if TYPE_CHECKING:
    from rich.console import Console


def _configure(parser: ArgumentParser) -> None:
    add_model(parser)
    add_board(parser)
    add_build_options(parser)
    add_json(parser)


def _run(arguments: Namespace, terminal: Terminal) -> None:
    from codegen.advice import what_stays_float, what_storage_costs, what_would_help
    from codegen.compiler import compile_model
    from core.boards.catalogue import board_named

    board = board_named(arguments.board)
    options = build_options(arguments)
    opened = open_any(arguments.model, terminal, arguments.allow_unsafe)
    if opened.is_estimate:
        terminal.say("an estimate: the model is float, and is planned as the int8 model that it will become")
    elif opened.is_float:
        terminal.say("the model computes with floats, and is planned so; `thimble compress` makes it smaller")
    compilation = compile_model(opened.graph, board, options)
    value = {
        "model": opened.name,
        **compilation.plan_json(),
        "estimate": opened.is_estimate,
        "numbers": opened.numbers,
        "help": what_would_help(compilation),
        "notes": (*what_storage_costs(compilation), *what_stays_float(compilation.graph)),
    }
    terminal.result(value, lambda console: show_plan(console, value))


def show_plan(console: Console, plan: dict[str, Any]) -> None:
    """The plan as tables: what flash and SRAM hold, the layers, and whether it fits."""
    from core.report import tables

    board = plan["board"]
    parts = tables.memory_parts(plan)
    numbers = f", {plan['numbers']}" if "numbers" in plan else ""
    console.print(table(f"Memory on {board}{numbers}", parts[0], parts[1:], text=(0, 2)))
    rows = [
        [title, f"{predicted:,}", f"{limit:,}", f"{100 * predicted / limit:.1f} %"]
        for title, predicted, _, limit in tables.planned_memory(plan)
    ]
    console.print(table("In all", ("", "bytes", "limit", "used"), rows))
    layers = tables.deployed_layers(plan)
    console.print(table("Layers", layers[0], layers[1:], text=(0, 1, 2)))
    console.print(tables.arena_words(plan["arena"]))
    if plan["sizes"] == "estimated":
        console.print(
            "The sizes of code are estimates until the first build: they were measured with zig for boards."
        )
    for note in plan.get("notes", ()):
        console.print(f"Note: {note}.")
    console.print(_verdict(plan))


def _verdict(plan: dict[str, Any]) -> str:
    if plan["fits"]:
        return "It fits."
    over = " and ".join(f"{o['memory']} by {o['over_bytes']:,} bytes" for o in plan["overflows"])
    help_text = "".join(f"\n- {sentence}" for sentence in plan.get("help", ()))
    return f"It does not fit: over {over}.{help_text}"


PLAN = Command("plan", "the preview of flash and SRAM", _configure, _run)
