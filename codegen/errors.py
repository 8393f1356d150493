"""What the compiler says when it cannot go on. The application turns it into words for people."""


class CodegenError(Exception):
    """An expected failure: `what` happened and, as `hint`, the next step.

    `code` is stable and meant for programs (for example ``unsupported-operator``).
    """

    def __init__(self, code: str, what: str, hint: str = "") -> None:
        super().__init__(what)
        self.code = code
        self.what = what
        self.hint = hint


def all_of(errors: list[CodegenError]) -> CodegenError:
    """One error that tells what all of them do, and what helps, once each; the code is that of the first."""
    told, hints = (dict.fromkeys(texts) for texts in zip(*((e.what, e.hint) for e in errors), strict=True))
    return CodegenError(errors[0].code, "; ".join(told), "; ".join(hint for hint in hints if hint))
