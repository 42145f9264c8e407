"""Who computes the shards' sums: this process, or others."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class Workers(Protocol):
    """Those who keep things and compute with them."""

    def keep(self, things: Sequence[Any]) -> Sequence[Any]:
        """Give each thing to one of them; handles, in the same order."""

    def each(self, do: Callable[..., T], handles: Sequence[Any], *arguments: Any) -> Iterator[T]:
        """``do(thing, *arguments)`` of each thing, where it is kept; results in their order."""


@dataclass(frozen=True, slots=True)
class Here:
    """This process.

    Attributes
    ----------
    threads : int
        How many share the work; BLAS itself should then have one.
    """

    threads: int = 1

    def keep(self, things: Sequence[Any]) -> Sequence[Any]:
        return things

    def each(self, do: Callable[..., T], handles: Sequence[Any], *arguments: Any) -> Iterator[T]:
        if self.threads == 1:
            for thing in handles:
                yield do(thing, *arguments)
            return
        with ThreadPoolExecutor(self.threads) as pool:
            yield from pool.map(partial(_on, do, arguments), handles)


def _on(do: Callable[..., T], arguments: tuple[Any, ...], thing: Any) -> T:
    return do(thing, *arguments)
