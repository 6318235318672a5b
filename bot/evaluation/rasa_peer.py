"""Rasa's own components on the same training data: trained once for each state of the data, then measured."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.data_dir import PROJECT_ROOT
from bot.evaluation import training_examples
from bot.evaluation.assessment import PeerScore
from bot.evaluation.development_set import OUT_OF_SCOPE, Labelled
from bot.evaluation.intent_scores import Guess, by_section
from bot.evaluation.listening import one_core
from bot.rasa_components.parse_file import Parser

_FALLBACK = "nlu_fallback"
_COUNTS: tuple[dict[str, Any], ...] = (
    {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
)


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """A pipeline of Rasa's own components."""

    key: str
    name: str
    pipeline: tuple[dict[str, Any], ...]


class PeerFailed(RuntimeError):
    """Rasa could not train the peer; the message is the end of what it said."""


COUNTS_AND_REGRESSION = Recipe(
    key="counts",
    name="Rasa: counts of words and char_wb + logistic regression",
    pipeline=({"name": "WhitespaceTokenizer"}, *_COUNTS, {"name": "LogisticRegressionClassifier"}),
)


def default_with_diet(epochs: int) -> Recipe:
    """The pipeline that ``rasa init`` suggests, without the part for ready-made answers, of which there are none."""
    return Recipe(
        key=f"diet-{epochs}",
        name=f"Rasa's default pipeline with DIET, {epochs} epoch{'' if epochs == 1 else 's'}",
        pipeline=(
            {"name": "WhitespaceTokenizer"},
            {"name": "RegexFeaturizer"},
            {"name": "LexicalSyntacticFeaturizer"},
            *_COUNTS,
            {"name": "DIETClassifier", "epochs": epochs, "constrain_similarities": True, "random_seed": 42},
            {"name": "EntitySynonymMapper"},
            {"name": "FallbackClassifier", "threshold": 0.3, "ambiguity_threshold": 0.1},
        ),
    )


def measure(recipe: Recipe, messages: Sequence[Labelled], kept: Path, *, every: int = 1) -> PeerScore:
    """Trains the recipe unless a model of the same data is in ``kept``, and scores it.

    It learns from each ``every``-th example. Raises :class:`PeerFailed`.
    """
    kept.mkdir(parents=True, exist_ok=True)
    model = kept / f"{recipe.key}-{every}-{_fingerprint(recipe)}.tar.gz"
    record = model.with_suffix(".json")
    if not (model.exists() and record.exists()):
        record.write_text(json.dumps(_train(recipe, model, every)), encoding="utf-8")
    known = json.loads(record.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        guesses, mean_ms = _guesses(Parser(model, Path(folder)), messages)
    return PeerScore(
        name=recipe.name,
        sections=by_section(messages, guesses),
        mean_ms=mean_ms,
        training_seconds=known["seconds"],
        trained_on=known["examples"],
    )


def _guesses(parser: Parser, messages: Sequence[Labelled]) -> tuple[list[Guess], float]:
    guesses = []
    with one_core():
        # What is prepared at the first message is no cost of every message.
        parser.parse(messages[0].text)
        started = time.process_time()
        for message in messages:
            parse = parser.parse(message.text)
            refused = parse["intent"] == _FALLBACK
            guesses.append(
                Guess(intent=OUT_OF_SCOPE if refused else parse["intent"], confidence=parse["confidence"])
            )
    return guesses, 1000 * (time.process_time() - started) / len(messages)


def _train(recipe: Recipe, model: Path, every: int) -> dict[str, float]:
    print(f"Training {recipe.name} …", flush=True)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(dir=model.parent) as fresh:
        config = Path(fresh) / "config.yml"
        content = {"recipe": "default.v1", "assistant_id": "peer", "language": "fr"}
        config.write_text(yaml.safe_dump({**content, "pipeline": list(recipe.pipeline)}), encoding="utf-8")
        data = Path(fresh) / "nlu"
        examples = training_examples.thinned(data, every)
        command = [sys.executable, "-m", "rasa", "train", "nlu", "--nlu", str(data)]
        command += ["--config", str(config), "--out", fresh, "--fixed-model-name", "model"]
        finished = subprocess.run(
            command,
            cwd=PROJECT_ROOT,
            env={**os.environ, "RASA_CACHE_DIRECTORY": str(Path(fresh) / "cache")},
            capture_output=True,
            text=True,
            check=False,
        )
        trained = Path(fresh) / "model.tar.gz"
        if finished.returncode != 0 or not trained.exists():
            raise PeerFailed((finished.stdout + finished.stderr)[-2000:])
        trained.replace(model)
    seconds = time.monotonic() - started
    print(f"  done in {seconds:.0f} s", flush=True)
    return {"seconds": seconds, "examples": examples}


def _fingerprint(recipe: Recipe) -> str:
    digest = hashlib.sha256(json.dumps(recipe.pipeline).encode())
    for path in sorted(training_examples.FOLDER.rglob("*.yml")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
