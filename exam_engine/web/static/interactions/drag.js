/** Dragging with mouse, pen or finger. Whatever can be dragged can also be done with buttons. */

const STARTS_AFTER_PX = 6;

/**
 * @param {HTMLElement} handle what is dragged
 * @param {{ over?: (under: Element | null, event: PointerEvent) => void, drop: (under: Element | null, event: PointerEvent) => void, allowed?: () => boolean }} on
 *   `under` is what lies below the pointer
 */
export function draggable(handle, on) {
	handle.classList.add("draggable");
	handle.addEventListener("dragstart", (event) => event.preventDefault());
	handle.addEventListener("pointerdown", (down) => {
		const pressed = /** @type {Element} */ (down.target).closest("button, input, select");
		if (down.button !== 0 || (pressed && pressed !== handle) || on.allowed?.() === false) return;
		/** @type {HTMLElement | null} */
		let ghost = null;
		const box = handle.getBoundingClientRect();

		/** @param {PointerEvent} event */
		const under = (event) => document.elementFromPoint(event.clientX, event.clientY);

		/** @param {PointerEvent} event */
		function move(event) {
			const far = Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY);
			if (!ghost && far < STARTS_AFTER_PX) return;
			if (!ghost) {
				ghost = /** @type {HTMLElement} */ (handle.cloneNode(true));
				ghost.classList.add("ghost");
				ghost.setAttribute("aria-hidden", "true");
				ghost.style.width = `${box.width}px`;
				(handle.closest(".interaction") ?? document.body).append(ghost);
				handle.classList.add("dragged");
			}
			event.preventDefault();
			ghost.style.left = `${event.clientX - (down.clientX - box.left)}px`;
			ghost.style.top = `${event.clientY - (down.clientY - box.top)}px`;
			on.over?.(under(event), event);
		}

		/** @param {PointerEvent} event */
		function end(event) {
			removeEventListener("pointermove", move);
			removeEventListener("pointerup", end);
			removeEventListener("pointercancel", end);
			handle.classList.remove("dragged");
			if (!ghost) return;
			ghost.remove();
			on.over?.(null, event);
			if (event.type === "pointerup") {
				// The click that follows belongs to the drag.
				addEventListener("click", swallow, { capture: true, once: true });
				setTimeout(() => removeEventListener("click", swallow, { capture: true }), 0);
				on.drop(under(event), event);
			}
		}

		addEventListener("pointermove", move);
		addEventListener("pointerup", end);
		addEventListener("pointercancel", end);
	});
}

/** @param {Event} event */
function swallow(event) {
	event.preventDefault();
	event.stopPropagation();
}
