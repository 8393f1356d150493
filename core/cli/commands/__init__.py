"""Every command, in the order of the help; a new one is a file and a line here."""

from core.cli.command import Command
from core.cli.commands.bench import BENCH
from core.cli.commands.build import BUILD
from core.cli.commands.compress import COMPRESS
from core.cli.commands.data import DATA
from core.cli.commands.demo import DEMO
from core.cli.commands.deploy import DEPLOY
from core.cli.commands.devices import DEVICES
from core.cli.commands.evaluate import EVALUATE
from core.cli.commands.generate import GENERATE
from core.cli.commands.inspect import INSPECT
from core.cli.commands.pi import PI
from core.cli.commands.plan import PLAN
from core.cli.commands.recipes import RECIPES
from core.cli.commands.report import REPORT
from core.cli.commands.run import RUN
from core.cli.commands.sensitivity import SENSITIVITY
from core.cli.commands.sweep import SWEEP
from core.cli.commands.zoo import ZOO

COMMANDS: tuple[Command, ...] = (
    DEMO, ZOO, INSPECT, COMPRESS, RECIPES, EVALUATE, PLAN, GENERATE, BUILD, RUN, DEVICES, DEPLOY, BENCH,
    REPORT, SENSITIVITY, SWEEP, DATA, PI,
)  # fmt: skip
