"""The standard response processing templates, under every spelling of their addresses.

``match_correct`` gives SCORE 1 for the key, else 0; ``map_response`` and ``map_response_point``
give the mapped value, 0 for no response. The three of Common Cartridge score by MAXSCORE and tell
in an outcome whether the response was right.
"""

import re
from collections.abc import Mapping

from lxml import etree

from item_bank.qti.declarations import Variable
from item_bank.qti.reading import NAMESPACE
from item_bank.qti.values import BaseType

_ADDRESS = re.compile(
    r"\s*(?:https?://(?:[a-z0-9.-]+\.)?(?:imsglobal\.org|1edtech\.org|taotesting\.com)/\S*?/)?"
    r"(?:rptemplates/)?(?P<name>\w+?)(?:\.xml)?/?\s*",
    re.IGNORECASE,
)
_IF_MATCHES = """
<qti-response-condition>
  <qti-response-if>
    <qti-match><qti-variable identifier="RESPONSE"/><qti-correct identifier="RESPONSE"/></qti-match>
    {right}
  </qti-response-if>
  <qti-response-else>{wrong}</qti-response-else>
</qti-response-condition>"""
_IF_ANSWERED = """
<qti-response-condition>
  <qti-response-if>
    <qti-is-null><qti-variable identifier="RESPONSE"/></qti-is-null>
    {blank}
  </qti-response-if>
  <qti-response-else>
    <qti-set-outcome-value identifier="SCORE">
      <{mapped} identifier="RESPONSE"/>
    </qti-set-outcome-value>
  </qti-response-else>
</qti-response-condition>"""
_IF_FULL = """
<qti-response-condition>
  <qti-response-if>
    <qti-gte><qti-variable identifier="SCORE"/><qti-variable identifier="MAXSCORE"/></qti-gte>
    {right}
  </qti-response-if>
  <qti-response-else>{wrong}</qti-response-else>
</qti-response-condition>"""


def _score(number: str, variables: Mapping[str, Variable]) -> str:
    score = variables.get("SCORE")
    base = "integer" if score and score.type.base is BaseType.INTEGER else "float"
    value = f'<qti-base-value base-type="{base}">{number}</qti-base-value>'
    return f'<qti-set-outcome-value identifier="SCORE">{value}</qti-set-outcome-value>'


def _tell(outcome: str, word: str, variables: Mapping[str, Variable]) -> str:
    if outcome not in variables:
        return ""
    value = f'<qti-base-value base-type="identifier">{word}</qti-base-value>'
    return f'<qti-set-outcome-value identifier="{outcome}">{value}</qti-set-outcome-value>'


_FULL_SCORE = (
    '<qti-set-outcome-value identifier="SCORE"><qti-variable identifier="MAXSCORE"/>'
    "</qti-set-outcome-value>"
)


def standard_rules(address: str, variables: Mapping[str, Variable]) -> etree._Element | None:
    """The rules of a template as an element that holds them; None for an address not known."""
    found = _ADDRESS.fullmatch(address)
    zero = _score("0", variables)
    match found["name"].lower() if found else "":
        case "match_correct" | "cc2_match":
            rules = _IF_MATCHES.format(right=_score("1", variables), wrong=zero)
        case "cc2_match_basic":
            rules = _IF_MATCHES.format(
                right=_FULL_SCORE + _tell("FEEDBACKBASIC", "correct", variables),
                wrong=zero + _tell("FEEDBACKBASIC", "incorrect", variables),
            )
        case "map_response":
            rules = _IF_ANSWERED.format(blank=zero, mapped="qti-map-response")
        case "map_response_point":
            rules = _IF_ANSWERED.format(blank=zero, mapped="qti-map-response-point")
        case "cc2_map_response":
            rules = _IF_ANSWERED.format(blank=zero, mapped="qti-map-response") + _IF_FULL.format(
                right=_tell("FEEDBACK", "correct", variables),
                wrong=_tell("FEEDBACK", "incorrect", variables),
            )
        case _:
            return None
    return etree.fromstring(f'<rules xmlns="{NAMESPACE}">{rules}</rules>')
