"""How an operator's output shapes follow from its inputs: one file a family of operators."""

from codegen.graph.operators import Op
from codegen.graph.shapes import axes, elementwise, movements, products, reductions, weights, windows
from codegen.graph.shapes.rule import Rule

SHAPE_RULES: dict[type[Op], Rule] = {
    **weights.RULES,
    **windows.RULES,
    **reductions.RULES,
    **elementwise.RULES,
    **movements.RULES,
    **axes.RULES,
    **products.RULES,
}

__all__ = ["SHAPE_RULES"]
