/** The bar above the paper: what is saved, the time, and the two voices. */

import { crossed, face, spoken } from "./countdown.js";
import { byId } from "./page.js";
import { words } from "./words.js";

const MINUTE = 60_000;

/** @type {(how: "polite" | "assertive", text: string) => void} */
export function say(how, text) {
  const region = byId(how);
  // The same text twice is only read when the region was empty in between.
  region.textContent = "";
  setTimeout(() => (region.textContent = text), 100);
}

/** @type {CreateBar} */
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

  /** @type {(said: Overall, durable: boolean) => string} */
  function textOf(said, durable) {
    if (said.state === "saved") return trouble ? words.allSent : words.saved(said.at);
    if (said.state === "saving") return trouble ? words.back(said.count) : words.saving;
    if (said.state === "idle") return trouble ? words.back(0) : "";
    if (said.state === "waiting") return words.waiting;
    if (said.state === "offline") return words.offline(said.count, durable);
    return said.state === "refused" ? said.sentence : words.signedOut(said.count);
  }

  /** @param {boolean} [hide] */
  function hideTime(hide = !hidden) {
    hidden = hide;
    byId("hide").textContent = hide ? "Show time" : "Hide";
  }

  return {
    hideTime,
    saved: () => saved.textContent || words.allSent,
    showSaved(said, durable, now) {
      if (said.state !== state) since = now;
      state = said.state;
      trouble = state === "offline" || (trouble && (said.count > 0 || now - since < 6_000));
      const text = textOf(said, durable);
      const urgent = state === "waiting" || state === "signed_out";
      if (now - since >= (state === "waiting" ? 25_000 : 3_000) && told !== state) {
        told = state;
        if (urgent || trouble) say(urgent ? "assertive" : "polite", text);
      }
      saved.className = state;
      if (saved.dataset.text === text) return;
      saved.dataset.text = saved.textContent = text;
      if (state === "signed_out") saved.insertAdjacentHTML("beforeend", ' <a href="/sign-in" target="_blank">Sign in</a>');
    },
    showTime(left) {
      const passed = crossed(before, left, allowance);
      if (passed) say("polite", passed === MINUTE ? words.lastMinute : words.left(spoken(passed)));
      if (passed === 5 * MINUTE) hideTime(false);
      before = left;
      const low = left !== null && left <= 10 * MINUTE && !hidden;
      const text = left === null ? words.unknown : hidden ? words.hidden : `${face(left)} ${low ? "min " : ""}left`;
      if (timer.textContent !== text) timer.textContent = text;
      timer.classList.toggle("low", low);
    },
  };
}
