"""Links by every method, the anchors that drifted, and what comes of the link that is used."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from exam_engine.analysis.errors import BadFile
from exam_engine.analysis.linking.forms import Form
from psychometrics import Items
from psychometrics.equating import Conversion, equate_true_score
from psychometrics.errors import PsychometricsError
from psychometrics.linking import AnchorDrift, Link, Method, anchor_drift, link, rescale_items

Floats = NDArray[np.float64]

METHODS: tuple[Method, ...] = ("stocking-lord", "haebara", "mean-sigma", "mean-mean", "mean-gmean")
TITLES: Mapping[str, str] = {
    "stocking-lord": "Stocking-Lord",
    "haebara": "Haebara",
    "mean-sigma": "Mean-sigma",
    "mean-mean": "Mean-mean",
    "mean-gmean": "Mean-geometric mean",
}
ADVICE = {
    "not_linked": "Name the common items alike in both files.",
    "bad_items": "Correct the parameters, or leave the item out of the anchors with --anchors.",
    "not_enough_data": "Give more anchors, or go without --drift.",
}


@dataclass(frozen=True, slots=True)
class LinkPlan:
    """What is asked for.

    Attributes
    ----------
    methods : tuple of Method
        The first carries the items over, the others stand beside it.
    symmetric : bool
    theta : array or None
    anchors : tuple of str or None
    remove : bool
        Whether drifted anchors are left out.
    drift_by : "robust-z" or "displacement"
    limit : float or None
    """

    methods: tuple[Method, ...] = METHODS
    symmetric: bool = False
    theta: Floats | None = None
    anchors: tuple[str, ...] | None = None
    remove: bool = False
    drift_by: Literal["robust-z", "displacement"] = "robust-z"
    limit: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Linked:
    """Two forms linked.

    Attributes
    ----------
    start, goal : Form
        What is linked, and to whose scale.
    plan : LinkPlan
    links : mapping of method to Link
        All on the anchors that were kept.
    not_done : mapping of method to sentence
    drift : AnchorDrift or None
    no_drift : str
        Why there is none.
    items : Items
        Of ``start`` on the scale of ``goal``.
    conversion : Conversion or None
    no_conversion : str
        Why there is none.
    """

    start: Form
    goal: Form
    plan: LinkPlan
    links: Mapping[str, Link]
    not_done: Mapping[str, str]
    drift: AnchorDrift | None
    no_drift: str
    items: Items
    conversion: Conversion | None
    no_conversion: str

    @property
    def used(self) -> Link:
        """The link that carried the items over."""
        return next(iter(self.links.values()))

    @property
    def anchors(self) -> tuple[str, ...]:
        return self.used.anchors

    @property
    def same_items(self) -> bool:
        """Whether the anchors have the very same parameters on both forms."""
        pairs = (self.start.items.select(self.anchors), self.goal.items.select(self.anchors))
        return all(
            len(x) == len(y) and np.allclose(x, y, rtol=1e-9, atol=1e-12)
            for x, y in zip(pairs[0].rows, pairs[1].rows, strict=True)
        )

    @property
    def assumption(self) -> str:
        """What the standard errors rest on, for people; empty where there are none."""
        bases = {form.path: form.basis for form in (self.start, self.goal)}
        if self.used.se_A is None:
            return ""
        if "errors" not in bases.values():
            return "Standard errors are by the delta method from the covariances of parameters."
        return (
            "Standard errors are by the delta method from the items' standard errors; covariances "
            "between items are not in the files and were approximated (see the notes below)."
        )


def linked(
    start: Form, goal: Form, plan: LinkPlan, step: Callable[[str], None] = lambda _: None
) -> Linked:
    """Link ``start`` to the scale of ``goal``.

    Raises
    ------
    BadFile
        There are no anchors, or the method that is to carry the items over cannot.
    """
    step("Drift of the anchors")
    drift, no_drift = _drift(start, goal, plan)
    anchors = plan.anchors
    if plan.remove and drift is not None:
        anchors = tuple(name for name, kept in zip(drift.names, drift.kept, strict=True) if kept)
    step("Linking")
    links: dict[str, Link] = {}
    not_done: dict[str, str] = {}
    for method in plan.methods:
        try:
            links[method] = link(
                start.items,
                goal.items,
                method=method,
                theta=plan.theta,
                symmetric=plan.symmetric,
                cov_from=start.covariance,
                cov_to=goal.covariance,
                anchors=anchors,
            )
        except PsychometricsError as error:
            if not links:
                raise _between(start, goal, error) from None
            not_done[method] = str(error)
    used = next(iter(links.values()))
    step("Conversion")
    conversion, no_conversion = _conversion(start, goal, used)
    return Linked(
        start=start,
        goal=goal,
        plan=plan,
        links=links,
        not_done=not_done,
        drift=drift,
        no_drift=no_drift,
        items=rescale_items(start.items, used.A, used.B),
        conversion=conversion,
        no_conversion=no_conversion,
    )


def _drift(start: Form, goal: Form, plan: LinkPlan) -> tuple[AnchorDrift | None, str]:
    try:
        return (
            anchor_drift(
                start.items,
                goal.items,
                by=plan.drift_by,
                limit=plan.limit,
                method=plan.methods[0],
                remove=plan.remove,
                anchors=plan.anchors,
            ),
            "",
        )
    except PsychometricsError as error:
        if plan.remove or error.code in {"not_linked", "bad_option"}:
            raise _between(start, goal, error) from None
        return None, str(error)


def _conversion(start: Form, goal: Form, used: Link) -> tuple[Conversion | None, str]:
    missing = [form for form in (start, goal) if form.left_out]
    if missing:
        form = missing[0]
        return None, (
            f"{form.path} has {form.left_out} items without parameters, so the number right on "
            "the whole form cannot be converted."
        )
    try:
        return equate_true_score(start.items, goal.items, link=used), ""
    except PsychometricsError as error:
        return None, str(error)


def _between(start: Form, goal: Form, error: PsychometricsError) -> BadFile:
    advice = ADVICE.get(error.code, "")
    return BadFile(f"{start.path} and {goal.path}: {error}. {advice}".rstrip())


def at_limit(plan: LinkPlan) -> float:
    """What drift is judged by: the limit given, or the usual one."""
    usual = {"robust-z": 1.645, "displacement": 0.5}
    return usual[plan.drift_by] if plan.limit is None else plan.limit
