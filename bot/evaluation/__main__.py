"""``python -m bot.evaluation WHAT``: measures how well messages are understood.

- ``understanding``: the product's model on the development set, with the quick peers; trains it first if need be.
- ``peers``: Rasa's default pipeline with DIET, which takes hours, or fewer epochs and examples, and the table of it.
- ``ablation``: what each part of the classifier is worth, on authors that were held out.
- ``arbanking FOLDER``: the intent classifier on a public set of questions.

Runs in the product's environment and hands over to Rasa's, which has the libraries.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from bot.config import load_settings
from bot.core.errors import AnaM3akError
from bot.data_dir import PROJECT_ROOT, DataDir
from bot.evaluation import serving
from bot.install import environments, setup, uv
from bot.install.environments import Environment
from bot.install.errors import InstallError
from bot.problem import Problem
from bot.progress import step
from bot.supervise import environment, training
from bot.supervise.programs import RASA_PYTHON

OUT = PROJECT_ROOT / "build" / "evaluation"
_LIBRARIES_BYTES = 500_000_000


def main(arguments: Sequence[str]) -> int:
    """Runs one measurement; its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m bot.evaluation", description="Measure the understanding."
    )
    measurements = parser.add_subparsers(dest="what", required=True)
    understanding = measurements.add_parser("understanding", help="the model on the development set")
    understanding.add_argument(
        "--no-peers", action="store_true", help="without the libraries it is compared with"
    )
    peers = measurements.add_parser("peers", help="Rasa's default pipeline with DIET; an hour or more")
    peers.add_argument("--epochs", type=int, default=100)
    peers.add_argument("--every", type=int, default=1, help="learn from each so-many-th example only")
    measurements.add_parser("ablation", help="what each part of the classifier is worth; half an hour")
    arbanking = measurements.add_parser("arbanking", help="the classifier on ArBanking77")
    arbanking.add_argument("folder", type=Path)
    asked = parser.parse_args(arguments)
    try:
        data = load_settings().data
        if asked.what == "understanding":
            return _understanding(data, with_peers=not asked.no_peers)
        if asked.what == "peers":
            return _become(
                data, "peers", str(OUT), "--epochs", str(asked.epochs), "--every", str(asked.every)
            )
        if asked.what == "ablation":
            return _become(data, "ablation", str(OUT))
        return _become(data, "arbanking", str(asked.folder.absolute()))
    except (Problem, AnaM3akError, InstallError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _understanding(data: DataDir, *, with_peers: bool) -> int:
    if with_peers:
        _ensure_libraries()
    model = _trained(data)
    options = [] if with_peers else ["--no-peers"]
    seconds = _training_seconds(model)
    if seconds is not None:
        options += ["--training-seconds", f"{seconds:.1f}"]
    with step("Starting Rasa's server, to see what it costs"):
        server = serving.measure(model, data)
    if server is not None:
        options += [
            "--server",
            str(server.ready_seconds),
            str(server.processor_seconds),
            str(server.resident_mb),
        ]
    return _become(data, "measure", str(model), str(OUT), *options)


def _trained(data: DataDir) -> Path:
    """The model of the present inputs; where this trained it, how long that took is kept for later reports."""
    there = training.model_path(data).exists()
    started = time.monotonic()
    model = training.ensure_model(data)
    if not there:
        OUT.mkdir(parents=True, exist_ok=True)
        _record(model).write_text(json.dumps({"seconds": time.monotonic() - started}), encoding="utf-8")
    return model


def _training_seconds(model: Path) -> float | None:
    record = _record(model)
    return float(json.loads(record.read_text(encoding="utf-8"))["seconds"]) if record.exists() else None


def _record(model: Path) -> Path:
    return OUT / f"training-{model.name.removesuffix('.tar.gz')}.json"


def _ensure_libraries() -> None:
    libraries = Environment(
        directory=PROJECT_ROOT / ".venv-evaluate",
        locks=(PROJECT_ROOT / "requirements" / "evaluate.txt",),
        title="the libraries to compare with",
        size=_LIBRARIES_BYTES,
    )
    if not environments.is_current(libraries):
        tool = uv.find_or_bring(PROJECT_ROOT)
        environments.make(libraries, python=setup.find_rasa_python(tool), uv=tool)


def _become(data: DataDir, module: str, *arguments: str) -> int:
    """Goes on as a module in Rasa's environment; does not return."""
    sys.stdout.flush()
    os.chdir(PROJECT_ROOT)
    command = [str(RASA_PYTHON), "-W", "ignore", "-m", f"bot.evaluation.{module}", *arguments]
    os.execve(command[0], command, environment.of_tools(data))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
