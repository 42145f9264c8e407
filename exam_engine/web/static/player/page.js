/** The elements that the templates promise. */

/** @template {keyof PageIds} K @param {K} id @returns {PageIds[K]} */
export const byId = (id) => /** @type {any} */ (document.getElementById(id));

/** Write text where it changed. @type {(place: Element, selector: string, text: string) => void} */
export function fill(place, selector, text) {
  const found = place.querySelector(selector);
  if (found && found.textContent !== text) found.textContent = text;
}

/** @type {(ms: number) => Promise<unknown>} */
export const pass = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
