"""Test inputs with their outputs, as C for the example of an export."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from codegen.emit.arrays import C_TYPES, initializer
from codegen.graph import Array
from codegen.sparse import ConstantArray

_HEADER = """\
/* Test inputs of {m}, and what it makes of them. Written by Thimble; not needed by an application. */
#ifndef {M}_SAMPLES_H
#define {M}_SAMPLES_H

#ifdef __cplusplus
extern "C" {{
#endif

#define {M}_SAMPLES {count}

/* Copy a test input to {m}_input. Numbers of samples count from 0. */
void {m}_load_sample(int sample);

/* 1 if {m}_output is what it has to be for this sample{tolerance}, otherwise 0. */
int {m}_sample_is_right(int sample);

#ifdef __cplusplus
}}
#endif

#endif
"""

_SOURCE = """\
/* Test inputs of {m}, written by Thimble. */
#include "{m}_samples.h"

#include "{m}.h"

enum {{
    INPUTS = {inputs},
    OUTPUTS = {outputs},
}};

static const {type_in} sample_inputs[{M}_SAMPLES * INPUTS] = {{
{values_in}
}};

static const {type_out} sample_outputs[{M}_SAMPLES * OUTPUTS] = {{
{values_out}
}};

void {m}_load_sample(int sample)
{{
    const {type_in} *from = &sample_inputs[sample * INPUTS];
    {type_in} *to = {m}_input();
    for (int i = 0; i < INPUTS; i++) {{
        to[i] = from[i];
    }}
}}

int {m}_sample_is_right(int sample)
{{
    const {type_out} *wanted = &sample_outputs[sample * OUTPUTS];
    const {type_out} *given = {m}_output();
{compare}
    return 1;
}}
"""

_SAME = """\
    for (int i = 0; i < OUTPUTS; i++) {
        if (given[i] != wanted[i]) {
            return 0;
        }
    }"""

# Written so that a NaN is wrong.
_CLOSE = """\
    float largest = 0.0f;
    for (int i = 0; i < OUTPUTS; i++) {
        const float size = wanted[i] < 0.0f ? -wanted[i] : wanted[i];
        largest = size > largest ? size : largest;
    }
    for (int i = 0; i < OUTPUTS; i++) {
        const float difference = given[i] - wanted[i];
        if (!(difference <= 1e-5f * largest && -difference <= 1e-5f * largest)) {
            return 0;
        }
    }"""


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """Test inputs and the outputs that belong to them, each ``[samples, elements]`` of the model's own types.

    Raises ValueError when there are not as many outputs as inputs, or none at all.
    """

    inputs: Array
    outputs: Array

    def __post_init__(self) -> None:
        if len(self.inputs) != len(self.outputs) or len(self.inputs) == 0:
            raise ValueError(f"{len(self.inputs)} inputs with {len(self.outputs)} outputs")


def sample_files(samples: Samples, name: str) -> dict[str, str]:
    """``NAME_samples.h`` and ``NAME_samples.c``. Floats are compared within 1e-5 of the largest output."""
    is_float = samples.outputs.dtype == np.float32
    words = {"m": name, "M": name.upper()}
    header = _HEADER.format(
        **words,
        count=len(samples.inputs),
        tolerance=", within 1e-5 of the largest number" if is_float else "",
    )
    source = _SOURCE.format(
        **words,
        inputs=samples.inputs[0].size,
        outputs=samples.outputs[0].size,
        type_in=C_TYPES[str(samples.inputs.dtype)],
        type_out=C_TYPES[str(samples.outputs.dtype)],
        values_in=initializer(ConstantArray("inputs", samples.inputs.ravel())),
        values_out=initializer(ConstantArray("outputs", samples.outputs.ravel())),
        compare=_CLOSE if is_float else _SAME,
    )
    if "FLT_MAX" in source:
        source = source.replace(f'#include "{name}.h"', f'#include <float.h>\n\n#include "{name}.h"')
    return {f"{name}_samples.h": header, f"{name}_samples.c": source}
