"""The model: trained when what it is made from has changed, and named by a hash of that."""

from __future__ import annotations

import hashlib
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bot.core import sources
from bot.data_dir import PROJECT_ROOT, DataDir
from bot.progress import step
from bot.supervise import environment, preflight
from bot.supervise.errors import StartError
from bot.supervise.programs import LEAN_RASA, RASA_PYTHON

_LAUNCH = Path(__file__).with_name("launch.py")
_INPUTS = ("config.yml", "domain.yml", "nlu_data", "requirements/rasa.txt")
_TRAINED = (
    "bot.rasa_components.intent_classifier",
    "bot.rasa_components.variety_identifier",
    "bot.rasa_components.example_importer",
)
_WORD_LISTS = "bot/rasa_components/*.yml"
_KEPT_MODELS = 3
_STOP_SECONDS = 5.0
_LOG_END_BYTES = 200_000


def model_path(data: DataDir, *, root: Path = PROJECT_ROOT) -> Path:
    """Where the model of the present inputs is, or will be."""
    return data.models / f"{inputs_hash(root)}.tar.gz"


def ensure_model(data: DataDir, *, root: Path = PROJECT_ROOT) -> Path:
    """The model of the present inputs, trained if need be. Raises StartError."""
    model = model_path(data, root=root)
    if not model.exists():
        preflight.require_rasa()
        title = "Training the assistant, because what it learns from is new (minutes)"
        with step(title, detail=lambda: _reached(data.logs / "train.log")):
            _train(data, model)
    model.touch()
    _forget_old(data.models)
    return model


def inputs_hash(root: Path = PROJECT_ROOT) -> str:
    """A hash over the names and contents of everything that a model is made from."""
    digest = hashlib.sha256()
    for path in _input_files(root):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(root)}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:20]


def _input_files(root: Path) -> Iterator[Path]:
    for name in _INPUTS:
        place = root / name
        if place.is_file():
            yield place
        else:
            kept = (path for path in place.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
            yield from sorted(path for path in kept if not path.name.startswith("."))
    yield from sources.closure(root, _TRAINED)
    yield from sorted(root.glob(_WORD_LISTS))


def _train(data: DataDir, model: Path) -> None:
    """Trains beside the model's place and moves it there: an interruption leaves no half of one."""
    for directory in (data.models, data.logs):
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    log = data.logs / "train.log"
    with tempfile.TemporaryDirectory(dir=data.models) as fresh, log.open("wb") as output:
        command = [RASA_PYTHON, "-m", LEAN_RASA, "train", "--fixed-model-name", "model", "--out", fresh]
        command += ["--config", "config.yml", "--domain", "domain.yml", "--data", "nlu_data"]
        process = subprocess.Popen(
            [sys.executable, "-I", str(_LAUNCH), "--", *map(str, command)],
            env=environment.of_tools(data),
            cwd=PROJECT_ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        code = _wait(process)
        trained = Path(fresh) / "model.tar.gz"
        if code != 0 or not trained.exists():
            raise StartError(
                f"The training failed (exit code {code}): {_last_line(log)}\nAll it said is in {log}."
            )
        trained.replace(model)


def _wait(process: subprocess.Popen[bytes]) -> int:
    try:
        return process.wait()
    except BaseException:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        raise


def _reached(log: Path) -> str:
    """The component that is being trained, as the log's end says."""
    try:
        with log.open("rb") as stream:
            stream.seek(max(0, log.stat().st_size - _LOG_END_BYTES))
            found = re.findall(rb"Starting to train component '(\w+)'", stream.read())
    except OSError:
        return ""
    return found[-1].decode() if found else ""


def _last_line(log: Path) -> str:
    lines = [
        line.strip()
        for line in log.read_text(encoding="utf-8", errors="replace").splitlines()
        if line.strip()
    ]
    return lines[-1] if lines else "it said nothing."


def _forget_old(models: Path) -> None:
    """Keeps the models used last: going back and forth between two versions does not train each time."""
    known = sorted(models.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in known[_KEPT_MODELS:]:
        path.unlink()
