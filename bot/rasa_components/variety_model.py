"""In which variety a text is written, judged by the text alone.

Character n-grams learnt from the training data, counts of words and spellings that give a variety away
whatever the topic, and, where these leave Latin script in doubt, the language detector that knows French well
and Darija not at all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import langdetect
import numpy as np
import yaml
from joblib import parallel_backend
from langdetect import LangDetectException
from langdetect.detector_factory import DetectorFactory
from scipy.sparse import csr_matrix, hstack, vstack
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from bot.core.errors import InvalidInput
from bot.core.locales import Variety
from bot.core.text import fold, share_of_arabic
from bot.rasa_components.calibration import softmax
from bot.rasa_components.ngrams import Block, Floats, NgramSpace, Views

VARIETIES = tuple(variety.value for variety in Variety)
BLOCKS = (
    Block(view="folded", unit="char", low=1, high=4, min_count=2, weight=1.0),
    Block(view="folded", unit="word", low=1, high=1, min_count=2, weight=0.7),
    Block(view="typed", unit="char", low=1, high=3, min_count=2, weight=0.5),
)
_PENALTY = 3.0
_FOLDS = 2
_SEED = 42
_FEWEST_WORDS = 3
_DOUBT = 0.9
_CONTRADICTED = 0.1
_FRENCH, _LATIN_DARIJA = Variety.FRENCH.value, Variety.DARIJA_LATIN.value
_DIGIT_LETTER = re.compile(r"(?<=[a-z])[2356789](?=[a-z])|\b[23579](?=[a-z]{2})|(?<=[a-z]{2})[2379]\b")
_NEGATION = re.compile(r"\b(?:ma|me|m)\w{2,}(?:ch|sh)\b|\bم[ا]?\w{2,}ش\b")
_HABIT = re.compile(
    r"\b(?:kan|kat|kay|ken|ket|key|tan|tay)[a-z0-9]{2,}\b|\b(?:كن|كت|كي|تن|تي|غن|غت|غي)\w{2,}\b"
)
_FRENCH_MARK = re.compile(
    r"[éèêëàâçùûôîïœ]|\b[cdjlmnstqu]+'[a-zéèêh]|[a-z]{3,}(?:tion|ment|eux|euse|aire|ique|ez|ées?)\b"
)
_VOWEL_MARK = re.compile("[\u064b-\u0652]")
_STORED, _ARRAYS = "variety_model.json", "variety_model.npz"
_CUES = Path(__file__).with_name("variety_cues.yml")

# With all its 55 languages the detector takes 50 ms a message and 50 MB. Arabizi is most often taken for one
# of these.
_RIVALS = ("en", "so", "id", "tr")


HINTS = len(VARIETIES) + 5
"""How many of the first numbers of :func:`cue_counts` are hints; the others say in which script the text is."""


class VarietyMissing(InvalidInput):
    """The training examples do not cover the four varieties; the message names the missing ones."""


@lru_cache(maxsize=1)
def cues() -> dict[str, frozenset[str]]:
    """The folded words that give each variety away in any sentence."""
    return _lists(yaml.safe_load(_CUES.read_text(encoding="utf-8")))


@lru_cache(maxsize=1)
def _cues_alone() -> dict[str, frozenset[str]]:
    return _lists(yaml.safe_load(_CUES.read_text(encoding="utf-8"))["alone"])


def _lists(content: Mapping[str, str]) -> dict[str, frozenset[str]]:
    return {variety: frozenset(fold(content[variety]).split()) for variety in VARIETIES}


def varieties_of_cue(word: str) -> tuple[str, ...]:
    """The varieties that a folded word gives away where it stands alone; none for most words."""
    return tuple(variety for variety in VARIETIES if word in cues()[variety] | _cues_alone()[variety])


def _views(text: str) -> dict[str, str]:
    folded = re.sub(r"[^\w']+", " ", fold(text))
    typed = re.sub(r"[^\w']+", " ", _VOWEL_MARK.sub("", text.lower()))
    return {"folded": folded, "typed": typed}


def cue_counts(text: str) -> list[float]:
    """How strongly each hint speaks: the script, the listed words of each variety, and tell-tale
    spellings."""
    folded, lowered = fold(text), text.lower()
    words = re.findall(r"\w+", folded)
    hits = [float(sum(map(cues()[variety].__contains__, words))) for variety in VARIETIES]
    spellings = [len(pattern.findall(folded)) for pattern in (_DIGIT_LETTER, _NEGATION, _HABIT)]
    marks = [len(_FRENCH_MARK.findall(lowered)), len(_VOWEL_MARK.findall(text))]
    arabic = share_of_arabic(text)
    letters = 1.0 if re.search(r"[^\W\d_]", text) else 0.0
    counted = [float(np.log1p(count)) for count in (*hits, *spellings, *marks)]
    return [*counted, letters * arabic, letters * (1 - arabic)]


@lru_cache(maxsize=1)
def _detectors() -> DetectorFactory:
    profiles = Path(langdetect.__file__).with_name("profiles")
    factory = DetectorFactory()
    factory.load_json_profile(
        [(profiles / language).read_text(encoding="utf-8") for language in (_FRENCH, *_RIVALS)]
    )
    return factory


def french_share(text: str) -> float:
    """How French the language detector finds a text, from 0 to 1; one half where it finds nothing to
    judge."""
    detector = _detectors().create()
    detector.seed = _SEED
    detector.append(text)
    try:
        found = detector.get_probabilities()
    except LangDetectException:
        return 0.5
    return next((float(one.prob) for one in found if one.lang == _FRENCH), 0.0)


class VarietyModel:
    """Probabilities of the four varieties. Make it with :meth:`fit` or :meth:`load`."""

    def __init__(self, *, space: NgramSpace, weights: Floats, bias: Floats, detector: Floats) -> None:
        self._space = space
        self._weights = weights
        self._bias = bias
        self._detector = detector

    @classmethod
    def fit(cls, texts: Sequence[str], varieties: Sequence[str]) -> VarietyModel:
        """A model of texts whose varieties are known. Raises :class:`VarietyMissing` unless all four occur.

        People who write Darija also write whole messages in French, and such examples stand under Darija for
        the sake of their intents. Where models of the other examples contradict an example's variety clearly,
        it is left out. A piece of one or two words of each example is learnt beside it: what people answer
        with is as short as that, and seldom written down as an example.
        """
        missing = sorted(set(VARIETIES) - set(varieties))
        if missing:
            raise VarietyMissing(f"no training examples in {', '.join(missing)}")
        labels = np.array([VARIETIES.index(variety) for variety in varieties])
        remembered: Views = lru_cache(maxsize=None)(_views)
        space = NgramSpace.fit(BLOCKS, texts, remembered)
        features = _features(space, texts, remembered)
        folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=_SEED)
        # The solver leaves the interpreter to the other fold meanwhile.
        with parallel_backend("threading", n_jobs=_FOLDS):
            held_out = cross_val_predict(_machine(), features, labels, cv=folds, method="decision_function")
        trusted = np.flatnonzero(softmax(held_out)[np.arange(len(labels)), labels] >= _CONTRADICTED)
        parts, origins = _snippets([texts[row] for row in trusted.tolist()])
        learnt = vstack([features[trusted], _features(space, parts, _views)]).tocsr()
        machine = _machine().fit(learnt, np.concatenate([labels[trusted], labels[trusted][origins]]))
        weights = np.ascontiguousarray(machine.coef_.T, dtype=np.float32)
        bias = machine.intercept_.astype(np.float32)
        judged = [row for row in trusted.tolist() if _in_doubt(held_out[row])]
        detector = _fit_detector([texts[row] for row in judged], labels[judged], held_out[judged])
        return cls(space=space, weights=weights, bias=bias, detector=detector)

    def scores(self, text: str) -> Floats:
        """Logarithms of the probabilities of :data:`VARIETIES`, up to a constant."""
        columns, values = self._space.vector(_views(text))
        cues = np.array(cue_counts(text), dtype=np.float32)
        scores: Floats = (
            values @ self._weights[columns] + cues @ self._weights[self._space.size :] + self._bias
        )
        if _in_doubt(scores):
            french, darija = VARIETIES.index(_FRENCH), VARIETIES.index(_LATIN_DARIJA)
            shift = self._detector[0] * (french_share(text) - 0.5) + self._detector[1]
            scores[french] += shift / 2
            scores[darija] -= shift / 2
        return scores

    def probabilities(self, text: str) -> dict[str, float]:
        """The probability of each variety."""
        return dict(zip(VARIETIES, softmax(self.scores(text)).tolist(), strict=True))

    def save(self, folder: Path) -> None:
        """Writes the model into an existing folder."""
        (folder / _STORED).write_text(json.dumps({"varieties": VARIETIES}), encoding="utf-8")
        arrays: dict[str, Any] = {"weights": self._weights, "bias": self._bias, "detector": self._detector}
        arrays.update(self._space.arrays())
        np.savez(folder / _ARRAYS, **arrays)

    @classmethod
    def load(cls, folder: Path) -> VarietyModel:
        """The model that :meth:`save` wrote into ``folder``."""
        with np.load(folder / _ARRAYS, allow_pickle=False) as stored:
            arrays: Mapping[str, Floats] = {name: stored[name] for name in ("weights", "bias", "detector")}
            space = NgramSpace.from_arrays(BLOCKS, stored)
        return cls(space=space, **arrays)


def _features(space: NgramSpace, texts: Sequence[str], views: Views) -> csr_matrix:
    cues = csr_matrix([cue_counts(text) for text in texts])
    return hstack([space.matrix(texts, views), cues]).tocsr()


def _machine() -> LogisticRegression:
    # One variety against the rest: ten times faster than all together, and no worse.
    return LogisticRegression(C=_PENALTY, solver="liblinear", random_state=_SEED)


def _snippets(texts: Sequence[str]) -> tuple[list[str], list[int]]:
    """A piece of one or two words of each text that has more, as often from its beginning as from anywhere, and
    the number of the text that it is from."""
    chance = np.random.default_rng(_SEED)
    parts: list[str] = []
    origins: list[int] = []
    for origin, text in enumerate(texts):
        words = text.split()
        if len(words) < _FEWEST_WORDS:
            continue
        length = int(chance.integers(1, _FEWEST_WORDS))
        start = int(chance.integers(0, len(words) - length + 1)) * int(chance.integers(0, 2))
        parts.append(" ".join(words[start : start + length]))
        origins.append(origin)
    return parts, origins


def _in_doubt(scores: Floats) -> bool:
    probabilities = softmax(scores)
    latin = probabilities[VARIETIES.index(_FRENCH)] + probabilities[VARIETIES.index(_LATIN_DARIJA)]
    return bool(latin > 0.5 and probabilities.max() < _DOUBT)


def _fit_detector(texts: Sequence[str], labels: Floats, held_out: Floats) -> Floats:
    """Weight and offset of the language detector's opinion, learnt from texts that the model had not seen and
    is in doubt about."""
    french, darija = VARIETIES.index(_FRENCH), VARIETIES.index(_LATIN_DARIJA)
    latin = [row for row in range(len(texts)) if labels[row] in (french, darija)]
    if len({int(labels[row]) for row in latin}) < 2:
        return np.zeros(2, dtype=np.float32)
    margins = held_out[latin, french] - held_out[latin, darija]
    shares = np.array([french_share(texts[row]) - 0.5 for row in latin])
    judge = LogisticRegression(C=1.0, random_state=_SEED).fit(
        np.stack([margins, shares], axis=1), labels[latin] == french
    )
    trust = max(float(judge.coef_[0, 0]), 0.1)
    return np.array([judge.coef_[0, 1] / trust, judge.intercept_[0] / trust], dtype=np.float32)
