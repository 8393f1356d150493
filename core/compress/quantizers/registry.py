"""Every quantizer; a new one is a file and a line here."""

from __future__ import annotations

from core.compress.quantizers.base import Quantizer
from core.compress.quantizers.dynamic import DynamicRange
from core.compress.quantizers.float16 import Float16
from core.compress.quantizers.int8 import Int8
from core.compress.quantizers.int8_trained import Int8Trained
from core.compress.quantizers.uint8 import Uint8
from core.compress.quantizers.uint8_trained import Uint8Trained
from core.compress.quantizers.unquantized import Unquantized
from core.compress.steps import aware_epochs
from core.errors import ThimbleError
from core.recipe import Quantize, QuantizeKind, QuantizeMode

QUANTIZERS: dict[tuple[QuantizeKind, QuantizeMode], Quantizer] = {
    (QuantizeKind.NONE, QuantizeMode.PTQ): Unquantized(),
    (QuantizeKind.FLOAT16, QuantizeMode.PTQ): Float16(),
    (QuantizeKind.DYNAMIC, QuantizeMode.PTQ): DynamicRange(),
    (QuantizeKind.INT8, QuantizeMode.PTQ): Int8(),
    (QuantizeKind.UINT8, QuantizeMode.PTQ): Uint8(),
    (QuantizeKind.INT8, QuantizeMode.QAT): Int8Trained(),
    (QuantizeKind.UINT8, QuantizeMode.QAT): Uint8Trained(),
}


def is_trained(kind: QuantizeKind) -> bool:
    """Whether a model can be trained with the rounding of this number format in place."""
    return (kind, QuantizeMode.QAT) in QUANTIZERS


def find_quantizer(quantize: Quantize) -> Quantizer:
    """The quantizer that a recipe asks for. Raises ThimbleError ``not-there-yet``, with what there is.

    Fine-tuning after quantization (mode ptq with finetune_epochs) is training with fake quantization too.
    """
    mode = QuantizeMode.QAT if aware_epochs(quantize) else QuantizeMode.PTQ
    found = QUANTIZERS.get((quantize.kind, mode))
    if found is None and mode is not quantize.mode:
        raise ThimbleError(
            "not-there-yet",
            f"fine-tuning after quantization to {quantize.kind.value} is not there yet",
            'leave out finetune_epochs in [quantize], or use kind = "int8"',
        )
    if found is None:
        there = ", ".join(f"{kind.value} ({mode.value})" for kind, mode in QUANTIZERS)
        raise ThimbleError(
            "not-there-yet",
            f'[quantize] kind = "{quantize.kind.value}" with mode = "{quantize.mode.value}" is not there yet',
            f"use one of these: {there}",
        )
    return found
