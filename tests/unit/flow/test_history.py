"""Undo and redo."""

from core.flow.history import History


def test_undo_and_redo_walk_through_the_values() -> None:
    history = History(0)
    for value in (1, 2, 3):
        assert history.edit(value)
    assert not history.edit(3)
    assert [history.undo() and history.value for _ in range(3)] == [2, 1, 0]
    assert not history.undo()
    assert history.redo()
    assert history.value == 1
    history.edit(9)
    assert not history.can_redo
    assert history.undo()
    assert history.value == 1


def test_edits_of_the_same_thing_are_one_step() -> None:
    history = History(0)
    for value in (1, 2, 3):
        history.edit(value, "slider")
    history.edit(4, "other")
    history.edit(5, "slider")
    assert history.undo()
    assert history.value == 4
    assert history.undo()
    assert history.value == 3
    assert history.undo()
    assert (history.value, history.can_undo) == (0, False)


def test_letting_go_ends_a_step() -> None:
    history = History(0)
    history.edit(1, "slider")
    history.end_edit()
    history.edit(2, "slider")
    history.undo()
    assert history.value == 1
