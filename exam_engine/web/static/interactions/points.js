/** Points of an image, in its own pixels. */

/** @typedef {{ x: number, y: number }} Point */
/** @typedef {{ width: number, height: number }} Size */

/** The nearest whole point within the image. @param {Point} point @param {Size} size @returns {Point} */
export const within = ({ x, y }, { width, height }) => ({
	x: Math.min(Math.max(Math.round(x), 0), width),
	y: Math.min(Math.max(Math.round(y), 0), height),
});

/** The point of the image under a place on the screen. @param {Point} at @param {{ left: number, top: number, width: number, height: number }} box @param {Size} size */
export const pointAt = (at, box, size) =>
	within({ x: ((at.x - box.left) / box.width) * size.width, y: ((at.y - box.top) / box.height) * size.height }, size);

/** @type {Readonly<Record<string, readonly [number, number]>>} */
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Where a key moves a point, or null for other keys. @param {Point} point @param {string} key @param {number} step @param {Size} size */
export function movedBy(point, key, step, size) {
	const direction = STEPS[key];
	return direction ? within({ x: point.x + direction[0] * step, y: point.y + direction[1] * step }, size) : null;
}

/** Two fields as a point; null unless both are numbers. @param {string} x @param {string} y @returns {Point | null} */
export function pointOf(x, y) {
	const found = { x: Number(x), y: Number(y) };
	return x.trim() && y.trim() && Number.isFinite(found.x) && Number.isFinite(found.y) ? found : null;
}
