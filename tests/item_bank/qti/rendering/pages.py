"""Reading rendered HTML as a browser does: its elements, and what its form would send."""

from collections.abc import Mapping
from typing import Any

from lxml import html


def tree_of(rendered: str) -> html.HtmlElement:
    return html.fragment_fromstring(rendered)


def sent_by(rendered: str) -> dict[str, list[str]]:
    """The fields that the form sends as it stands."""
    found: dict[str, list[str]] = {}

    def add(name: str, value: str) -> None:
        found.setdefault(name, []).append(value)

    for control in tree_of(rendered).iter("input", "select", "textarea"):
        name = control.get("name")
        if control.tag == "textarea":
            add(name, (control.text or "").removeprefix("\n"))
        elif control.tag == "select":
            chosen = [one for one in control.iter("option") if one.get("selected") is not None]
            add(name, chosen[0].get("value") if chosen else "")
        elif control.get("type") in ("radio", "checkbox"):
            if control.get("checked") is not None:
                add(name, control.get("value"))
        elif control.get("type") != "file":
            add(name, control.get("value", ""))
    return found


def acts_of(rendered: str) -> list[str]:
    """Whatever would run, fetch from elsewhere or style by itself."""
    strays = []
    for element in tree_of(rendered).iter():
        if element.tag in ("script", "style", "iframe", "object", "embed", "link", "form", "base"):
            strays.append(str(element.tag))
        attributes: Mapping[str, Any] = element.attrib
        for name, value in attributes.items():
            is_act = name.startswith("on") or name in ("style", "href", "action", "formaction")
            is_address = name in ("src", "poster", "data", "xlink:href", "srcset")
            if is_act or (is_address and not value.startswith("/")):
                strays.append(f"{element.tag} {name}={value[:40]}")
    return strays
