/** The question on the page: choosing, flagging, clearing, crossing out. */

import { byId } from "./page.js";

const REST_MS = 400;

/** @param {(answer: Answer) => void} answered called once per settled change */
export function createPaper(answered) {
  const place = byId("question");
  /** @type {Record<number, Set<string>>} */
  const crossed = {};
  let position = 0;
  let byArrow = false;
  let timer = 0;

  /** @returns {HTMLInputElement[]} */
  const radios = () => Array.from(place.querySelectorAll("[type=radio]"));
  /** @returns {HTMLInputElement | null} */
  const flag = () => place.querySelector("[name=flagged]");

  function settle() {
    if (!timer) return;
    clearTimeout(timer);
    timer = 0;
    answered({
      response: radios().find((r) => r.checked)?.value ?? null,
      flagged: flag()?.checked ?? false,
    });
  }

  /** @param {number} ms */
  function soon(ms) {
    clearTimeout(timer);
    timer = Number(setTimeout(settle, ms));
    if (!ms) settle();
  }

  /** @param {HTMLInputElement | undefined} radio @param {boolean} [out] */
  function cross(radio, out) {
    const row = radio?.closest(".option");
    if (!radio || !row) return;
    const set = (crossed[position] ??= new Set());
    out = row.classList.toggle("crossed", out);
    if (out) set.add(radio.value);
    else set.delete(radio.value);
    row.querySelector("button")?.setAttribute("aria-pressed", String(out));
  }

  /** @param {HTMLInputElement | null | undefined} input @param {boolean} on */
  function set(input, on) {
    if (!input || input.matches(":disabled")) return;
    input.focus();
    input.checked = on;
    if (input.type === "radio") cross(input, false);
    soon(0);
  }

  place.addEventListener("keydown", (event) => {
    byArrow = event.key.startsWith("Arrow");
    // Enter in a radio group would submit the form; it must never leave a question.
    if (event.key === "Enter" && event.target instanceof HTMLInputElement) event.preventDefault();
  });
  place.addEventListener("pointerdown", () => (byArrow = false));
  place.addEventListener("change", ({ target }) => {
    const input = /** @type {HTMLInputElement} */ (target);
    if (input.type === "radio") cross(input, false);
    soon(input.type === "radio" && byArrow ? REST_MS : 0);
  });
  place.addEventListener("click", ({ target }) => {
    const button = /** @type {Element} */ (target).closest("[data-cross]");
    if (button) cross(radios()[Number(button.getAttribute("data-cross"))]);
  });

  return {
    settle,
    /** Show a question; without HTML, take the one that is there. @param {number} at @param {string} html @param {Answer} [answer] */
    show(at, html, answer) {
      position = at;
      if (html) place.innerHTML = html;
      radios().forEach((radio, i) => {
        if (answer) radio.checked = radio.value === answer.response;
        radio.closest(".option")?.insertAdjacentHTML("beforeend",
          `<button type="button" class="quiet" data-cross="${i}" aria-pressed="false">Cross out<span class="vh"> ${"ABCDEFGH"[i]}</span></button>`);
        if (crossed[at]?.has(radio.value)) cross(radio, true);
      });
      const box = flag();
      if (box && answer) box.checked = answer.flagged;
    },
    /** @param {number} n */
    choose: (n) => set(radios()[n], true),
    cross: () => cross(radios().find((r) => r === document.activeElement)),
    flag: () => set(flag(), !flag()?.checked),
    clear() {
      for (const radio of radios()) radio.checked = false;
      soon(0);
    },
  };
}
