"""How alike two texts are: shared runs of words."""

from collections import Counter, defaultdict
from collections.abc import Mapping

from item_bank.wording import words


def shingles(text: str, size: int = 5) -> frozenset[tuple[str, ...]]:
    """Every run of ``size`` words, in lower case; a shorter text is one run."""
    tokens = [word.lower() for word in words(text)]
    if len(tokens) <= size:
        return frozenset({tuple(tokens)}) if tokens else frozenset()
    return frozenset(tuple(tokens[i : i + size]) for i in range(len(tokens) - size + 1))


def near_duplicates(texts: Mapping[str, str], threshold: float) -> list[tuple[str, str, float]]:
    """Pairs of keys whose texts' shingles have a Jaccard index (0 to 1) of ``threshold`` or more.

    Sorted by keys. Pairs with nothing in common are never compared.
    """
    runs = {key: shingles(text) for key, text in texts.items()}
    holders: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for key in sorted(runs):
        for run in runs[key]:
            holders[run].append(key)
    shared: Counter[tuple[str, str]] = Counter()
    for keys in holders.values():
        shared.update((first, second) for i, first in enumerate(keys) for second in keys[i + 1 :])
    found = []
    for (first, second), common in shared.items():
        index = common / (len(runs[first]) + len(runs[second]) - common)
        if index >= threshold:
            found.append((first, second, index))
    return sorted(found)


COMPARED_WITH = 16
"""Of the texts that share one run, the first so many are compared with the others."""


def likenesses(
    new: Mapping[str, str], known: Mapping[str, str], threshold: float
) -> dict[str, list[tuple[str, float]]]:
    """For each new text the texts it is like, known ones or new ones before it, the likest first.

    As ``near_duplicates``, for tens of thousands of texts: texts are blocked by the runs that they
    share (an inverted index), and within a run only the first 16 holders, known ones first, are
    compared with the others. Exact for runs in up to 16 texts; of a larger family of copies every
    member is found to be like some of its first, not like all. The work grows with the number of
    runs instead of the square of the texts.
    """
    holders: dict[int, list[str]] = {}
    runs: dict[str, frozenset[int]] = {}

    def enter(key: str, text: str) -> None:
        # A hash of eight bytes stands for a run of words: it is compared a thousand times.
        runs[key] = frozenset(map(hash, shingles(text)))
        for run in runs[key]:
            if len(at := holders.setdefault(run, [])) < COMPARED_WITH:
                at.append(key)

    for key, text in known.items():
        enter(key, text)
    found: dict[str, list[tuple[str, float]]] = {}
    for key, text in new.items():
        own = frozenset(map(hash, shingles(text)))
        alike = []
        for other in {other for run in own for other in holders.get(run, ())}:
            common = len(own & runs[other])
            index = common / (len(own) + len(runs[other]) - common)
            if index >= threshold and other != key:
                alike.append((other, index))
        if alike:
            found[key] = sorted(alike, key=lambda one: (-one[1], one[0]))
        enter(key, text)
    return found
