/** The answer sheet: one mark per question. */

import { nameOf, pathOf, summary } from "./navigation.js";
import { byId, fill } from "./page.js";

export function createSheet() {
  const nav = byId("sheet");
  /** @type {HTMLAnchorElement[]} */
  const links = Array.from(nav.querySelectorAll("li a"));
  const marks = links.map((link, i) => ({
    position: i + 1,
    answered: link.classList.contains("answered"),
    flagged: link.classList.contains("flagged"),
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
    fill(nav, "p", `${summary(marks).answered} of ${marks.length} answered`);
  }
  marks.forEach(draw);

  return {
    marks,
    /** @param {number} position @param {Answer} answer */
    mark: (position, answer) => draw({ position, answered: answer.response !== null, flagged: answer.flagged }),
    /** @param {number} position 0: none */
    current(position) {
      nav.classList.remove("shown");
      nav.querySelector("[aria-current]")?.removeAttribute("aria-current");
      links[position - 1]?.setAttribute("aria-current", "page");
    },
    /** Which questions cannot be opened now. @param {(position: number) => boolean} absent */
    absent(absent) {
      links.forEach((link, i) => link.classList.toggle("absent", absent(i + 1)));
    },
    show() {
      nav.classList.toggle("shown");
      (links.find((a) => a.ariaCurrent) ?? links[0])?.focus();
    },
  };
}
