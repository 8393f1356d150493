"""Every export builds with the tools of this computer, and its example finds its samples right.

The Pico SDK and the Arduino core are replaced by the few functions that the examples call.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from codegen.compiler import compile_model
from codegen.emit import EXPORTERS, ExportOptions, Samples, find_exporter, write_project
from codegen.graph import Graph
from codegen.options import BuildOptions
from codegen.targets.board import find_board
from codegen.toolchain.compilers import STRICT
from core.exports import SAMPLES, example_samples
from core.paths import cache_dir
from tests.unit.codegen.networks import small_lenet
from tests.unit.codegen.operator_cases import float_graph, runnable

pytestmark = pytest.mark.toolchain

MODELS = {"int8": lambda: small_lenet(0.05), "float": lambda: runnable(float_graph("Conv2D"))}
each_model = pytest.mark.parametrize("make", MODELS.values(), ids=MODELS)

_ARDUINO_H = """\
#pragma once
#include <stdio.h>
#include <stdlib.h>
struct Port {
  void begin(unsigned long) {}
  operator bool() const { return true; }
  void print(const char *text) { fputs(text, stdout); }
  void print(int number) { printf("%d", number); }
  void print(unsigned long number) { printf("%lu", number); }
  void println(const char *text) { puts(text); }
};
static Port Serial;
static inline unsigned long micros() { static unsigned long now; return now += 7; }
static inline void delay(unsigned long) { exit(0); }
"""
#: What the IDE puts before a sketch, and the core's main.
_SKETCH = '#include <Arduino.h>\n#include "{name}.ino"\nint main() {{ setup(); for (;;) {{ loop(); }} }}\n'

_PICO_H = """\
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
static inline bool stdio_init_all(void) { return true; }
static inline uint64_t time_us_64(void) { static uint64_t now; return now += 7; }
static inline void sleep_ms(uint32_t ms) { exit(ms == 0); }
"""
_PICO_IMPORT = """\
function(pico_sdk_init)
    add_library(pico_stdlib INTERFACE)
    target_include_directories(pico_stdlib INTERFACE ${PICO_SDK_PATH}/include)
