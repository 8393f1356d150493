"""The builder of each operator that has a Keras layer; a new one goes into the file of its family."""

from __future__ import annotations

from collections.abc import Mapping

from codegen.graph import Op
from core.models.from_graph import activations, joints, movements, weighted, windows
from core.models.from_graph.site import Builder

BUILDERS: Mapping[type[Op], Builder] = {
    **weighted.BUILDERS,
    **windows.BUILDERS,
    **activations.BUILDERS,
    **joints.BUILDERS,
    **movements.BUILDERS,
}
