/** The answer sheet: one mark per question. */

import { nameOf, pathOf, summary } from "./navigation.js";
import { byId, fill } from "./page.js";

/** @type {CreateSheet} */
export function createSheet() {
  const nav = byId("sheet");
  /** @type {HTMLAnchorElement[]} */
  const links = Array.from(nav.querySelectorAll("li a"));
  /** @type {Mark[]} */
  const marks = links.map(({ classList }, i) => ({
    position: i + 1, answered: classList.contains("answered"), flagged: classList.contains("flagged"),
  }));

  /** @param {Mark} mark */
  function draw(mark) {
    marks[mark.position - 1] = mark;
    const link = links[mark.position - 1];
    if (!link) return;
    link.href = pathOf(mark.position);
    link.classList.toggle("answered", mark.answered);
    link.classList.toggle("flagged", mark.flagged);
    link.setAttribute("aria-label", nameOf(mark));
  }
  marks.forEach(draw);

  return {
    marks,
    mark(position, { response, flagged }) {
      draw({ position, flagged, answered: response !== null, answer: { response, flagged } });
      fill(nav, "p", `${marks.length - summary(marks).open.length} of ${marks.length} answered`);
    },
    current(position) {
      nav.classList.remove("shown");
      nav.querySelector("[aria-current]")?.removeAttribute("aria-current");
      links[position - 1]?.setAttribute("aria-current", "page");
    },
    absent: (absent) => links.forEach((a, i) => a.classList.toggle("absent", absent(i + 1))),
    show() {
      nav.classList.add("shown");
      (links.find((a) => a.hasAttribute("aria-current")) ?? links[0])?.focus();
    },
  };
}
