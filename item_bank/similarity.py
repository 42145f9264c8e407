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
