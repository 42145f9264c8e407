"""A large calibration on a real Dask cluster of two processes."""

import numpy as np
import pytest

from exam_engine.calibration.cluster import workers_of
from exam_engine.calibration.errors import ClusterAway
from psychometrics.calibration.sharded import Sheet, calibrate_sheets, sheets
from psychometrics.simulation import draw_items

N_ITEMS = 20


def drawn() -> list[Sheet]:
    items, rng = draw_items(N_ITEMS, "2PL", rng=np.random.default_rng(1)), np.random.default_rng(2)
    found = []
    for mine in (np.arange(0, 12), np.arange(8, 20)):
        p = items.probabilities(rng.standard_normal(900))[mine, 1]
        found.append(Sheet((rng.random(p.shape) < p).T.astype(np.int8), mine))
    return found


@pytest.mark.filterwarnings("ignore")  # Dask's own, of ports and of what it shuts down
def test_two_processes_of_a_cluster_give_the_same_digits(monkeypatch: pytest.MonkeyPatch) -> None:
    from distributed import LocalCluster  # a second of loading in each process of the suite

    monkeypatch.setattr(sheets, "PERSONS_A_SHARD", 200)
    data = drawn()
    here = calibrate_sheets(data, "2PL", N_ITEMS)
    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1"
        ) as cluster,
        workers_of({"EXAM_DASK_ADDRESS": cluster.scheduler_address}) as workers,
    ):
        assert workers is not None
        there = calibrate_sheets(data, "2PL", N_ITEMS, workers=workers)
        shards = cluster.scheduler.workers.values()
        assert [worker.memory.managed > 0 for worker in shards] == [True, True]
    assert there.certificate == here.certificate
    for name in ("a", "b", "se_a", "se_b"):
        assert getattr(there, name).tobytes() == getattr(here, name).tobytes()


@pytest.mark.filterwarnings("ignore")
def test_a_cluster_that_is_not_there_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exam_engine.calibration.cluster.ANSWERS_WITHIN_S", 0.2)
    with (
        pytest.raises(ClusterAway, match="does not answer"),
        workers_of({"EXAM_DASK_ADDRESS": "tcp://127.0.0.1:9"}),
    ):
        pass
    with workers_of({}) as nobody:
        assert nobody is None
