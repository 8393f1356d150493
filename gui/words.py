"""Words for people: translations of codes and terms, and numbers as text."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLocale

from core.errors import ThimbleError
from core.flow.draft import Problem, Step
from core.jobs.events import Failed


def tr(text: str) -> str:
    """The text in the user's language (lupdate: ``-tr-function-alias translate+=tr``)."""
    return QCoreApplication.translate("Thimble", text)


def step_title(step: Step) -> str:
    return {
        Step.MODEL: tr("Model"),
        Step.DATA: tr("Data"),
        Step.PRUNING: tr("Pruning"),
        Step.CLUSTERING: tr("Clustering"),
        Step.TRAINING: tr("Training"),
        Step.QUANTIZATION: tr("Number format"),
        Step.BOARD: tr("Board"),
        Step.REVIEW: tr("Review"),
    }[step]


def problem_text(problem: Problem) -> str:
    return {
        Problem.NO_MODEL: tr("Choose a model to go on."),
        Problem.MODEL_MISSING: tr("This file is not there any more. Choose another model."),
        Problem.MODEL_KIND: tr("Thimble compresses models saved by Keras: files that end in .keras."),
        Problem.MODEL_REFUSED: tr("Thimble cannot go on with this choice: the message above says why."),
        Problem.DATA_REFUSED: tr("The model cannot be tried on these data: the message above says why."),
        Problem.RECIPE_REFUSED: tr("These choices do not go together yet."),
        Problem.DATA_MISSING: tr("The data is not there any more. Choose it again."),
        Problem.UNKNOWN_BOARD: tr("Choose one of the boards."),
        Problem.NOTHING_TO_DO: tr(
            "Nothing would change: choose a way of pruning, shared values, or small numbers."
        ),
        Problem.NO_FOLDER: tr("Choose a folder for the results."),
        Problem.FOLDER_IN_USE: tr("This folder has something in it already. Choose a new or empty one."),
        Problem.FOLDER_NOT_WRITABLE: tr("You may not write there. Choose another folder."),
    }[problem]


def failure_text(failed: Failed) -> tuple[str, str]:
    """What happened and the next step. Codes that are not known here speak in the core's own words."""
    known = {
        "worker-crashed": (
            tr("The work stopped unexpectedly. Nothing was changed; your model is as it was."),
            tr("Try again. If it happens again, close other programs to free memory."),
        ),
        "unexpected": (
            tr("Something went wrong that should not have: {what}").format(what=failed.what),
            tr("Your model is as it was. The details help whoever looks into it."),
        ),
    }
    what, hint = known.get(failed.code, (failed.what, failed.hint))
    return sentence(what), sentence(hint)


def error_as_failed(error: ThimbleError) -> Failed:
    """An expected error raised in the window's own process, as the failure of a job."""
    return Failed(error.code, error.what, error.hint)


def sentence(text: str) -> str:
    """With a capital letter and a full stop."""
    text = text.strip()
    if not text:
        return ""
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?…" else ".")


def bytes_text(count: float) -> str:
    """Sizes with 1 KB = 1024 bytes, as board makers count."""
    if count < 1024:
        return tr("{n} bytes").format(n=number(count))
    if count < 1024 * 1024:
        return tr("{n} KB").format(n=number(count / 1024, 1 if count < 102_400 else 0))
    return tr("{n} MB").format(n=number(count / 1024 / 1024, 2))


def number(value: float, decimals: int = 0) -> str:
    """Grouped digits of the user's language."""
    locale = QLocale()
    if locale.language() == QLocale.Language.C:  # a bare system: it would not group digits
        locale = QLocale(QLocale.Language.English)
    return locale.toString(float(value), "f", decimals)


def percent(fraction: float, decimals: int = 1) -> str:
    return tr("{n} %").format(n=number(100 * fraction, decimals))


def duration(seconds: float) -> str:
    """A rough time for people who wait."""
    if seconds < 60:
        return tr("{n} s").format(n=number(max(1, round(seconds))))
    if seconds < 3600:
        return tr("{m} min {s} s").format(m=int(seconds // 60), s=int(seconds % 60))
    return tr("{h} h {m} min").format(h=int(seconds // 3600), m=int(seconds % 3600 // 60))


def latency(seconds: float) -> str:
    return tr("{n} ms").format(n=number(1e3 * seconds, _decimals(1e3 * seconds)))


def energy(joules: float) -> str:
    return tr("{n} mJ").format(n=number(1e3 * joules, _decimals(1e3 * joules)))


def _decimals(value: float) -> int:
    """Four digits that count, as far as three decimals show them."""
    return 3 if value < 10 else 2 if value < 100 else 1
