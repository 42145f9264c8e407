/** @template {keyof PageIds} K @param {K} id @returns {PageIds[K]} */
export const byId = (id) => /** @type {any} */ (document.getElementById(id));

/** Put text into the first match, if it changed. @param {Element} place @param {string} selector @param {string} text */
export function fill(place, selector, text) {
  const found = place.querySelector(selector);
  if (found && found.textContent !== text) found.textContent = text;
}
