"""Where to set the cut: what panels of judges, or judged candidates, recommend.

======================  ==========================================================================
ratings of items        `angoff`, over rounds; `judge_consistency`
ordered items           `bookmark`; `order_booklet`
cut against pass rate   `beuk`, `hofstee`
judged candidates       `contrasting_groups`
======================  ==========================================================================

Every result carries the standard error of its cut and flags in sentences.  A recommendation is not
a decision: adopting a cut is the governing body's act.
"""

from psychometrics.standards.angoff import Angoff, AngoffRound, RatingVariance, angoff
from psychometrics.standards.bookmark import Booklet, Bookmark, bookmark, order_booklet
from psychometrics.standards.compromise import Compromise, beuk, hofstee
from psychometrics.standards.consistency import JudgeConsistency, judge_consistency
from psychometrics.standards.contrasting_groups import ContrastingGroups, contrasting_groups
from psychometrics.standards.flags import StandardFlag

__all__ = [
    "Angoff",
    "AngoffRound",
    "Booklet",
    "Bookmark",
    "Compromise",
    "ContrastingGroups",
    "JudgeConsistency",
    "RatingVariance",
    "StandardFlag",
    "angoff",
    "beuk",
    "bookmark",
    "contrasting_groups",
    "hofstee",
    "judge_consistency",
    "order_booklet",
]
