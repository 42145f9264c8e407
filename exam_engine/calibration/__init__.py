"""Calibration runs: responses become item parameters, durably, in the sight of people.

- pure: `states`, `plans` (what is asked for), `supply` (what data there is, what it supports),
  `frozen` (the data of a run), `stages` (its computations), `comparing`, `approval`
- `tables`, `queries`, `service`: runs, their artifacts and items, past administrations
- `process`: the process of a run's own, which alone loads numpy and scipy; the worker
  (`exam_engine.worker`) tells it stage after stage and may lose it at any moment
"""
