"""Names by their sound, and how like a piece of text is to each of them: of places, of trades."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from bot.core import phonetics, text

_GENERIC = frozenset(
    phonetics.key(word)
    for word in (
        "sidi", "ait", "ain", "moulay", "lalla", "oulad", "ouled", "beni", "bni", "dar", "oued", "souk",
        "had", "sebt", "khemis", "tnine",
        "tlat", "arbaa", "jemaa", "jemaat", "jemat", "bou", "ben", "ras", "bab", "douar", "imi", "tleta",
        "larbaa", "jnane", "kasba",
        "سيدي", "ايت", "عين", "مولاي", "اولاد", "ولاد", "بني", "دار", "واد", "سوق", "حد", "سبت", "خميس",
        "اثنين", "ثلاثاء",
        "اربعاء", "جمعه", "بو", "بن", "راس", "باب", "دوار", "ثلاث", "قصبه",
    )
)  # fmt: skip
_SAME_WORD = {
    "my": "moulay",
    "mly": "moulay",
    "mlay": "moulay",
    "mouly": "moulay",
    "od": "oulad",
    "ولاد": "اولاد",
    "sid": "sidi",
}
_LEAST_NORM = 2.0
_FORGIVING = 4
"""Names of fewer consonants forgive no wrong one: too much else would sound like them."""
_OPEN = frozenset("aywE")
_OTHER_BEGINNING = 0.06
"""People rarely lose or add a vowel at the very beginning of a name; ordinary words often differ just there.
"""
_CACHE_LIMIT = 50_000


@dataclass(frozen=True, kw_only=True)
class Name:
    """One name of one thing, by a code. ``inside`` (of places): in the province. ``fuzzy``: typing errors in
    it are forgiven, not only other spellings of the same sounds.
    ``shared``: the same name is known to stand for other places too, so that it has to be asked about.
    """

    code: str
    name: str
    inside: bool
    fuzzy: bool
    shared: bool = False


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A thing whose name sounds like what was asked; ``score`` from 0 to 1.

    ``words`` is how many words the name has, ``size`` how much there is to compare in it, ``head`` the sound
    of its first word where that is a common one (Sidi, Aït).
    """

    code: str
    score: float
    inside: bool
    fuzzy: bool
    shared: bool
    words: int
    size: float
    head: str


@dataclass(frozen=True, kw_only=True)
class _Entry:
    code: str
    key: str
    norm: float
    inside: bool
    fuzzy: bool
    shared: bool
    words: int
    head: str


@lru_cache(maxsize=16384)
def bare(word: str) -> str:
    """A folded word without its article, where enough is left of it."""
    word = _SAME_WORD.get(word, word)
    if word.startswith("عبدال"):
        return "عبد" + word[5:]
    if word.startswith("ال") and len(word) >= 5:
        return word[2:]
    for article in ("el", "al"):
        if word.startswith(article) and len(word) >= 6:
            return word[2:]
    if len(word) >= 5 and word[0] in "lل" and word[1] not in "aeiouyاويl":
        return word[1:]
    return word


_ARTICLES = frozenset(
    {
        "el",
        "al",
        "l",
        "les",
        "le",
        "la",
        "er",
        "ez",
        "es",
        "et",
        "ed",
        "en",
        "ech",
        "d",
        "ou",
        "o",
        "u",
        "ال",
        "و",
        "او",
        "ل",
    }
)


def is_article(word: str) -> bool:
    """Whether a folded word in or before a name says nothing: an article, "and", "of"."""
    return word in _ARTICLES


def sound(name_words: Iterable[str]) -> str:
    """The key of several folded words written as one, without articles."""
    return "".join(phonetics.key(bare(word)) for word in name_words if word not in _ARTICLES)


