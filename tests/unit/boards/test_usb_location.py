"""Where on USB something hangs: what pyserial tells of ports, and Linux of drives."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from core.boards.usb_location import location_of_drive, location_of_port

HUB = "devices/pci0000:00/0000:00:14.0/usb1/1-2/1-2.3/1-2.3:1.0/host4/target4:0:0/4:0:0:0/block/sda/sda1"
DISK = "devices/pci0000:00/0000:00:17.0/ata1/host0/target0:0:0/0:0:0:0/block/sda/sda1"


@pytest.mark.parametrize(
    ("told", "location"),
    [("1-2.3:1.0", "1-2.3"), ("1-2.3", "1-2.3"), ("20-2:x.0", "20-2"), ("", ""), (None, "")],
)
def test_the_interface_of_a_port_is_no_part_of_its_place(told: str | None, location: str) -> None:
    assert location_of_port(told) == location


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells it")
@pytest.mark.parametrize(("path", "location"), [(HUB, "1-2.3"), (DISK, "")])
def test_the_place_of_a_drive_is_on_its_way_through_sysfs(path: str, location: str, tmp_path: Path) -> None:
    sysfs, drive = tmp_path / "sys", tmp_path / "drive"
    drive.mkdir()
    (sysfs / path).mkdir(parents=True)
    number = drive.stat().st_dev
    block = sysfs / "dev" / "block" / f"{os.major(number)}:{os.minor(number)}"
    block.parent.mkdir(parents=True)
    block.symlink_to(sysfs / path)
    assert location_of_drive(drive, sysfs) == location


def test_what_is_not_known_has_no_place(tmp_path: Path) -> None:
    assert location_of_drive(tmp_path, tmp_path / "no-sysfs") == ""
    assert location_of_drive(tmp_path / "gone") == ""
