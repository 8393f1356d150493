"""A small hand-written model in C, linked with the real firmware, to try boards without the compiler."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from codegen.firmware.build import link_firmware
from codegen.targets.board import Board, Cpu, find_board
from codegen.targets.registry import find_target, memory_layout
from codegen.targets.target import WeightsIn
from codegen.toolchain import find_compiler

INPUT_BYTES = 1100  # three frames
OUTPUT_BYTES = 600  # two frames
WEIGHTS = (1, -2, 3, 5)

HEADER = f"""
#ifndef MODEL_H
#define MODEL_H
#include <stdint.h>
#define MODEL_INPUT_BYTES {INPUT_BYTES}
#define MODEL_OUTPUT_BYTES {OUTPUT_BYTES}
#define MODEL_ARENA_BYTES {INPUT_BYTES + OUTPUT_BYTES}
extern const uint8_t model_hash[32];
int8_t *model_input(void);
const int8_t *model_output(void);
void model_init(void);
void model_run(void);
#endif
"""

SOURCE = """
#include "model.h"
static int8_t arena[MODEL_ARENA_BYTES];
MODEL_WEIGHTS static const int8_t weights[4] = {1, -2, 3, 5};
const uint8_t model_hash[32] = {7, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18};
int8_t *model_input(void) { return arena; }
const int8_t *model_output(void) { return arena + MODEL_INPUT_BYTES; }
void model_init(void) {}
void model_run(void)
{
    for (int o = 0; o < MODEL_OUTPUT_BYTES; o++) {
        int32_t sum = 0;
        for (int k = 0; k < 4; k++) {
            sum += arena[(o + k) % MODEL_INPUT_BYTES] * weights[k];
        }
        arena[MODEL_INPUT_BYTES + o] = (int8_t)(sum >> 4);
    }
    arena[0] = 99; /* real models overwrite their input too */
}
"""

#: A model whose run does `STATEMENTS`.
MISBEHAVING = """
#include "model.h"
static int8_t arena[MODEL_ARENA_BYTES];
const uint8_t model_hash[32] = {9};
int8_t *model_input(void) { return arena; }
const int8_t *model_output(void) { return arena + MODEL_INPUT_BYTES; }
void model_init(void) {}
GLOBALS
void model_run(void) { STATEMENTS }
"""


@dataclass(frozen=True, slots=True)
class FakeImage:
    elf: Path


def expected_output(sample: npt.NDArray[np.int8]) -> npt.NDArray[np.int8]:
    """What SOURCE computes."""
    position = np.arange(OUTPUT_BYTES)[:, None] + np.arange(4)
    sums = sample.astype(np.int32)[position % INPUT_BYTES] @ np.array(WEIGHTS)
    return (sums >> 4).astype(np.int8)


def misbehaving(statements: str, file_scope: str = "") -> str:
    return MISBEHAVING.replace("GLOBALS", file_scope).replace("STATEMENTS", statements)


def build_for(
    board: Board, folder: Path, source: str = SOURCE, weights_in: WeightsIn | None = None
) -> FakeImage:
    """Weights go to the target's favourite place when `weights_in` is None."""
    _write(folder, source)
    target = find_target(board)
    where = weights_in or target.weights_in[0]
    (folder / "link.ld").write_text(memory_layout(board).linker_script(where, target.stack_bytes))
    compiler = find_compiler("zig", board.cpu)
    link_firmware(board, compiler, [folder / "model.c"], folder, None)
    return FakeImage(folder / "firmware.elf")


def build_for_host(folder: Path, source: str = SOURCE) -> FakeImage:
    _write(folder, source)
    program = folder / "model.exe"
    flags = ["-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-DMODEL_WEIGHTS=", f"-I{folder}"]
    sources = [str(folder / "model.c"), *map(str, find_target(HOST).sources)]
    find_compiler("zig", Cpu.HOST).run([*flags, *sources, "-o", str(program)])
    return FakeImage(program)


def _write(folder: Path, source: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.h").write_text(HEADER)
    (folder / "model.c").write_text(source)


PICO = find_board("virtual-pico")
NANO = find_board("virtual-nano")
HOST = find_board("host")
