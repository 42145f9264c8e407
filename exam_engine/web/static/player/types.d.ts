// Shapes and signatures that the player's modules share. Only the type checker reads this file,
// so what stands here costs a candidate on a slow line nothing. Times are ms on the monotonic clock.

interface Answer {
  response: string | null;
  flagged: boolean;
}

/** What the candidate left at a position. */
interface Change extends Answer {
  position: number;
}

/** A change on its way, under its lease and sequence: the body of POST answers. */
interface Entry extends Change {
  lease: number;
  sequence: number;
}

/** What is not on the server yet, and what was said about the last sendings. */
interface Box {
  entries: readonly Entry[];
  /** Changes that have no number yet, because the lease or the device's storage is awaited. */
  held: number;
  /** Since when something waits, without a success in between. */
  since: number | null;
  failures: number;
  notBefore: number;
  /** The server's time on the last receipt, ISO 8601. */
  savedAt: string | null;
  /** Positions whose last answer was refused for good, with the server's sentence. */
  refused: ReadonlyMap<number, string>;
}

type Line = "up" | "down" | "signed_out";

type Overall =
  | { state: "idle" | "saving" | "waiting" | "offline" | "signed_out"; count: number }
  | { state: "saved"; count: number; at: string }
  | { state: "refused"; count: number; sentence: string };

interface Reply {
  /** HTTP status; 0 when nothing came back. */
  status: number;
  /** The JSON of the body; null when it was not JSON. */
  body: any;
  retryAfterMs: number | null;
  sentAt: number;
  receivedAt: number;
}

/** What a reply to an answer means: stored; never; not now; no line; nobody signed in. */
type Verdict = "receipt" | "refused" | "again" | "down" | "signed_out";

/** The server's word at a heartbeat. */
interface Truth {
  state: string;
  admission: string;
  remaining_ms: number | null;
  paused_at: string | null;
  lease: number;
  writes_here: boolean;
  answered: number;
  message: string;
}

interface Signal {
  kind: string;
  at: number;
  duration_ms: number | null;
}

/** deadline: null when unknown; frozen: ms left while the clock stands. */
interface ExamClock {
  deadline: number | null;
  frozen: number | null;
}

interface Mark {
  position: number;
  answered: boolean;
  flagged: boolean;
  /** Given on this page; without it the question's own HTML knows best. */
  answer?: Answer;
}

type Key = Pick<KeyboardEvent, "code" | "altKey" | "shiftKey" | "ctrlKey" | "metaKey" | "repeat">;

/** Why the candidate cannot work now. */
type Stop = "" | "paused" | "time" | "submit";

/** The elements that the templates promise. */
interface PageIds {
  exam: HTMLElement;
  desk: HTMLElement;
  moves: HTMLElement;
  sheet: HTMLElement;
  saved: HTMLElement;
  timer: HTMLElement;
  hide: HTMLElement;
  polite: HTMLElement;
  assertive: HTMLElement;
  news: HTMLElement;
  elsewhere: HTMLElement;
  answer: HTMLFormElement;
  paper: HTMLFieldSetElement;
  question: HTMLElement;
  "view-question": HTMLElement;
  "view-review": HTMLElement;
  open: HTMLElement;
  marked: HTMLElement;
  stored: HTMLElement;
  letters: HTMLElement;
  submit: HTMLFormElement;
  stop: HTMLElement;
  back: HTMLElement;
  sure: HTMLDialogElement;
  keys: HTMLDialogElement;
  standing: HTMLElement;
  room: HTMLElement;
  seats: HTMLElement;
  contact: HTMLElement;
  told: HTMLElement;
  trouble: HTMLElement;
}
