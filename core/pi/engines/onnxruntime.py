"""ONNX Runtime: what the published measurements of compressed networks on a Pi 4 were made with.

A: Deutel et al. 2022/2024, "Energy-efficient Deployment of Deep Learning Applications on Cortex-M based
Microcontrollers using Deep Compression".
"""

from core.pi.engines.base import ModelForm, PiEngine, PythonVersion

#: Python → the last release with wheels for it; the others get the newest.
_LAST_FOR = {(3, 9): "==1.19.2", (3, 10): "==1.23.2"}


def _packages(python: PythonVersion) -> tuple[str, ...]:
    return (f"onnxruntime{_LAST_FOR.get(python, '')}", "numpy", "pillow")


ONNXRUNTIME = PiEngine(
    id="onnxruntime",
    title="ONNX Runtime",
    about="runs .onnx files on the CPU",
    form=ModelForm.ONNX,
    packages=_packages,
    disk_bytes=250_000_000,
)
