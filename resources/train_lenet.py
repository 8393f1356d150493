"""Train the LeNet that Thimble ships: ``python resources/train_lenet.py [--out FILE]``.

Data: scikit-learn's digits enlarged to 28×28, the split of `core.data`, light shifts. The test images
choose nothing: the last epoch's weights are kept. Writes the model without the optimizer's state.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from core.compress.finetune import EpochResult, Hooks, train  # noqa: E402
from core.data import load_data  # noqa: E402
from core.models.deterministic import start_tensorflow  # noqa: E402
from core.models.zoo import find_architecture  # noqa: E402
from core.recipe import Augment, Optimizer, Training  # noqa: E402

SEED = 0
TRAINING = Training(epochs=18, batch_size=32, optimizer=Optimizer.ADAM, learning_rate=0.001)
FINISH = Training(epochs=4, batch_size=32, optimizer=Optimizer.ADAM, learning_rate=0.0001)
SHIFTS = Augment(shift=0.07)
LEAST_ACCURACY = 0.98


def _show(result: EpochResult) -> None:
    print(
        f"epoch {result.epoch}: loss {result.loss:.4f}, accuracy {result.accuracy:.4f},"
        f" test loss {result.val_loss:.4f}, test accuracy {result.val_accuracy:.4f}",
        flush=True,
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "resources" / "models" / "lenet-digits.keras")
    out: Path = parser.parse_args().out
    start_tensorflow(SEED)
    data = load_data("digits")
    model = find_architecture("lenet").build(SEED)
    hooks = Hooks(after_epoch=_show)
    train(model, data, TRAINING, range(TRAINING.epochs), SEED, SHIFTS, hooks=hooks)
    last = range(TRAINING.epochs, TRAINING.epochs + FINISH.epochs)
    accuracy = train(model, data, FINISH, last, SEED, SHIFTS, hooks=hooks)[-1].val_accuracy
    if accuracy < LEAST_ACCURACY:
        print(f"test accuracy {accuracy:.4f} is below {LEAST_ACCURACY}: not saved", file=sys.stderr)
        return 1
    partial = out.with_name("." + out.name)
    stripped = model.__class__.from_config(model.get_config())
    stripped.set_weights(model.get_weights())
    stripped.save(partial)
    os.replace(partial, out)
    print(f"wrote {out} ({out.stat().st_size:,} bytes), test accuracy {accuracy:.4f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
