"""The studies' files: what they say for the papers' data and for the digits. None is run here."""

from __future__ import annotations

import pytest

from core.errors import ThimbleError
from core.models.loading import check_model_file
from core.presets import all_presets
from core.sweep.grid import QUANTIZATIONS, count_runs, variants_of
from core.sweep.plots import find_plot
from core.sweep.spec import spec_from_json
from core.sweep.studies import all_studies, find_study
from core.sweep.tables import find_table

#: So that a study on the digits ends in minutes.
MOST_VARIANTS_ON_DIGITS = 24


@pytest.mark.parametrize("study", all_studies())
def test_what_every_study_would_run_on_the_papers_data(study: str) -> None:
    spec = find_study(study).spec()
    assert spec.data != "digits"
    assert spec_from_json(spec.to_json()) == spec
    check_model_file(spec.model)
    assert all(series.recipe.train is not None for series in spec.series)
    assert count_runs(spec.series) >= 3
    for kind in spec.tables:
        find_table(kind)
    for kind in spec.plots:
        find_plot(kind)


@pytest.mark.parametrize("study", all_studies())
def test_what_every_study_would_run_on_the_digits(study: str) -> None:
    spec = find_study(study).spec("digits")
    check_model_file(spec.model)
    assert "digits" in spec.note
    assert sum(len(variants_of(series)) for series in spec.series) <= MOST_VARIANTS_ON_DIGITS
    assert all(series.grid.seeds == 1 for series in spec.series)


@pytest.mark.parametrize("study", all_studies())
def test_published_rows_fit_the_columns_of_their_table(study: str) -> None:
    found = find_study(study)
    assert found.published
    for kind, published in found.published.items():
        assert kind in found.tables
        for row in published.rows:
            assert set(row) <= set(find_table(kind).columns)
            assert "network" in row
        assert found.paper.startswith(published.source.split()[0].rstrip(","))


def test_every_paper_has_recipes_and_studies() -> None:
    papers = {recipe.paper for recipe in all_presets().values() if recipe.paper}
    assert len(papers) == 4
    assert {study.paper for study in all_studies().values()} == papers


@pytest.mark.parametrize(
    ("study", "model", "data", "chosen", "keras_first_ms", "armnn_ms", "int8"),
    [
        ("mnist", "mnist-cnn", "mnist", "70 %", "539.58", "3.62", "100 %"),
        ("svhn", "svhn-cnn", "svhn", "80 %", "527.06", "54.80", "93.75 %"),
        ("horses", "vgg16", "horses-or-humans", "80 %", "1861.52", "456.16", "96.87 %"),
        ("cats", "mobilenet-v2", "cats-vs-dogs", "50 %", "2520.03", "6.47", "18.75 %"),
        ("flowers", "resnet50", "flowers", "70 %", "3886.11", "485.54", "87.5 %"),
    ],
)
def test_the_networks_of_the_raspberry_pi_paper_and_what_it_measured(
    study: str, model: str, data: str, chosen: str, keras_first_ms: str, armnn_ms: str, int8: str
) -> None:
    found = find_study(f"ameen-{study}")
    assert (found.model, found.data) == (f"zoo:{model}", data)
    rows = found.published["boards"].rows
    assert [row["network"] for row in rows] == ["Keras", *["TFLite"] * 4, *["Arm NN"] * 2]
    assert rows[0]["first"] == keras_first_ms
    assert rows[-1]["latency"] == armnn_ms
    accuracy = found.published["formats"].rows[-1]
    assert (accuracy["compression"], accuracy["int8"]) == (chosen, int8)
    sparsities = [sparsity for series in found.spec().series for sparsity in series.grid.sparsities]
    assert sparsities.count(float(chosen.removesuffix(" %")) / 100) == 2  # weights, and filters


@pytest.mark.parametrize("data", [None, "digits"])
def test_a_model_file_keeps_its_weights_and_a_network_of_the_zoo_is_trained(data: str | None) -> None:
    given = find_study("ameen-cats").spec(data, "pretrained.keras")
    assert all(series.recipe.train is None for series in given.series)
    trained = find_study("ameen-cats").spec(data, "zoo:mobilenet-v2")
    assert all(series.recipe.train is not None for series in trained.series)


def test_another_model_takes_the_place_of_the_papers() -> None:
    spec = find_study("deutel-lenet").spec("digits", "zoo:lenet-p")
    assert spec.model == "zoo:lenet-p"
    assert "trained before" not in spec.note
    assert all(series.recipe.train is not None for series in spec.series)


def test_the_lenet_is_not_trained_again_on_the_digits() -> None:
    spec = find_study("deutel-lenet").spec("digits")
    assert all(series.recipe.train is None for series in spec.series)
    assert QUANTIZATIONS["uint8"] in spec.series[0].grid.quantizations


def test_a_study_that_is_not_there() -> None:
    with pytest.raises(ThimbleError) as caught:
        find_study("newton")
    assert "deutel-lenet" in caught.value.hint
