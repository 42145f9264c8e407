/** The bar above the paper: what is saved, the time, and the two voices. */

import { crossed, face, spoken } from "./countdown.js";
import { byId } from "./page.js";
import { words } from "./words.js";

const MINUTE = 60_000;

/** @param {"polite" | "assertive"} how @param {string} text */
export function say(how, text) {
  const region = byId(how);
  // The same text twice is only read when the region was empty in between.
  region.textContent = "";
  setTimeout(() => (region.textContent = text), 100);
}

/** @param {number} allowance ms */
export function createBar(allowance) {
  const saved = byId("saved");
  const timer = byId("timer");
  let hidden = false;
  /** @type {number | null} */
  let before = null;
  /** The line was away lately: say more than "Saved". */
  let trouble = false;
  let state = "";
  let since = 0;
  let told = "";

  /** @param {Overall} said @param {boolean} durable */
  function textOf(said, durable) {
    if (said.state === "saved") return trouble ? words.allSent : words.saved(said.at);
    if (said.state === "saving") return trouble ? words.back(said.count) : words.saving;
    if (said.state === "idle") return trouble ? words.back(0) : "";
    if (said.state === "waiting") return words.waiting;
    if (said.state === "offline") return words.offline(said.count, durable);
    return said.state === "refused" ? said.sentence : words.signedOut(said.count);
  }

  /** @param {boolean} hide */
  function hideTime(hide) {
    hidden = hide;
    byId("hide").textContent = hide ? "Show time" : "Hide";
  }

  return {
    hideTime,
    toggleTime: () => hideTime(!hidden),
    saved: () => saved.textContent || words.allSent,
    /** Show how saving stands; speak of it only when it has lasted. @param {Overall} said @param {boolean} durable @param {number} now */
    showSaved(said, durable, now) {
      if (said.state !== state) since = now;
      state = said.state;
      if (state === "offline") trouble = true;
      const calm = state === "saved" || state === "idle";
      if (calm && now - since > 6_000) trouble = false;
      const text = textOf(said, durable);
      const urgent = state === "waiting" || state === "signed_out";
      const due = now - since >= (state === "waiting" ? 25_000 : 3_000);
      if (due && told !== state && (trouble || urgent)) say(urgent ? "assertive" : "polite", text);
      if (due) told = state;
      saved.className = state;
      if (saved.dataset.text === text) return;
      saved.dataset.text = saved.textContent = text;
      if (state === "signed_out") saved.insertAdjacentHTML("beforeend", ` <a href="/sign-in" target="_blank">${words.signIn}</a>`);
    },
    /** Show the time; say thresholds. @param {number | null} left */
    showTime(left) {
      const passed = left === null ? null : crossed(before, left, allowance);
      if (passed) say("polite", passed === MINUTE ? words.lastMinute : words.left(spoken(passed)));
      if (passed === 5 * MINUTE) hideTime(false);
      before = left;
      const text = left === null ? words.unknown : hidden ? words.hidden : `${face(left)} left`;
      if (timer.textContent !== text) timer.textContent = text;
      timer.classList.toggle("low", !hidden && left !== null && left <= 10 * MINUTE);
    },
  };
}
