"""Names from model files inside C comments."""

from __future__ import annotations


def comment_text(text: str) -> str:
    """`text` in one line that neither ends the comment nor opens another.

    Layer names come from files that anybody may have written. Characters that do not print, those that turn
    the direction of reading among them, become question marks; so does a backslash, which could join lines.
    """
    line = " ".join(text.split())
    printable = "".join(c if c.isprintable() and c != "\\" else "?" for c in line)
    return printable.replace("*/", "* /").replace("/*", "/ *").replace("??/", "?? /")
