"""Alt keys for labels that are made from a table: each letter once on a page."""

from __future__ import annotations

#: The menus have these.
_MENUS = "fevh"


class Mnemonics:
    """Hands out letters; `taken` are those that the page's own labels use."""

    def __init__(self, taken: str = "") -> None:
        self._taken = set(_MENUS + taken.lower())

    def mark(self, text: str) -> str:
        """The text with & before a letter that is still free: the first of a word, if one is."""
        starts = [place for place in range(len(text)) if place == 0 or text[place - 1] == " "]
        for place in (*starts, *range(len(text))):
            letter = text[place].lower()
            if letter.isascii() and letter.isalnum() and letter not in self._taken:
                self._taken.add(letter)
                return f"{text[:place]}&{text[place:]}"
        return text
