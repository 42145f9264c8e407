/** What the player says and the templates do not. */

/** @type {(n: number) => string} */
const answers = (n) => `${n} answer${n === 1 ? "" : "s"}`;
/** @type {(n: number, where: string) => string} */
const kept = (n, where) => (n ? `${answers(n)} ${n === 1 ? "is" : "are"} ${where}. ` : "");

/** Local time of an instant, like 9:41:07. @type {(instant: string) => string} */
export const timeOf = (instant) => new Date(instant).toTimeString().slice(0, 8).replace(/^0/, "");

/** @type {Words} */
export const words = {
	saving: "Saving…",
	saved: (at) => `Saved ${timeOf(at)}`,
	waiting: "Not on the server yet. Trying again.",
	offline: (n, durable) =>
		`No connection. ${kept(n, durable ? "safe on this device" : "only in this page: do not close it")}Keep working.`,
	back: (n) => `Connection is back.${n ? ` Sending ${answers(n)}…` : ""}`,
	allSent: "All answers are on the server.",
	signedOut: (n) =>
		`You are not signed in any more. ${kept(n, "kept on this device")}Sign in again, then come back here.`,
	refused: (position, sentence) => `Question ${position}: ${sentence}`,
	cannotStore: "This browser cannot keep answers offline. Tell the proctor before you continue.",
	stay: "Not on the server yet. Stay on this question until the answer is saved.",
	left: (time) => `${time} left.`,
	lastMinute: "1 minute left. Your answers are saved as you go.",
	hidden: "Time hidden",
	paused: (n, _, at) => [
		"Paused",
		`Paused by the proctor${at ? ` at ${timeOf(at).slice(0, -3)}` : ""}. Your clock has stopped. Stay at your seat. ${kept(n, "kept on this device")}`,
	],
	resumed: "You can continue.",
	time: (n, up) => [
		"Time is up",
		up ? "Asking the server…" : `${kept(n, "on this device and will be sent when the line returns")}Keep this page open and tell the proctor.`,
	],
	submit: (n, up) =>
		up && !n ? ["Submitting…", ""] : [
			"Not submitted yet",
			`Your request ${n ? `and ${answers(n)} are on this device and go` : "is on this device and goes"} when the line returns. Keep this page open and tell the proctor. The clock still runs; at its end the exam closes with what the server has.`,
		],
	sure: (open) => `${open} You cannot return after this.`,
	open: (all) => count(all, "has no answer", "have no answer") || "Every question has an answer.",
	flagged: (all) => count(all, "is flagged", "are flagged"),
	otherTab: [
		"Open in another tab",
		"This exam is now open in another tab of this browser. This page can only show it.",
		"Continue here? The other tab will stop accepting answers.",
	],
	loading: "Loading the question…",
	absent: (n, held) =>
		`Question ${n} is not on this device. It opens when the connection is back. On this device: ${held.join(", ")}.`,
};

/** @type {(positions: number[], one: string, more: string) => string} */
function count(positions, one, more) {
	const n = positions.length;
	if (!n) return "";
	const rest = n > 20 ? ` and ${n - 20} more` : "";
	return `${n} question${n === 1 ? ` ${one}` : `s ${more}`}: ${positions.slice(0, 20).join(", ")}${rest}.`;
}
