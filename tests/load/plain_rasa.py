"""Plain Rasa for comparison: its default pipeline and policies, its own REST channel, its SQL tracker store, the same intents.

It answers with fixed texts, stores nothing before it answers, and tries nothing again. It is trained for one epoch: its speed does
not depend on how well it learned.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
import yaml

from bot.supervise.programs import RASA_PYTHON
from tests.load.wire import Wire
from tests.torture.people import QUESTIONS

EXAMPLES = 40
"""For each intent."""
START_SECONDS = 300.0
DATABASE = "plain_rasa"
_HEADERS = {"Content-Type": "application/json"}
PIPELINE = (
    *({"name": name} for name in ("WhitespaceTokenizer", "RegexFeaturizer", "LexicalSyntacticFeaturizer")),
    {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
    {"name": "DIETClassifier", "epochs": 1, "constrain_similarities": True},
    {"name": "EntitySynonymMapper"},
    {"name": "ResponseSelector", "epochs": 1, "constrain_similarities": True},
    {"name": "FallbackClassifier", "threshold": 0.0, "ambiguity_threshold": 0.0},
)
POLICIES = (
    {"name": "MemoizationPolicy"},
    {"name": "RulePolicy"},
    {"name": "UnexpecTEDIntentPolicy", "epochs": 1},
    {"name": "TEDPolicy", "max_history": 5, "epochs": 1, "constrain_similarities": True},
)


def prepare(folder: Path, root: Path) -> None:
    """Write the project and train it; kept until its data change."""
    examples = _examples(root)
    files = {
        "config.yml": {
            "recipe": "default.v1",
            "assistant_id": "plain",
            "language": "fr",
            "pipeline": list(PIPELINE),
            "policies": list(POLICIES),
        },
        "domain.yml": {
            "version": "3.1",
            "intents": list(examples),
            "responses": {f"utter_{intent}": [{"text": f"Réponse : {intent}"}] for intent in examples},
        },
        "credentials.yml": {"rest": None},
        "endpoints.yml": {
            "tracker_store": {"type": "SQL", "dialect": "postgresql", "url": "${PLAIN_TRACKER_URL}"}
        },
        "data/nlu.yml": {
            "version": "3.1",
            "nlu": [{"intent": name, "examples": "".join(lines)} for name, lines in examples.items()],
        },
        "data/rules.yml": {
            "version": "3.1",
            "rules": [
                {"rule": name, "steps": [{"intent": name}, {"action": f"utter_{name}"}]} for name in examples
            ],
            "stories": [{"story": "s", "steps": [{"intent": "greet"}, {"action": "utter_greet"}]}],
        },
    }
    written = [_write(folder / name, content) for name, content in files.items()]
    if any(written) or not list((folder / "models").glob("*.tar.gz")):
        _rasa(folder, "train", "--fixed-model-name", "plain", "--quiet").check_returncode()


def _examples(root: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for file in sorted((root / "nlu_data" / "nlu").rglob("*.yml")):
        for part in yaml.safe_load(file.read_text(encoding="utf-8")).get("nlu", ()):
            if "intent" in part:
                lines = found.setdefault(part["intent"], [])
                lines += str(part["examples"]).splitlines(keepends=True)[: EXAMPLES // 8 + 1]
    return {intent: lines[:EXAMPLES] for intent, lines in found.items()}


def _write(path: Path, content: Any) -> bool:
    """Whether the file changed."""
    text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return True


@contextmanager
def serving(folder: Path, port: int, database_url: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run it on ``port`` with a database of its own on the same server."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {DATABASE}".encode())
    url = database_url.replace("/caravan?", f"/{DATABASE}?")
    with (folder / "run.log").open("wb") as log:
        process = subprocess.Popen(
            _command("run", "--port", str(port), "--model", "models", "-i", "127.0.0.1"),
            cwd=folder,
            env=_environment() | {"PLAIN_TRACKER_URL": url},
            stdout=log,
            stderr=log,
        )
    try:
        _wait(port, process)
        yield process
    finally:
        process.kill()
        process.wait()


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    body = {"sender": "warm", "message": QUESTIONS[0]}
    while time.monotonic() < deadline and process.poll() is None:
        try:
            answer = httpx.post(f"http://127.0.0.1:{port}/webhooks/rest/webhook", json=body, timeout=60.0)
            if answer.status_code == httpx.codes.OK and answer.json():
                return
        except httpx.HTTPError:
            pass  # it is still loading
        time.sleep(1.0)
    raise RuntimeError("plain Rasa does not start")


class PlainWriters:
    """The same people and words, over Rasa's REST channel."""

    def __init__(self, port: int, people: int) -> None:
        self.wire = Wire(port)
        self._people = people
        self._sent = 0

    async def converse(self, number: int) -> bool:
        """One message and its answer."""
        self._sent += 1
        body = {"sender": f"p{self._sent % self._people}", "message": QUESTIONS[number % len(QUESTIONS)]}
        content = json.dumps(body).encode()
        answer = await self.wire.post("/webhooks/rest/webhook", _HEADERS, content)
        return answer.status == 200 and len(answer.body) > 2


def _rasa(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    with (folder / "train.log").open("wb") as log:
        return subprocess.run(
            _command(*arguments), cwd=folder, env=_environment(), stdout=log, stderr=log, check=False
        )


def _command(*arguments: str) -> list[str]:
    return [str(RASA_PYTHON), "-m", "rasa", *arguments]


def _environment() -> dict[str, str]:
    quiet = {
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "2",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    }
    return {**os.environ, **quiet}