endfunction()
function(pico_enable_stdio_usb)
endfunction()
function(pico_enable_stdio_uart)
endfunction()
function(pico_add_extra_outputs)
endfunction()
"""


#: Beyond what all C has to pass: what a careful project asks of code that it takes in.
_CAREFUL = [
    *("-Wconversion", "-Wshadow", "-Wcast-qual", "-Wcast-align=strict", "-Wmissing-prototypes"),
    *("-Wstrict-prototypes", "-Wundef", "-Wwrite-strings", "-Wdouble-promotion", "-Wredundant-decls"),
]


def _tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed here")
    return found


def _export(graph: Graph, format_id: str, folder: Path, samples: Samples | None = None) -> Path:
    samples = samples or example_samples(graph, BuildOptions(), cache_dir())
    compiled = compile_model(graph, find_board("virtual-pico"))
    write_project(compiled, folder / format_id, ExportOptions(format_id, "my_net", samples))
    return folder / format_id


def _said(program: Path) -> str:
    return subprocess.run([str(program)], capture_output=True, text=True, check=True).stdout


def _build_sketch(library: Path, work: Path) -> Path:
    """The example with the library, for this computer."""
    (work / "Arduino.h").write_text(_ARDUINO_H, encoding="utf-8")
    (work / "sketch.cpp").write_text(_SKETCH.format(name="my_net"), encoding="utf-8")
    sketch = library / "examples" / "my_net"
    sources = [*map(str, (library / "src").glob("*.c")), *map(str, sketch.glob("*.c"))]
    includes = [f"-I{folder}" for folder in (library / "src", sketch, work)]
    subprocess.run([_tool("gcc"), *STRICT, *includes, "-c", *sources], cwd=work, check=True)
    objects = [path.name for path in work.glob("*.o")]
    warnings = ["-Wall", "-Wextra", "-Werror"]
    subprocess.run(
        [_tool("g++"), *warnings, *includes, "sketch.cpp", *objects, "-o", "sketch"], cwd=work, check=True
    )
    return work / "sketch"


def _wrong(samples: Samples) -> Samples:
    """The first output changed by one step, or by 2 %."""
    outputs = samples.outputs.copy()
    outputs[0] = outputs[0] ^ 1 if outputs.dtype == np.int8 else outputs[0] * np.float32(1.02)
    return Samples(samples.inputs, outputs)


@each_model
def test_the_arduino_example_checks_its_samples(make, tmp_path):
    graph = make()
    samples = example_samples(graph, BuildOptions(), cache_dir())
    for given, right in ((samples, SAMPLES), (_wrong(samples), SAMPLES - 1)):
        work = tmp_path / str(right)
        work.mkdir()
        said = _said(_build_sketch(_export(graph, "arduino", work, given), work))
        assert f"{right} of {SAMPLES} samples are right\n" in said
        assert said.count(": right, 7 us\n") == right
        assert said.count("sample 0: WRONG, 7 us\n") == SAMPLES - right


def _with_cmake(project: Path, *options: str) -> Path:
    build = project / "build"
    flags = " ".join((*STRICT[1:], "-Wno-unused-function"))
    configure = ["-S", str(project), "-B", str(build), f"-DCMAKE_C_FLAGS={flags}", *options]
    subprocess.run([_tool("cmake"), *configure], check=True, capture_output=True)
    subprocess.run([_tool("cmake"), "--build", str(build)], check=True, capture_output=True)
    return build


@each_model
def test_the_pico_example_builds_with_cmake_and_checks_its_samples(make, tmp_path):
    sdk = tmp_path / "sdk"
    (sdk / "external").mkdir(parents=True)
    (sdk / "include" / "pico").mkdir(parents=True)
    (sdk / "external" / "pico_sdk_import.cmake").write_text(_PICO_IMPORT, encoding="utf-8")
    (sdk / "include" / "pico" / "stdlib.h").write_text(_PICO_H, encoding="utf-8")
    build = _with_cmake(_export(make(), "pico-sdk", tmp_path), f"-DPICO_SDK_PATH={sdk}")
    assert f"{SAMPLES} of {SAMPLES} samples are right\n" in _said(build / "my_net_example")


def test_without_the_pico_sdk_cmake_says_what_to_set(tmp_path):
    project = _export(small_lenet(), "pico-sdk", tmp_path)
    done = subprocess.run(
        [_tool("cmake"), "-S", str(project), "-B", str(tmp_path / "build"), "-UPICO_SDK_PATH"],
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "Set PICO_SDK_PATH" in done.stderr


@each_model
def test_plain_c_builds_with_cmake(make, tmp_path):
    build = _with_cmake(_export(make(), "c", tmp_path))
    assert (build / "libmy_net.a").is_file()


@each_model
@pytest.mark.parametrize("board_id", ["virtual-pico", "virtual-nano"])
def test_what_is_generated_for_a_model_passes_careful_warnings(make, board_id, tmp_path):
    compiled = compile_model(make(), find_board(board_id))
    write_project(compiled, tmp_path, ExportOptions(name="my net"))
    sources = [str(tmp_path / name) for name in ("my_net.c", "my_net_data.c")]
    command = [_tool("gcc"), *STRICT, *_CAREFUL, "-fsyntax-only", f"-I{tmp_path}", *sources]
    subprocess.run(command, check=True)


@pytest.mark.parametrize("format_id", EXPORTERS)
@each_model
def test_every_c_file_is_clean_for_the_compiler_of_the_boards(make, format_id, tmp_path):
    command = _tool("arm-none-eabi-gcc")
    project = _export(make(), format_id, tmp_path)
    root = project / find_exporter(format_id).source_folder
    sources = sorted(str(path) for path in root.glob("*.c"))
    cpu = ["-mcpu=cortex-m0plus", "-mthumb", "-ffreestanding", "-O2"]
    subprocess.run([command, *STRICT, *cpu, f"-I{root}", "-c", *sources], cwd=tmp_path, check=True)