class NameIndex:
    """Names, found by their consonants and ranked by their sound."""

    def __init__(self, names: Iterable[Name]) -> None:
        self._by_skeleton: dict[str, list[_Entry]] = {}
        self._by_deletion: dict[str, list[_Entry]] = {}
        self._answers: dict[str, tuple[Candidate, ...]] = {}
        for name in names:
            for entry in _entries(name):
                self._add(entry)

    def _add(self, entry: _Entry) -> None:
        skeleton = phonetics.skeleton(entry.key)
        bucket = self._by_skeleton.setdefault(skeleton, [])
        if entry in bucket:
            return
        bucket.append(entry)
        if entry.fuzzy and len(skeleton) >= _FORGIVING:
            for shorter in _deletions(skeleton):
                self._by_deletion.setdefault(shorter, []).append(entry)

    @cached_property
    def longest(self) -> int:
        """The most consonants that a name has, plus one for a typing error."""
        return max((len(skeleton) for skeleton in self._by_skeleton), default=0) + 1

    def lookup(self, key: str) -> tuple[Candidate, ...]:
        """The things whose name sounds like ``key`` (0.75 or better), best first, each once."""
        known = self._answers.get(key)
        if known is None:
            known = self._search(key)
            if len(self._answers) >= _CACHE_LIMIT:
                self._answers.clear()
            self._answers[key] = known
        return known

    def _search(self, key: str) -> tuple[Candidate, ...]:
        best: dict[str, Candidate] = {}
        for entry in self._near(phonetics.skeleton(key)):
            least = 0.75 if entry.fuzzy else 0.9
            away = phonetics.distance(entry.key, key, limit=entry.norm * (1.0 - least))
            score = 1.0 - away / entry.norm
            if (key[0] in _OPEN) != (entry.key[0] in _OPEN):
                score -= _OTHER_BEGINNING
            if score < least:
                continue
            if entry.code not in best or best[entry.code].score < score:
                best[entry.code] = Candidate(
                    code=entry.code,
                    score=score,
                    inside=entry.inside,
                    fuzzy=entry.fuzzy,
                    shared=entry.shared,
                    words=entry.words,
                    size=phonetics.weight(entry.key),
                    head=entry.head,
                )
        return tuple(
            sorted(best.values(), key=lambda found: (-found.score, not found.inside, not found.fuzzy))
        )

    def _near(self, skeleton: str) -> Iterator[_Entry]:
        """Entries with the same consonants; of those that forgive, also with one more, one fewer or another
        one.
        """
        if not skeleton or len(skeleton) > self.longest:
            return
        seen: set[int] = set()
        for entry in self._by_skeleton.get(skeleton, ()):
            seen.add(id(entry))
            yield entry
        for entry in self._by_deletion.get(skeleton, ()):
            if id(entry) not in seen:
                seen.add(id(entry))
                yield entry
        for shape in _deletions(skeleton):
            longer = self._by_skeleton.get(shape, ()) if len(shape) >= _FORGIVING else ()
            for entry in (*longer, *self._by_deletion.get(shape, ())):
                if entry.fuzzy and id(entry) not in seen:
                    seen.add(id(entry))
                    yield entry


def _entries(name: Name) -> Iterator[_Entry]:
    words = [word for word in text.words(name.name) if word not in _ARTICLES]
    if not words:
        return
    keys = [phonetics.key(bare(word)) for word in words]
    generic = 0
    while generic < len(keys) - 1 and keys[generic] in _GENERIC:
        generic += 1
    norm = max(_LEAST_NORM, phonetics.weight("".join(keys[generic:])))
    forms = {"".join(keys), phonetics.key(words[0]) + "".join(keys[1:])}
    for form in sorted(forms):
        yield _Entry(
            code=name.code,
            key=form,
            norm=norm,
            inside=name.inside,
            fuzzy=name.fuzzy,
            shared=name.shared,
            words=len(words),
            head=keys[0] if generic else "",
        )


def _deletions(skeleton: str) -> tuple[str, ...]:
    if len(skeleton) < 3:
        return ()
    return tuple({skeleton[:index] + skeleton[index + 1 :] for index in range(len(skeleton))})
