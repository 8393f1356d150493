from pathlib import Path

from codegen.docs import operators_markdown


def test_the_list_of_operators_is_up_to_date():
    """After a change of the registries: `python -m codegen.docs docs/operators.md`."""
    assert Path("docs/operators.md").read_text(encoding="utf-8") == operators_markdown()
