/** Making and finding elements, and saying what happened. */

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} name @param {Record<string, string>} [attributes] @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function make(name, attributes = {}, ...children) {
	const made = document.createElement(name);
	for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
	made.append(...children);
	return made;
}

/** A button that never sends the form. @param {string} words @param {string} label @param {string} [kind] */
export const makeButton = (words, label, kind = "") =>
	make("button", { type: "button", class: kind, "aria-label": label }, words);

/** @template {Element} T @param {ParentNode} within @param {string} selector @returns {T[]} */
export const all = (within, selector) => /** @type {T[]} */ (Array.from(within.querySelectorAll(selector)));

/** @template {Element} T @param {ParentNode} within @param {string} selector @returns {T} */
export function one(within, selector) {
	const found = within.querySelector(selector);
	if (!found) throw new Error(`${selector} is not there`);
	return /** @type {T} */ (found);
}

/** @param {Element} element @param {string} name */
export const fact = (element, name) => element.getAttribute(`data-${name}`) ?? "";

/** @param {Element} element @param {string} name */
export const number = (element, name) => Number(fact(element, name)) || 0;

/** Say it below the interaction, for eyes and for screen readers. @param {Element} box @param {string} sentence */
export function say(box, sentence) {
	const place = box.querySelector("[data-say]");
	if (!place) return;
	// The same words twice are read twice only if they were gone in between.
	place.textContent = "";
	setTimeout(() => (place.textContent = sentence), 40);
}

/** Set a field as if a person had. @param {HTMLSelectElement | HTMLInputElement} field @param {string} value */
export function fill(field, value) {
	if (field.value === value) return;
	field.value = value;
	field.dispatchEvent(new Event("change", { bubbles: true }));
}

/** The controls that this script stands in for stay, out of sight: they are what is sent. @param {Element} box */
export function hideNative(box) {
	for (const native of all(box, "[data-native]")) /** @type {HTMLElement} */ (native).hidden = true;
}

/** A copy of what is shown, without the names that may be on a page only once. @param {Element} shown */
export function copyOf(shown) {
	const copy = /** @type {Element} */ (shown.cloneNode(true));
	for (const named of [copy, ...all(copy, "[id]")]) named.removeAttribute("id");
	return copy;
}

/** Words on an area of a picture, and a plaque that holds them. @param {SVGGElement} area @param {string} words */
export function letter(area, words) {
	const text = /** @type {SVGTextElement} */ (one(area, "text"));
	const plaque = one(area, ".plaque");
	text.textContent = words;
	const before = Number(text.getAttribute("x")) - Number(plaque.getAttribute("x"));
	plaque.setAttribute("width", String(text.getComputedTextLength() + 2 * before));
}

/** Keep the state visible and told, and the button reachable. @param {HTMLElement} button @param {boolean} off */
export const turnOff = (button, off) => button.setAttribute("aria-disabled", String(off));
