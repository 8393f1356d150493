"""The board that went is told from neighbours that come meanwhile, in whatever order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from core.boards.flashing.newcomers import SETTLE_S, Newcomers
from core.boards.usb_ports import Attachment, UsbBoard
from core.errors import ThimbleError
from tests.unit.boards.usb_fakes import World, as_drive, on_port

NOT_BACK = ThimbleError("board-not-back", "no", "wait")
Arrivals = Sequence[tuple[float, UsbBoard]]


def ours(number: str = "", location: str = "") -> UsbBoard:
    return replace(on_port("/dev/ttyACM0", number), location=location)


def foreign(number: str = "", location: str = "") -> UsbBoard:
    return replace(ours(number, location), product="MicroPython")


def port(name: str, number: str = "", location: str = "") -> UsbBoard:
    return replace(on_port(f"/dev/{name}", number), location=location)


def drive(name: str, location: str = "") -> UsbBoard:
    return replace(as_drive(Path("/media") / name), location=location)


def back(gone: UsbBoard, arrivals: Arrivals, others: Sequence[UsbBoard] = ()) -> str:
    """Where `gone` is taken to be, or the error."""
    world = _world(gone, arrivals, others)
    newcomers = Newcomers(gone, world.around())
    world.there.remove(gone)
    return _found(world, newcomers.back)


def bootloader(gone: UsbBoard, arrivals: Arrivals, others: Sequence[UsbBoard] = ()) -> str:
    world = _world(gone, arrivals, others)
    newcomers = Newcomers(gone, world.around())
    world.there.remove(gone)
    return _found(world, lambda found: newcomers.in_bootloader(found, Attachment.BOOT_DRIVE))


def _world(gone: UsbBoard, arrivals: Arrivals, others: Sequence[UsbBoard]) -> World:
    world = World([gone, *others])
    world.events = [(at_s, lambda usb=usb: world.there.append(usb)) for at_s, usb in arrivals]
    return world


def _found(world: World, choose) -> str:
    try:
        return world.around().wait_for(choose, 20.0, NOT_BACK).where
    except ThimbleError as error:
        return error.code


def test_a_neighbours_drive_at_another_usb_port_is_not_written_to() -> None:
    neighbour, mine = drive("B", "1-2"), drive("A", "1-1")
    assert bootloader(ours("AAAA", "1-1"), [(1.0, neighbour), (9.0, mine)]) == "/media/A"
    assert bootloader(ours("AAAA", "1-1"), [(1.0, neighbour)]) == "board-not-back"


def test_without_usb_ports_two_drives_are_one_too_many() -> None:
    arrivals = [(1.0, drive("B")), (1.0 + SETTLE_S - 0.5, drive("A"))]
    assert bootloader(ours("AAAA"), arrivals) == "which-board-came"


def test_a_drive_that_was_there_before_is_nobodys_choice() -> None:
    assert bootloader(ours("AAAA"), [(9.0, drive("A"))], [drive("B")]) == "/media/A"


def test_a_neighbour_that_comes_sooner_is_not_the_board() -> None:
    """A program of somebody else told the number of the chip, as Thimble's will."""
    arrivals = [(1.0, port("ttyACM1", "BBBB")), (1.0 + SETTLE_S - 0.5, port("ttyACM2", "AAAA"))]
    assert back(foreign("aaaa"), arrivals) == "/dev/ttyACM2"


def test_a_board_that_ran_our_program_is_waited_for_by_its_number() -> None:
    arrivals = [(1.0, port("ttyACM1", "BBBB")), (15.0, port("ttyACM2", "AAAA"))]
    assert back(ours("AAAA"), arrivals) == "/dev/ttyACM2"
    assert back(ours("AAAA"), arrivals[:1]) == "board-not-back"


def test_from_a_drive_the_usb_port_tells_or_nothing_does() -> None:
    arrivals = [(1.0, port("ttyACM1", "BBBB", "1-2")), (9.0, port("ttyACM2", "AAAA", "1-1"))]
    assert back(drive("A", "1-1"), arrivals) == "/dev/ttyACM2"
    sooner = [(1.0, arrivals[0][1]), (2.0, arrivals[1][1])]
    assert back(drive("A"), sooner) == "which-board-came"


def test_a_new_name_of_a_port_that_a_neighbour_had_is_no_hindrance() -> None:
    """The neighbour was unplugged, so that its name is free."""
    neighbour = port("ttyACM1", "BBBB")
    assert back(foreign("1234"), [(3.0, port("ttyACM1", "AAAA"))], [neighbour]) == "/dev/ttyACM1"


def test_a_neighbour_that_restarts_where_it_was_is_still_the_neighbour() -> None:
    """This board's own place is not known, but the neighbour's is."""
    neighbour = replace(port("ttyACM1", "", "1-2"), product="MicroPython")
    arrivals = [(1.0, port("ttyACM3", "BBBB", "1-2")), (9.0, port("ttyACM2", "AAAA", "1-1"))]
    assert back(drive("A"), arrivals, [neighbour]) == "/dev/ttyACM2"


def test_a_guess_takes_its_time_and_is_said() -> None:
    world = World([])
    newcomers = Newcomers(drive("A"), world.around())
    world.events = [(1.0, lambda: world.there.append(port("ttyACM1", "AAAA")))]
    assert _found(world, newcomers.back) == "/dev/ttyACM1"
    assert world.now_s >= 1.0 + SETTLE_S
    assert any("waiting whether another board comes" in text for _, text in world.told)
    assert "/dev/ttyACM1 is taken for the board" in world.logged[0]


@pytest.mark.parametrize("location", ["1-1", ""])
def test_what_is_certain_needs_no_time(location: str) -> None:
    world = World([])
    newcomers = Newcomers(foreign("AAAA", location), world.around())
    world.events = [(1.0, lambda: world.there.append(port("ttyACM1", "AAAA", location)))]
    assert _found(world, newcomers.back) == "/dev/ttyACM1"
    assert world.now_s < 1.0 + SETTLE_S
    assert world.told == []
    assert world.logged == []
