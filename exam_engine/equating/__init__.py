"""Equating: a score means the same on every form.

- pure, light: `states`, `plans` (what is asked for), `anchors` (what two forms share), `methods`
  (which method the data support), `material` (all that a plan rests on), `placing` (equivalents on
  the reported scale)
- pure, with numpy: `drift` (anchors that moved), `equivalents` (by each method), `shared` (what
  is shown before), `report` (what is shown after)
- `tables`, `queries`, `service`: equatings with their reports, and the decision
- `computing`: from a plan to a stored draft, the arithmetic on a thread
"""
