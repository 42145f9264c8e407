"""What a peer does, run by the Python of the peer's own environment, which has no package of ours.

``python psychometrics_peer_fits.py PEER TASK FILE``: the task is "calibrate" or one of the others
in `TASKS`; the file holds ``x`` (int8, -1 for not administered), ``model`` and, unless the task is
to find them, the items' ``a`` and ``b``.  The last line printed is JSON: CPU seconds, and the
parameters found.  Defaults of each peer, but 61 nodes for mirt: with its 21 Gauss-Hermite nodes
the slopes of 100 items have three times the sampling error.
"""

import json
import sys
import time

import numpy as np


def main():
    peer, task, path = sys.argv[1:]
    given = dict(np.load(path))
    given["model"] = str(given["model"])
    seconds, found = TASKS[peer, task](given)
    print()
    print(
        json.dumps(
            {"cpu_s": seconds, "found": {k: np.asarray(v).tolist() for k, v in found.items()}}
        )
    )


def timed(work):
    at = time.process_time()
    result = work()
    return time.process_time() - at, result


# ---- mirt


def mirt_calibrate(given):
    import mirt

    x, model = given["x"].astype(int), given["model"]
    options = {"n_quadpts": 61, "compute_standard_errors": False}
    if model == "3PL":
        options["priors"] = {"guessing": mirt.estimation.BetaPrior(5, 17)}
    if model == "GRM":
        options["n_categories"] = int(x.max()) + 1
    seconds, found = timed(lambda: mirt.fit_mirt(x, model, **options))
    parameters = found.model.parameters
    result = {"a": parameters["discrimination"]}
    result["b"] = parameters["thresholds" if model == "GRM" else "difficulty"]
    if model == "3PL":
        result["c"] = parameters["guessing"]
    return seconds, result


def mirt_score(method, persons):
    def task(given):
        import mirt

        x = given["x"].astype(int)[:persons]
        model = mirt.TwoParameterLogistic(n_items=x.shape[1])
        model.set_parameters(discrimination=given["a"], difficulty=given["b"])
        model._is_fitted = True  # it would score with a fit of its own only
        mirt.fscores(model, x, method=method)
        return timed(lambda: mirt.fscores(model, x, method=method))[0], {}

    return task


def mirt_s_x2(given):
    import mirt

    x = given["x"].astype(int)
    found = mirt.fit_mirt(x, "2PL", n_quadpts=61, compute_standard_errors=False)
    return timed(lambda: mirt.itemfit(found, x, statistics=["S_X2"]))[0], {}


# ---- girth: items by persons


def girth_calibrate(given):
    import girth

    x = given["x"].astype(int).T
    if (x < 0).any():
        x = girth.tag_missing_data(x, [0, 1])
    fit = {"2PL": girth.twopl_mml, "3PL": girth.threepl_mml, "GRM": girth.grm_mml}[given["model"]]
    seconds, found = timed(lambda: fit(x))
    return seconds, {"a": found["Discrimination"], "b": found["Difficulty"]}


def girth_score(function, persons):
    def task(given):
        import girth

        x = given["x"].astype(int)[:persons].T
        ability = getattr(girth, function)
        return timed(lambda: ability(x, given["b"], given["a"]))[0], {}

    return task


# ---- catsim: one person at a time, by maximum likelihood


def catsim_score(persons):
    def task(given):
        from catsim.estimation import NumericalSearchEstimator
        from catsim.item_bank import ItemBank

        a, b = given["a"], given["b"]
        bank = ItemBank(np.column_stack([a, b, np.zeros_like(a), np.ones_like(a)]))
        rows = given["x"].astype(bool)[:persons].tolist()
        every = list(range(len(a)))
        estimator = NumericalSearchEstimator()

        def work():
            for row in rows:
                estimator.estimate(
                    item_bank=bank, administered_items=every, response_vector=row, est_theta=0.0
                )

        return timed(work)[0], {}

    return task


# ---- py-irt: variational


def py_irt_calibrate(given):
    import pandas
    import torch
    from py_irt.config import IrtConfig
    from py_irt.dataset import Dataset
    from py_irt.training import IrtModelTrainer

    torch.set_num_threads(1)
    x = given["x"].astype(float)
    x[x < 0] = np.nan
    names = [f"i{j}" for j in range(x.shape[1])]
    frame = pandas.DataFrame(x, columns=names)
    frame.insert(0, "person", [f"p{i}" for i in range(len(x))])
    data = Dataset.from_pandas(frame, subject_column="person", item_columns=names)
    config = IrtConfig(model_type="2pl")
    trainer = IrtModelTrainer(config=config, data_path=None, dataset=data, verbose=False)
    seconds, _ = timed(trainer.train)
    found = trainer.last_params
    at = {name: int(index) for index, name in found["item_ids"].items()}
    order = [at[name] for name in names]
    return seconds, {"a": np.array(found["disc"])[order], "b": np.array(found["diff"])[order]}


TASKS = {
    ("mirt", "calibrate"): mirt_calibrate,
    ("mirt", "S-X2, 100 items"): mirt_s_x2,
    ("girth", "calibrate"): girth_calibrate,
    ("girth", "EAP, 10,000 persons"): girth_score("ability_eap", None),
    ("girth", "EAP, one person"): girth_score("ability_eap", 1),
    ("girth", "ML, 10,000 persons"): girth_score("ability_mle", None),
    ("girth", "ML, one person"): girth_score("ability_mle", 1),
    ("catsim", "ML, 10,000 persons"): catsim_score(None),
    ("catsim", "ML, one person"): catsim_score(1),
    ("py-irt", "calibrate"): py_irt_calibrate,
}
for one in ("EAP", "ML", "WLE"):
    TASKS["mirt", f"{one}, 10,000 persons"] = mirt_score(one, None)
    TASKS["mirt", f"{one}, one person"] = mirt_score(one, 1)

if __name__ == "__main__":
    main()
