"""Each command on small files; bad input is one clear error, and nothing half-written stays."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from core.cli.commands.deploy import require_verified
from core.errors import ThimbleError
from core.jobs.context import JobContext
from core.jobs.tasks import find_task
from tests.unit.cli.models import write_int8_tflite, write_keras
from tests.unit.codegen.onnx_models import OnnxModel
from tests.unit.models.keras_files import conv, layer, random_weights, sequential, write_small_net
from tests.unit.models.keras_files import write_keras as write_keras_file
from tests.unit.report.sample_run import write_run

RECIPE = 'name = "nothing"\n[quantize]\nkind = "int8"\n'


@pytest.fixture
def tflite(tmp_path: Path) -> Path:
    return write_int8_tflite(tmp_path / "tiny.tflite")


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    path = tmp_path / "recipe.toml"
    path.write_text(RECIPE)
    return path


def assert_failed(ended, *words: str, status: int = 1) -> None:
    """This status, `error:` with these words, a hint, no traceback, nothing on stdout."""
    assert ended.status == status
    lines = ended.err.splitlines()
    (error,) = [line for line in lines if line.startswith("error: ")]
    assert any(line.startswith("hint: ") for line in lines)
    for word in words:
        assert word in error + ended.err
    assert "Traceback" not in ended.err
    assert ended.out == ""


def test_zoo_lists_the_papers_lenet(thimble):
    (lenet,) = [entry for entry in thimble("zoo", "--json").json if entry["name"] == "lenet"]
    assert lenet == {"name": "lenet", "input": [28, 28, 1], "parameters": 1_199_882, "macs": 11_992_448}


def test_recipes_and_devices_give_json(thimble):
    assert {"structured-int8", "sparse-int8"} <= {entry["id"] for entry in thimble("recipes", "--json").json}
    assert {"host", "virtual-pico"} <= {entry["id"] for entry in thimble("devices", "--json").json}


@pytest.mark.parametrize("command", ["zoo", "recipes", "devices"])
def test_tables_for_people(thimble, command):
    ended = thimble(command)
    assert ended.status == 0
    assert len(ended.out.splitlines()) > 4


def test_plan_has_the_fields_of_the_contract(thimble, tflite):
    plan = thimble("plan", tflite, "--board", "virtual-pico", "--json").json
    assert plan["model"] == str(tflite)
    assert plan["fits"] is True
    assert plan["flash"]["limit"] == 2_097_152
    assert plan["sram"]["limit"] == 270_336
    assert plan["flash"]["total"] == plan["flash"]["weights"] + plan["flash"]["code"]
    assert [layer["op"] for layer in plan["layers"]] == ["Dense", "Softmax"]
    assert plan["layers"][0]["params"] == 15
    assert set(plan["arena"]) == {"planner", "bytes", "lower_bound", "proof", "tensors"}
    assert plan["arena"]["proof"] == "lower-bound"
    assert plan["estimate"] is False


def test_plan_of_a_float_model_is_called_an_estimate(thimble, tmp_path):
    ended = thimble("plan", write_keras(tmp_path / "tiny.keras"), "--board", "virtual-pico", "--json")
    assert ended.json["estimate"] is True
    assert "estimate" in ended.err


def test_inspect_counts_and_names_the_targets(thimble, tflite):
    found = thimble("inspect", tflite, "--json").json
    assert (found["parameters"], found["macs"]) == (15, 12)
    assert found["input"] == [1, 4]
    assert [(end["shape"], end["numbers"]) for end in found["inputs"]] == [([1, 4], "int8")]
    assert [end["numbers"] for end in found["outputs"]] == ["int8"]
    assert all(target["supported"] for target in found["targets"])


@pytest.mark.parametrize("kind", ["tflite", "keras"])
def test_inspect_names_the_layer_that_stops_a_board(thimble, tmp_path, kind):
    if kind == "tflite":
        model, layer = write_int8_tflite(tmp_path / "odd.tflite", last="COS"), "last"
    else:
        model, layer = write_keras(tmp_path / "odd.keras", layer="GRU"), "unit"
    found = thimble("inspect", model, "--json").json
    assert found["parameters"] == 15
    assert found["targets"]
    for target in found["targets"]:
        assert target["supported"] is False
        assert repr(layer) in target["reason"]


def test_inspect_says_once_why_no_board_can_have_the_model(thimble, tmp_path):
    out = thimble("inspect", write_keras(tmp_path / "odd.keras", layer="GRU")).out
    assert out.count("is a GRU") == 1
    assert "virtual-pico" in out


def test_generate_writes_the_sources_and_says_which(thimble, tflite, tmp_path):
    out = tmp_path / "new" / "sources"
    files = thimble("generate", tflite, "--out", out, "--json").json["files"]
    assert sorted(files) == sorted(str(path) for path in out.iterdir())
    assert str(out / f"{tflite.stem}.h") in files


def test_generate_says_which_name_it_takes(thimble, tflite, tmp_path):
    assert (
        "begin with model_1x, made of '1x'"
        in thimble("generate", tflite, "--out", tmp_path, "--name", "1x").err
    )
    assert "made of" not in thimble("generate", tflite, "--out", tmp_path, "--name", "net").err


def test_no_meter_is_told(thimble, monkeypatch):
    monkeypatch.setattr("core.boards.devices.find_devices", tuple)
    assert "No power meter found." in thimble("devices").out
    assert thimble("devices", "--json").json == []


def test_generate_names_the_code_as_asked(thimble, tflite, tmp_path):
    files = thimble("generate", tflite, "--out", tmp_path / "c", "--name", "My net", "--json").json["files"]
    assert str(tmp_path / "c" / "my_net.h") in files
    assert "void my_net_run(void);" in (tmp_path / "c" / "my_net.h").read_text()


@pytest.mark.parametrize(
    ("board", "words"),
    [
        ("toaster", "there is no board 'toaster'"),
        ("pi", "no code is built for the board 'pi'"),
    ],
)
@pytest.mark.parametrize("command", ["plan", "build", "generate", "demo"])
def test_an_unknown_board_is_named(thimble, tflite, tmp_path, command, board, words):
    more = {
        "build": ["--out", tmp_path / "out"],
        "generate": ["--out", tmp_path / "out"],
    }.get(command, [])
    model = [] if command == "demo" else [tflite]
    status = 2 if board == "toaster" else 1
    assert_failed(thimble(command, *model, "--board", board, *more), words, "virtual-pico", status=status)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", ["run", "deploy", "bench", "demo"])
def test_a_board_that_is_not_plugged_in_is_told_before_any_work(
    thimble, tflite, tmp_path, command, monkeypatch
):
    monkeypatch.setattr("core.boards.placing.find_usb_boards", tuple)
    more = ["--input", tmp_path / "x.npy", "--output", tmp_path / "y.npy"] if command == "run" else []
    model = [] if command == "demo" else [tflite]
    ended = thimble(command, *model, "--board", "pico", *more)
    assert_failed(ended, "no Raspberry Pi Pico is plugged in", "BOOTSEL")
    assert "%" not in ended.err


def test_a_virtual_board_has_no_port(thimble, tflite):
    ended = thimble("bench", tflite, "--board", "virtual-pico", "--port", "/dev/ttyACM0")
    assert_failed(ended, "at no port")


READING_A_MODEL = [
    ("inspect", ()),
    ("plan", ("--board", "virtual-pico")),
    ("compress", ("--data", "digits", "--recipe", "recipe.toml", "--out", "out")),
    ("generate", ("--out", "out")),
    ("build", ("--board", "virtual-pico", "--out", "out")),
    ("bench", ("--board", "virtual-pico")),
    ("deploy", ("--board", "virtual-pico", "--out", "out")),
]
COMPILING = [
    entry for entry in READING_A_MODEL if entry[0] != "inspect"
]  # which lists what it cannot compile


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with a good recipe in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "recipe.toml").write_text(RECIPE)
    return tmp_path


@pytest.mark.parametrize(("command", "more"), READING_A_MODEL)
def test_a_missing_model(thimble, here, command, more):
    assert_failed(thimble(command, "nowhere.keras", *more), "nowhere.keras")
    assert not (here / "out").exists()


@pytest.mark.parametrize("name", ["notes.keras", "notes.tflite"])
@pytest.mark.parametrize(("command", "more"), READING_A_MODEL)
def test_a_text_file_with_the_ending_of_a_model(thimble, here, command, more, name):
    (here / name).write_text("dear diary")
    assert_failed(thimble(command, name, *more), name)
    assert not (here / "out").exists()


@pytest.mark.parametrize(("command", "more"), COMPILING)
def test_a_model_with_an_unsupported_layer(thimble, here, command, more):
    if command in ("plan", "compress"):
        model, layer = write_keras(here / "odd.keras", layer="GRU"), "unit"
    else:
        model, layer = write_int8_tflite(here / "odd.tflite", last="COS"), "last"
    assert_failed(thimble(command, model, *more), repr(layer))
    assert not (here / "out").exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('name = "x"\n[prune]\nsparsty = 0.5\n', ("sparsty", "3")),
        ('name = "x"\n[prune]\nsparsity = 1.5\n', ("sparsity", "1.5")),
        ("name = ", ("recipe.toml",)),
    ],
)
def test_a_bad_recipe_names_the_line_and_the_key(thimble, tmp_path, recipe, text, words):
    recipe.write_text(text)
    model = write_keras(tmp_path / "tiny.keras")
    out = tmp_path / "out"
    assert_failed(
        thimble("compress", model, "--data", "digits", "--recipe", recipe, "--out", out, "--json"), *words
    )
    assert not out.exists()


@pytest.mark.parametrize("command", ["generate", "build", "compress", "deploy", "demo"])
def test_an_output_folder_that_cannot_be_written(thimble, tmp_path, tflite, recipe, command):
    blocked = tmp_path / "file"
    blocked.write_text("a file, not a folder")
    out = blocked / "out"
    arguments = {
        "generate": (tflite, "--out", out),
        "build": (tflite, "--board", "virtual-pico", "--out", out),
        "compress": (
            write_keras(tmp_path / "tiny.keras"),
            "--data",
            "digits",
            "--recipe",
            recipe,
            "--out",
            out,
        ),
        "deploy": (tflite, "--board", "virtual-pico", "--out", out),
        "demo": ("--out", out),
    }[command]
    assert_failed(thimble(command, *arguments), "cannot")
    assert blocked.read_text() == "a file, not a folder"


def test_a_known_set_that_is_missing_says_where_to_put_it(thimble, tmp_path, monkeypatch, tflite):
    monkeypatch.setenv("THIMBLE_DATA", str(tmp_path))
    ended = thimble("evaluate", tflite, "--data", "mnist")
    assert_failed(ended, "MNIST", str(tmp_path), "mnist.npz", "THIMBLE_DATA")


@pytest.mark.parametrize(
    ("content", "word"), [(b"text", "x.npy"), (None, "x.npy"), (np.zeros((2, 7), np.float32), "7")]
)
def test_run_with_a_bad_input_file(thimble, tmp_path, tflite, content, word):
    x = tmp_path / "x.npy"
    if isinstance(content, bytes):
        x.write_bytes(content)
    elif content is not None:
        np.save(x, content)
    y = tmp_path / "y.npy"
    ended = thimble("run", tflite, "--board", "virtual-pico", "--input", x, "--output", y)
    assert_failed(ended, word)
    assert not y.exists()


@pytest.mark.parametrize("arguments", [("--engine", "xnnpack"), ("--host", "pi.local"), ("--threads", "4")])
@pytest.mark.parametrize("command", ["bench", "deploy"])
def test_options_of_a_pi_are_for_a_pi(thimble, tflite, command, arguments):
    ended = thimble(command, tflite, "--board", "virtual-pico", *arguments)
    assert_failed(ended, f"{arguments[0]} is for a Raspberry Pi", "--board pi")


@pytest.mark.parametrize(
    ("command", "given"),
    [
        ("bench", ("--port", "COM3")),
        ("bench", ("--compiler", "zig")),
        ("run", ("--encoding", "dense")),
        ("deploy", ("--planner", "greedy")),
        ("deploy", ("--all",)),
        ("deploy", ("--count", 2)),
        ("deploy", ("--port", "COM3")),
    ],
)
def test_options_of_other_boards_are_not_for_a_pi(thimble, tflite, command, given):
    files = ("--input", "x.npy", "--output", "y.npy") if command == "run" else ()
    ended = thimble(command, tflite, "--board", "pi", "--host", "berry", *files, *given)
    assert ended.status == 1
    assert f"leave {given[0]} out" in ended.err


@pytest.mark.parametrize("board", ["host", "pi"])
def test_a_folder_is_no_file_for_outputs(thimble, tflite, tmp_path, board):
    np.save(tmp_path / "x.npy", np.zeros((2, 4), np.int8))
    ended = thimble("run", tflite, "--board", board, "--input", tmp_path / "x.npy", "--output", tmp_path)
    assert ended.status == 1
    assert "it is a folder" in ended.err


@pytest.mark.parametrize(("board", "words"), [("pi", "try another --engine"), ("host", "please report it")])
def test_wrong_outputs_have_a_next_step(board, words):
    bench = {"board": board, "engine": "armnn", "verified": False, "agreement": "bytes"}
    with pytest.raises(ThimbleError) as caught:
        require_verified(bench)
    assert words in caught.value.hint


def test_windows_that_cannot_be_measured_say_so(thimble, tflite):
    bench = ("bench", tflite, "--board", "virtual-pico")
    assert_failed(thimble(*bench, "--window-s", "5"), "length of windows", status=2)
    assert_failed(thimble(*bench, "--windows", "--meter", "ppk2"), "not those of windows", status=2)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("--meter", "ppk3"), "no meter 'ppk3'"),
        (("--meter", "ppk2:voltage=12"), "'voltage' is 12.0"),
        (("--meter", "scpi"), "needs more"),
        (("--meter", "replay:no-such.csv"), "no recording no-such.csv"),
        (("--samples", "power.csv"), "needs a meter that measures"),
        (("--samples", "power.csv", "--meter", "estimate"), "needs a meter that measures"),
        (("--meter", "estimate:x=1"), "does not know 'x=1'"),
    ],
)
def test_meters_that_cannot_be_used_say_so(thimble, tflite, arguments, word):
    status = 1 if "replay" in arguments[1] else 2  # a file that is not there is no wrong usage
    assert_failed(thimble("bench", tflite, "--board", "virtual-pico", *arguments), word, status=status)


@pytest.mark.parametrize(
    ("option", "value", "choice"),
    [("--compiler", "tcc", "zig"), ("--encoding", "zip", "bitmask"), ("--planner", "best", "greedy")],
)
@pytest.mark.parametrize("command", ["plan", "bench"])
def test_a_value_that_is_none_of_the_choices_is_wrong_usage(thimble, tflite, command, option, value, choice):
    ended = thimble(command, tflite, "--board", "virtual-pico", option, value)
    assert_failed(ended, f"there is no {option[2:]} '{value}'", choice, status=2)


def test_a_format_of_sources_that_is_not_there_is_wrong_usage(thimble, tflite, tmp_path):
    ended = thimble("generate", tflite, "--out", tmp_path / "out", "--format", "cmake")
    assert_failed(ended, "there is no format 'cmake'", "pico-sdk", status=2)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", ["inspect", "plan", "build"])
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("model.h5", ("is not a Keras model",)),
        ("folder", ("cannot open", "saved_model.pb")),
        ("net.pt", ("pickle", "ONNX")),
        ("notes.txt", ("cannot open", ".onnx")),
    ],
)
def test_what_is_no_model_is_told_before_a_worker_starts(
    thimble, tmp_path, monkeypatch, command, name, words
):
    path = tmp_path / name
    if "." in name:
        path.write_bytes(b"something")
    else:
        path.mkdir()
    monkeypatch.setattr("core.cli.models.run_job", lambda *_: pytest.fail("a worker started"))
    options = {"inspect": (), "plan": ("--board", "host"), "build": ("--board", "host", "--out", tmp_path)}
    assert_failed(thimble(command, path, *options[command]), *words)


@pytest.mark.parametrize("task", ["compress", "survey", "sensitivity", "evaluate"])
@pytest.mark.parametrize(
    ("shape", "code"), [(None, "missing-file"), ((8, 9, 9, 2), "data-does-not-fit")], ids=["missing", "unfit"]
)
def test_data_that_cannot_be_used_are_told_before_tensorflow_starts(tmp_path, monkeypatch, task, shape, code):
    model, data = write_small_net(tmp_path / "m.keras"), tmp_path / "data.npz"
    if shape is not None:
        x, y = np.zeros(shape, np.float32), np.arange(8) % 2
        np.savez(data, x_train=x, y_train=y, x_test=x, y_test=y)
    monkeypatch.setitem(sys.modules, "tensorflow", None)  # importing it fails
    params = {"model": str(model), "data": str(data), "out": str(tmp_path / "out"), "recipe": {"name": "r"}}
    with pytest.raises(ThimbleError) as caught:
        find_task(task)(params, JobContext(lambda event: None))
    assert caught.value.code == code


def test_inspect_counts_layers_of_several_operators_as_keras_does(thimble, tmp_path):
    scales = {"scale": [0.5, 2.0], "offset": [0.0, 1.0]}
    convolution = conv("two", 3, depth_multiplier=1)
    convolution["class_name"] = "SeparableConv2D"
    model = sequential([conv("one", 2), layer("Rescaling", "scaled", **scales), convolution])
    shapes = {
        "conv2d": ((3, 3, 1, 2), (2,)),
        "separable_conv2d": ((3, 3, 2, 1), (1, 1, 2, 3), (3,)),
    }
    path = write_keras_file(tmp_path / "m.keras", model, random_weights(shapes))
    found = {entry["name"]: entry["params"] for entry in thimble("inspect", path, "--json").json["layers"]}
    assert (found["one"], found["scaled"]) == (20, 0)
    assert (found["two/depthwise"], found["two"]) == (18, 9)


def test_inspect_and_plan_take_onnx(thimble, tmp_path):
    model = OnnxModel((1, 2, 6, 6)).conv(4, 2).add("Relu").add("Flatten").gemm(3, 64)
    path = model.write(tmp_path)
    found = thimble("inspect", path, "--json").json
    assert (found["format"], found["numbers"], found["input"]) == ("onnx", "float32", [1, 2, 6, 6])
    assert found["parameters"] == 4 * 2 * 9 + 4 + 3 * 64 + 3
    assert [layer["op"] for layer in found["layers"]] == ["Conv2D", "Relu", "Reshape", "Dense"]
    planned = thimble("plan", path, "--board", "host")
    assert "computes with floats" in planned.err
    assert "float32" in planned.out


def test_inspect_names_the_onnx_layer_that_stops_it(thimble, tmp_path):
    path = OnnxModel((1, 2, 6, 6)).conv(4, 2).add("NonZero").write(tmp_path)
    found = thimble("inspect", path, "--json").json
    assert found["operators"] == {"Conv": 1, "NonZero": 1}
    assert not any(target["supported"] for target in found["targets"])
    assert "'NonZero1' (NonZero)" in found["targets"][0]["reason"]
    assert_failed(thimble("plan", path, "--board", "host"), "'NonZero1' (NonZero)")


def test_demo_with_an_unknown_preset_names_those_there_are(thimble, tmp_path):
    ended = thimble("demo", "--recipe", "magic", "--out", tmp_path / "out")
    assert_failed(ended, "magic", "structured-int8")
    assert not (tmp_path / "out").exists()


def test_report_writes_what_is_asked_and_prints_json(thimble, tmp_path):
    run = write_run(tmp_path / "run")
    pdf, csv = tmp_path / "a" / "r.pdf", tmp_path / "a" / "r.csv"
    value = thimble("report", run, "--pdf", pdf, "--csv", csv, "--json").json
    assert pdf.read_bytes().startswith(b"%PDF")
    assert csv.read_text().startswith("section,item,name,value,unit,source\n")
    assert value["verified"] is True
    assert value["bench"]["energy"]["source"] == "estimated"


@pytest.mark.parametrize("blocked", ["--pdf", "--csv"])
def test_report_writes_both_files_or_none(thimble, tmp_path, blocked):
    run = write_run(tmp_path / "run")
    (tmp_path / "folder").mkdir()
    other = {"--pdf": "--csv", "--csv": "--pdf"}[blocked]
    kept = tmp_path / "kept"
    kept.write_text("of yesterday")
    for target in (tmp_path / "new" / "r", kept):
        ended = thimble("report", run, blocked, tmp_path / "folder", other, target)
        assert_failed(ended, "cannot write", "folder")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "kept", "run"]
    assert kept.read_text() == "of yesterday"
    assert list((tmp_path / "folder").iterdir()) == []


def test_report_for_people(thimble, tmp_path):
    ended = thimble("report", write_run(tmp_path / "run"))
    assert ended.status == 0
    assert "Verified: every output byte" in ended.out
    assert "estimate" in ended.out


@pytest.mark.parametrize("content", [None, "{}", "not json", json.dumps({"recipe": {}})])
def test_a_folder_without_a_run(thimble, tmp_path, content):
    folder = tmp_path / "run"
    if content is not None:
        folder.mkdir()
        (folder / "run.json").write_text(content)
    assert_failed(thimble("report", folder), str(folder))


def test_the_compiler_prepares_itself_once(thimble, tflite, tmp_path, monkeypatch):
    def fail(compilation, out, cache):
        cache.mkdir(parents=True, exist_ok=True)
        raise ThimbleError("stop", "stopped by the test", "go on")

    monkeypatch.setattr("codegen.firmware.build_firmware", fail)
    build = ("build", tflite, "--board", "virtual-pico", "--out", tmp_path / "out")
    assert "prepares itself" in thimble(*build).err
    again = thimble(*build).err
    assert "building" in again
    assert "prepares itself" not in again


def test_the_recipes_tell_their_paper_and_studies(thimble):
    presets = {preset["id"]: preset for preset in thimble("recipes", "--json").json}
    assert presets["structured-int8"]["paper"] == ""
    assert presets["deutel-element"]["paper"].startswith("Deutel")
    assert "deutel-lenet" in presets["deutel-element"]["studies"]
    assert "salmon-slim" in thimble("recipes").out


def test_a_sweep_needs_a_recipe_or_a_study(thimble, tmp_path):
    cases = {
        ("--out", tmp_path): "MODEL is missing",
        ("zoo:lenet-p", "--data", "digits", "--out", tmp_path): "--recipe is missing",
        ("--study", "newton", "--out", tmp_path): "no study 'newton'",
        ("--study", "deutel-lenet", "--seeds", "2", "--out", tmp_path): "--seeds does not go with --study",
        ("--study", "deutel-lenet", "--data", "digits", "--board", "moon", "--out", tmp_path): "moon",
        ("--study", "deutel-lenet", "--data", "digits", "--plots", "gif", "--out", tmp_path): "gif",
        ("none.keras", "--study", "deutel-lenet", "--out", tmp_path): "none.keras",
    }
    for arguments, words in cases.items():
        ended = thimble("sweep", *arguments)
        assert ended.status == (2 if "moon" in arguments else 1)
        assert words in ended.err
        assert "hint: " in ended.err
    assert list(tmp_path.glob("*.csv")) == []


def test_bad_values_of_a_grid_are_told_before_anything_runs(thimble, tmp_path):
    recipe = tmp_path / "r.toml"
    recipe.write_text('name = "r"\n[prune]\n')
    plain = tmp_path / "plain.toml"
    plain.write_text('name = "plain"\n')
    start = ("sweep", "zoo:lenet-p", "--data", "digits", "--out", tmp_path / "out", "--recipe")
    for option, value, words in (
        ("--sparsity", "1.5", "sparsity 1.5"),
        ("--criterion", "l3", "criterion l3"),
        ("--quantize", "int4", "quantization int4"),
    ):
        ended = thimble(*start, recipe, option, value)
        assert ended.status == 1
        assert words in ended.err
    assert "nothing to vary" in thimble(*start, plain, "--sparsity", "0.5").err
    assert thimble(*start, recipe, "--sparsity", "many").status == 2
    assert not (tmp_path / "out").exists()
