"""Reports of a small run that is made up but consistent."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from core.errors import ThimbleError
from core.recipe import (
    Cluster,
    Engine,
    Prune,
    PruneKind,
    Quantize,
    QuantizeKind,
    QuantizeMode,
    Recipe,
    Scope,
    Training,
)
from core.report import collect, save_deploy, to_json, write_csv, write_pdf
from core.report.recipe_words import sentences
from core.report.units import change, quantity, size
from tests.unit.report.sample_run import deploy_record, run_record, write_run


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return write_run(tmp_path / "run")


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_csv_has_every_inference_and_says_what_is_estimated(run, tmp_path):
    write_csv(collect(run), tmp_path / "r.csv")
    rows = rows_of(tmp_path / "r.csv")
    times = [row for row in rows if row["section"] == "inference" and row["name"] == "latency"]
    assert [float(row["value"]) for row in times] == deploy_record()["bench"]["times_s"]
    assert {row["source"] for row in times} == {"estimated"}
    (energy,) = [row for row in rows if row["name"] == "energy of one inference"]
    assert (energy["unit"], energy["source"]) == ("J", "estimated")


def test_the_csv_tells_predicted_from_linked(run, tmp_path):
    write_csv(collect(run), tmp_path / "r.csv")
    flash = {
        row["source"]: int(row["value"])
        for row in rows_of(tmp_path / "r.csv")
        if row["section"] == "build" and row["item"] == "flash"
    }
    assert flash == {"predicted": 73_500, "linked": 73_512}


def test_every_row_is_one_value(run, tmp_path):
    write_csv(collect(run), tmp_path / "r.csv")
    rows = rows_of(tmp_path / "r.csv")
    keys = [(row["section"], row["item"], row["name"], row["source"]) for row in rows]
    assert len(keys) == len(set(keys))
    assert all(row["value"] != "" for row in rows)


def test_the_json_has_the_fields_of_the_run_at_the_top(run):
    value = json.loads(json.dumps(to_json(collect(run))))
    assert value["accuracy"] == run_record()["accuracy"]
    assert value["plan"]["arena"]["lower_bound"] == 7_000
    assert value["verified"] is True
    (artifact,) = value["artifacts"]
    assert artifact["size_bytes"] == 400


def pages(pdf: bytes) -> int:
    return pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ")


@pytest.mark.parametrize("deployed", [True, False])
def test_the_pdf_is_drawn_with_and_without_a_deployment(tmp_path, deployed):
    run = write_run(tmp_path / "run", deployed=deployed)
    write_pdf(collect(run), tmp_path / "r.pdf")
    content = (tmp_path / "r.pdf").read_bytes()
    assert content.startswith(b"%PDF")
    assert content.rstrip().endswith(b"%%EOF")
    assert pages(content) >= 2


def test_the_pdf_is_drawn_without_training_confusion_and_energy(tmp_path):
    run = write_run(tmp_path / "run")
    record = {k: v for k, v in run_record().items() if k not in ("history", "confusion")}
    (run / "run.json").write_text(json.dumps(record))
    deployed = deploy_record(runs=2)
    deployed["bench"]["energy"] = None
    deployed["bench"]["timing"] = "measured"
    (run / "deploy.json").write_text(json.dumps(deployed))
    write_pdf(collect(run), tmp_path / "r.pdf")
    assert pages((tmp_path / "r.pdf").read_bytes()) >= 2


def test_names_with_markup_and_other_scripts_do_not_break_the_pdf(tmp_path):
    run = write_run(tmp_path / "run")
    record = run_record()
    record["model"] = '<b>модель & "x".keras'
    record["layers"][0]["name"] = "слой <1> $x_1$"
    record["confusion"]["classes"][0] = "</para> $\\frac$ [b]"
    (run / "run.json").write_text(json.dumps(record))
    write_pdf(collect(run), tmp_path / "r.pdf")
    assert pages((tmp_path / "r.pdf").read_bytes()) >= 2


def test_a_deep_network_with_many_classes_fits_on_pages(tmp_path):
    run = write_run(tmp_path / "run")
    record, deployed = run_record(), deploy_record()
    record["layers"] = [{**record["layers"][0], "name": f"a_long_name_of_a_layer_{n}"} for n in range(150)]
    classes = [f"class {n}" for n in range(60)]
    matrix = [[int(row == column) for column in range(60)] for row in range(60)]
    record["confusion"] = {"classes": classes, "before": matrix, "after": matrix}
    plan = deployed["plan"]
    plan["layers"] = [{**plan["layers"][0], "name": f"a_long_name_of_a_layer_{n}"} for n in range(150)]
    buffer = plan["arena"]["tensors"][0]
    plan["arena"]["tensors"] = [{**buffer, "first": n, "last": n + 1} for n in range(150)]
    (run / "run.json").write_text(json.dumps(record))
    (run / "deploy.json").write_text(json.dumps(deployed))
    write_pdf(collect(run), tmp_path / "r.pdf")
    assert pages((tmp_path / "r.pdf").read_bytes()) >= 4


def test_a_run_that_is_not_complete_is_one_clear_error(run, tmp_path):
    record = run_record()
    del record["layers"][0]["params_before"]
    (run / "run.json").write_text(json.dumps(record))
    with pytest.raises(ThimbleError) as failure:
        write_pdf(collect(run), tmp_path / "r.pdf")
    assert failure.value.code == "bad-run"
    assert not (tmp_path / "r.pdf").exists()


def test_a_file_that_cannot_be_written_leaves_nothing(run, tmp_path):
    (tmp_path / "file").write_text("here")
    for write in (write_pdf, write_csv):
        with pytest.raises(ThimbleError) as failure:
            write(collect(run), tmp_path / "file" / "r")
        assert failure.value.code == "cannot-write"
    (tmp_path / "folder").mkdir()
    with pytest.raises(ThimbleError):
        write_csv(collect(run), tmp_path / "folder")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder", "run"]


def test_a_deployment_of_another_model_is_not_reported(run):
    result = deploy_record()
    result["plan"]["model"] = str(run / "model.tflite")
    save_deploy(run, result)
    assert collect(run).plan is not None
    (run / "model.tflite").write_bytes(b"TFL3, compressed again")
    report = collect(run)
    assert report.plan is None
    assert report.verified is None
    assert report.run is not None


def test_a_failed_verification_is_told(run):
    result = deploy_record() | {"verified": False}
    (run / "deploy.json").write_text(json.dumps(result))
    report = collect(run)
    assert report.verified is False
    assert to_json(report)["verified"] is False


def test_a_recipe_in_words():
    recipe = Recipe(
        "x",
        prune=Prune(PruneKind.ELEMENT, scope=Scope.LAYER, sparsity=0.95, layers={"dense": 0.5}),
        finetune=Training(epochs=3),
        cluster=Cluster(clusters=16),
        quantize=Quantize(QuantizeKind.INT8, calibration=50),
    )
    text = " ".join(sentences(recipe))
    for words in (
        "single weights to zero",
        "95 %",
        "dense 50 %",
        "3 epochs",
        "16 different weights",
        "50 training",
    ):
        assert words in text


@pytest.mark.parametrize("kind", list(QuantizeKind))
def test_every_kind_of_numbers_has_words(kind):
    assert len(sentences(Recipe("x", quantize=Quantize(kind)))) == 2


def test_quantities_are_short_and_exact():
    assert quantity(0.0123456, "s") == "12.35 ms"
    assert quantity(0, "J") == "0 J"
    assert quantity(4.2e-6, "J") == "4.2 µJ"
    assert quantity(5e-13, "J") == "0.0005 nJ"
    assert size(9_999) == "9,999 bytes"
    assert size(1_234_567) == "1.23 MB (1,234,567 bytes)"
    assert change(200, 50) == "−75.0 %"


def test_the_versions_are_those_of_the_run(run):
    record = json.loads((run / "run.json").read_text(encoding="utf-8"))
    record["tools"] = {"tensorflow": "1.2.3", "onnxruntime": "4.5.6"}
    (run / "run.json").write_text(json.dumps(record), encoding="utf-8")
    tools = collect(run).tools
    assert (tools["tensorflow"], tools["onnxruntime"]) == ("1.2.3", "4.5.6")
    assert tools["ziglang"] != "1.2.3"


def test_the_other_engine_is_named_where_it_does_a_step():
    recipe = Recipe(
        "x",
        prune=Prune(PruneKind.ELEMENT),
        cluster=Cluster(engine=Engine.TFMOT),
        quantize=Quantize(mode=QuantizeMode.QAT, engine=Engine.TFMOT),
    )
    told = [line for line in sentences(recipe) if "TensorFlow Model Optimization" in line]
    assert [line.split()[0] for line in told] == ["Keep", "Weights"]
