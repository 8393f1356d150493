"""``--meter``: every kind is named, has its options, and refuses what it does not know."""

from __future__ import annotations

import dataclasses

import pytest

from core.boards.devices import find_devices
from core.errors import ThimbleError
from core.meters.base import FoundMeter
from core.meters.choice import parse_meter, usage
from core.meters.finding import _parsed
from core.meters.ppk2 import Ppk2Options, Supply
from core.meters.registry import METERS

#: What a kind needs at least.
_LEAST = {"scpi": "scpi:TCPIP::host::INSTR", "replay": "replay:power.csv"}


@pytest.mark.parametrize("kind", METERS.values(), ids=METERS)
def test_every_kind(kind) -> None:
    assert parse_meter(_LEAST.get(kind.id, kind.id)).kind is kind
    assert usage(kind).startswith(kind.id)
    assert kind.about
    for field in dataclasses.fields(kind.options):
        assert field.metadata["about"]
        assert field.name in usage(kind) or field.name == kind.target
    with pytest.raises(ThimbleError) as caught:
        parse_meter(f"{_LEAST.get(kind.id, kind.id + ':')},nonsense=1" if kind.target == "" else "nonsense")
    assert caught.value.code in ("bad-meter", "unknown-meter")
    assert caught.value.hint


def test_targets_may_hold_colons_and_commas() -> None:
    supply = parse_meter("scpi:TCPIP0::10.0.0.5::inst0::INSTR,channel=2,points=0").options
    assert (supply.address, supply.channel) == ("TCPIP0::10.0.0.5::inst0::INSTR", 2)
    assert parse_meter("replay:a,b=1.csv").options.file == "a,b=1.csv"
    assert parse_meter("replay:a,marker=3").options.marker == 3
    assert parse_meter(r"replay:C:\power.csv").options.file == r"C:\power.csv"


def test_options() -> None:
    assert parse_meter("ppk2").options == Ppk2Options()
    given = parse_meter("ppk2:/dev/ttyACM1,voltage=3.3,mode=source,marker=7").options
    assert given == Ppk2Options("/dev/ttyACM1", 3.3, Supply.SOURCE, 7)
    assert parse_meter("ppk2:voltage=3.3").options == Ppk2Options(voltage=3.3)


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("", "unknown-meter", "ppk2, joulescope, scpi, ina2xx, pmic, replay, estimate"),
        ("ppk3", "unknown-meter", "ppk2, joulescope"),
        ("ppk2:voltage=9", "bad-meter", "from 0.8 to 5"),
        ("ppk2:voltage=x", "bad-meter", "a number from 0.8 to 5"),
        ("ppk2:voltage=nan", "bad-meter", "from 0.8 to 5"),
        ("ppk2:marker=8", "bad-meter", "from 0 to 7"),
        ("ppk2:mode=off", "bad-meter", "ampere, source"),
        ("pmic:5", "bad-meter", "pmic:"),
        ("scpi", "bad-meter", "scpi:ADDRESS"),
        ("replay", "bad-meter", "replay:FILE"),
        ("joulescope:rate=3", "bad-meter", "100000"),
    ],
)
def test_what_is_refused(text: str, code: str, words: str) -> None:
    with pytest.raises(ThimbleError) as caught:
        parse_meter(text)
    assert caught.value.code == code
    assert words in caught.value.hint


def test_a_meter_that_is_there_is_a_device_with_what_meter_takes() -> None:
    there = [
        FoundMeter("ppk2", "PPK2", "/dev/ttyACM1", "/dev/ttyACM1"),
        FoundMeter("pmic", "PMIC", "", "here"),
    ]
    told = [device.to_json() for device in find_devices(lambda: there, pis=list)][-2:]
    assert [(device["id"], device["kind"]) for device in told] == [
        ("ppk2:/dev/ttyACM1", "meter"),
        ("pmic", "meter"),
    ]


def test_what_drivers_print_while_meters_are_looked_for_is_no_meter() -> None:
    output = 'loading …\n{"kind": "ppk2", "title": "a", "target": "b", "where": "c", "note": ""}\n[1]\n{"kin'
    assert list(_parsed(output)) == [FoundMeter("ppk2", "a", "b", "c", "")]
