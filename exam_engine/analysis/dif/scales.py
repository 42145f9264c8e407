"""How each method measures a difference: its statistics, the size of an effect, and its words."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """What a method's figures are called and where its classes begin.

    Attributes
    ----------
    title : str
    columns : tuple of str
        Statistics, named as in the library.
    effect : str
        The column that holds the size of the difference.
    error : str or None
        The column of its standard error.
    bounds : tuple of float
        Sizes from which the classes B and C begin; empty where the method has no classes.
    axis : str
        What the effect is, for an axis.
    harder : int
        The sign of the effect where the item is harder for the focal group; 0 where it has none.
    explained : str
        How the classes come about.
    """

    title: str
    columns: tuple[str, ...]
    effect: str
    error: str | None
    bounds: tuple[float, ...]
    axis: str
    harder: int
    explained: str


SCALES: Mapping[str, Scale] = {
    "mh": Scale(
        "Mantel-Haenszel",
        ("alpha", "delta", "se_delta", "chi2"),
        "delta",
        "se_delta",
        (1.0, 1.5),
        "MH D-DIF (delta)",
        -1,
        "ETS classes. A: under 1, or not significant. C: 1.5 or more and significantly above 1. "
        "B: between.",
    ),
    "logistic": Scale(
        "Logistic regression",
        ("statistic", "df", "effect", "coefficient_group", "coefficient_interaction"),
        "effect",
        None,
        (0.035, 0.070),
        "Gain in R² (Nagelkerke)",
        0,
        "Uniform and non-uniform together. A unless significant, then by the gain in R² "
        "(Jodoin and Gierl): B from .035, C from .070.",
    ),
    "standardisation": Scale(
        "Standardisation",
        ("difference", "standard_error"),
        "difference",
        "standard_error",
        (0.05, 0.10),
        "STD P-DIF (share right)",
        -1,
        "No test. By size: B from .05, C from .10.",
    ),
    "sibtest": Scale(
        "SIBTEST",
        ("beta", "standard_error", "chi2"),
        "beta",
        "standard_error",
        (0.059, 0.088),
        "SIBTEST beta (share right)",
        1,
        "A unless significant, then by size: B from .059, C from .088.",
    ),
    "lord": Scale(
        "Lord's chi-square",
        ("chi2", "df", "b_difference"),
        "b_difference",
        None,
        (),
        "Difference in b (logits)",
        1,
        "A test of all parameters of the item; it has no classes.",
    ),
    "raju": Scale(
        "Raju's areas",
        ("signed", "se_signed", "z_signed", "unsigned", "se_unsigned", "z_unsigned"),
        "signed",
        "se_signed",
        (),
        "Signed area (logits)",
        1,
        "Flagged by the unsigned area, which also finds curves that cross; it has no classes.",
    ),
    "likelihood-ratio": Scale(
        "Likelihood ratio",
        ("chi2", "df", "effect"),
        "effect",
        None,
        (0.05, 0.10),
        "Expected score, focal less reference",
        -1,
        "A unless significant, then by the expected difference in score: B from .05, C from .10.",
    ),
}
METHODS = tuple(SCALES)
BINARY = ("mh", "logistic", "standardisation", "sibtest")
BY_MODEL = ("lord", "raju", "likelihood-ratio")
