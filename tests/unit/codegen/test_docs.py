from pathlib import Path

from codegen.docs import operators_markdown
from codegen.frontends.onnx.operators import READERS


def test_the_list_of_operators_is_up_to_date():
    """After a change of the registries: `python -m codegen.docs docs/operators.md`."""
    assert Path("docs/operators.md").read_text(encoding="utf-8") == operators_markdown()


def test_every_operator_that_is_read_from_onnx_is_listed():
    """The message on an unknown operator sends people there."""
    text = operators_markdown().partition("## From ONNX")[2]
    assert [name for name in READERS if f"`{name}`" not in text] == []
