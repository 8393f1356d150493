"""A project for the Raspberry Pi Pico SDK: the model as a library, and a program that checks it on the board.

CMake functions: "Raspberry Pi Pico-series C/C++ SDK", chapters "Build system" and "pico_stdio".
"""

from __future__ import annotations

from codegen.emit.formats.exporter import Export
from codegen.emit.samples import sample_files
from codegen.errors import CodegenError

_TARGET = "pico"

_CMAKE = """\
cmake_minimum_required(VERSION 3.13)

# The SDK has to be there before project(): it chooses the compiler.
if(NOT PICO_SDK_PATH)
    set(PICO_SDK_PATH "$ENV{{PICO_SDK_PATH}}")
endif()
if(NOT EXISTS "${{PICO_SDK_PATH}}/external/pico_sdk_import.cmake")
    message(FATAL_ERROR "Set PICO_SDK_PATH to the folder of the Pico SDK.")
endif()
include("${{PICO_SDK_PATH}}/external/pico_sdk_import.cmake")

project({name} C CXX ASM)
pico_sdk_init()

add_library({name} STATIC
{sources}
)
target_include_directories({name} PUBLIC ${{CMAKE_CURRENT_SOURCE_DIR}}/model)
set_target_properties({name} PROPERTIES C_STANDARD 99 C_STANDARD_REQUIRED ON C_EXTENSIONS OFF)
target_compile_options({name} PRIVATE -O2)

add_executable({name}_example main.c {name}_samples.c)
target_link_libraries({name}_example PRIVATE pico_stdlib {name})
pico_enable_stdio_usb({name}_example 1)
pico_enable_stdio_uart({name}_example 0)
pico_add_extra_outputs({name}_example)
"""

_MAIN = """\
/* Runs {m} on its test inputs, checks the outputs, and prints over USB how long each inference took. */
#include <stdint.h>
#include <stdio.h>

#include "pico/stdlib.h"

#include "{m}.h"
#include "{m}_samples.h"

static int run_sample(int sample)
{{
    {m}_load_sample(sample);
    const uint64_t begin_us = time_us_64();
    {m}_run();
    const uint64_t taken_us = time_us_64() - begin_us;
    const int is_right = {m}_sample_is_right(sample);
    printf("sample %d: %s, %lu us\\n", sample, is_right ? "right" : "WRONG", (unsigned long)taken_us);
    return is_right;
}}

int main(void)
{{
    stdio_init_all();
    {m}_init();
    for (;;) {{
        int right = 0;
        for (int sample = 0; sample < {M}_SAMPLES; sample++) {{
            right += run_sample(sample);
        }}
        printf("%d of %d samples are right\\n", right, {M}_SAMPLES);
        sleep_ms(5000);
    }}
}}
"""

_README = """\
# {m}: a Pico SDK project

{title}, generated for {board}.

With the Pico SDK, CMake and the Arm GNU toolchain installed, and `PICO_SDK_PATH` set to the SDK's folder:

```
cmake -S . -B build
cmake --build build
```

Hold BOOTSEL while plugging the Pico in, copy `build/{m}_example.uf2` onto the drive that appears, and open
its serial port in a terminal: every sample should be right.

In your own program, add the library `{m}` of `CMakeLists.txt`; `model/{m}.h` says how the model is used.
"""


class PicoSdk:
    id = "pico-sdk"
    title = "Pico SDK project"
    has_example = True
    source_folder = "model"

    def files(self, export: Export) -> dict[str, str]:
        """Raises CodegenError ``wrong-board`` when the code is not for an RP2040."""
        if export.board.target != _TARGET:
            raise CodegenError(
                "wrong-board",
                f"a Pico SDK project cannot be made for {export.board_title}",
                "choose a Raspberry Pi Pico as the board, or another format",
            )
        name, words = export.name, {"m": export.name, "M": export.name.upper()}
        sources = "\n".join(f"    {self.source_folder}/{file}" for file in export.c_files)
        return {
            "CMakeLists.txt": _CMAKE.format(name=name, sources=sources),
            "README.md": _README.format(m=name, title=export.title, board=export.board_title),
            "main.c": _MAIN.format(**words),
            **sample_files(export.needed_samples(), name),
            **{f"{self.source_folder}/{file}": text for file, text in export.sources.items()},
        }
