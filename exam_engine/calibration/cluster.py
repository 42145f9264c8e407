"""A Dask cluster as those who compute the shards of a large calibration (extra ``cluster``).

Its workers need this package in the same version.  Shards are sent once and stay; each cycle sends
parameters and brings back sums, which are added here in the shards' order: the digits are those of
one process.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from exam_engine.calibration.errors import ClusterAway
from psychometrics.calibration.sharded import Workers

T = TypeVar("T")

ANSWERS_WITHIN_S = 15.0


class Cluster:
    """`psychometrics.calibration.sharded.Workers` by a ``distributed.Client``."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def keep(self, things: Sequence[Any]) -> Sequence[Any]:
        return list(self._client.scatter(list(things), hash=False))

    def each(self, do: Callable[..., T], handles: Sequence[Any], *arguments: Any) -> Iterator[T]:
        from distributed import KilledWorker
        from distributed.client import FutureCancelledError

        try:
            futures = [self._client.submit(do, one, *arguments, pure=False) for one in handles]
            for future in futures:
                yield future.result()
                future.release()
        except (KilledWorker, FutureCancelledError, OSError) as error:
            raise ClusterAway(
                f"The Dask cluster lost what it computed with ({type(error).__name__}). Look after "
                "its workers, and run again."
            ) from error


@contextmanager
def workers_of(environ: Mapping[str, str]) -> Iterator[Workers | None]:
    """The cluster at ``EXAM_DASK_ADDRESS``; None where there is no such address.

    Raises `ClusterAway`.
    """
    address = environ.get("EXAM_DASK_ADDRESS")
    if not address:
        yield None
        return
    client = _connected(address)
    try:
        yield Cluster(client)
    finally:
        client.close()


def _connected(address: str) -> Any:
    try:
        from distributed import Client  # an extra
    except ImportError as missing:
        raise ClusterAway(
            "EXAM_DASK_ADDRESS names a cluster, but Dask is not installed here: pip install "
            "'exam-engine[cluster]', or leave the address out."
        ) from missing
    try:
        made: Any = Client
        client = made(address, timeout=ANSWERS_WITHIN_S, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ClusterAway(
            f"The Dask cluster at EXAM_DASK_ADDRESS does not answer ({type(error).__name__}). "
            "Start it, or leave the address out, and run again."
        ) from error
    try:
        client.wait_for_workers(1, timeout=ANSWERS_WITHIN_S)
    except TimeoutError as error:
        client.close()
        raise ClusterAway(
            "The Dask cluster at EXAM_DASK_ADDRESS has no worker. Start one, and run again."
        ) from error
    return client
