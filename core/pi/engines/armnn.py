"""TFLite with the Arm NN delegate (B: Ameen, Siriwardana, Theodoridis 2023).

Upstream calls Arm NN a legacy project; the last release found is 26.01. Whether it is faster than XNNPACK
has to be measured, model by model.
"""

from core.pi.engines.base import ModelForm, PiEngine
from core.pi.engines.litert import LITERT_DISK_BYTES, litert_packages

ARMNN = PiEngine(
    id="armnn",
    title="TFLite with the Arm NN delegate",
    about="Arm's older library; it has to be installed, and XNNPACK runs where it does not work",
    form=ModelForm.TFLITE,
    packages=litert_packages,
    disk_bytes=LITERT_DISK_BYTES + 100_000_000,
    delegate=True,
    fallback="xnnpack",
)
