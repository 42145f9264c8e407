// What each module of the player offers, with its documentation. Only the type checker and people
// read this file: it keeps the modules small on a slow line. Times are ms on the monotonic clock
// (performance.now()); `random` is in [0, 1).

/** countdown.js: the exam clock. The wall clock plays no part. */
interface Countdown {
  /**
   * Take in the time left as the server said it. The true deadline lies between sentAt + left and
   * receivedAt + left; an estimate in between stays, so that the display does not jump.
   */
  sync(clock: ExamClock, left: number, sentAt: number, receivedAt: number): ExamClock;
  /** The clock stands still with so much left. */
  stop(left: number): ExamClock;
  /** Time left, never negative; null when unknown. */
  remaining(clock: ExamClock, now: number): number | null;
  /**
   * The threshold passed between two readings, or null: half the time, 30, 10, 5 and 1 minutes. Of
   * several passed at once (a laptop slept) only the last counts.
   */
  crossed(before: number | null, after: number, allowance: number): number | null;
  /** Hours:minutes, in the last ten minutes minutes:seconds; rounded up. */
  face(left: number): string;
  /** For ears: "1 hour 12 minutes". */
  spoken(left: number): string;
}

/** outbox.js: answers that the server has not acknowledged. Every function returns a new box. */
interface Outbox {
  /** A change was made that has no number yet. */
  hold(box: Box, now: number): Box;
  /** The change that was held has its number, or never will. */
  release(box: Box): Box;
  /** Put an answer at its place; one that is there already changes nothing. */
  enqueue(box: Box, entry: Entry, now: number): Box;
  /** The next to send. */
  first(box: Box): Entry | undefined;
  /** Does this body prove that this very entry is stored? The page of a hotel network does not. */
  isReceipt(body: any, attempt: string, entry: Entry): boolean;
  /** The server has it, since `at` on its clock. */
  receipted(box: Box, entry: Entry, at: string, now: number): Box;
  /** The server will never take it. */
  refused(box: Box, entry: Entry, sentence: string, now: number): Box;
  /** Not now: keep all and wait, longer each time, or as long as the server asks. */
  failed(box: Box, now: number, random: number, waitMs?: number | null): Box;
  /** The line is back: no need to wait. */
  hurry(box: Box): Box;
  /** What may be said of one position. */
  standing(box: Box, position: number): "unsent" | "refused" | "settled";
  /** What may be said of all together. */
  overall(box: Box, now: number, line: Line): Overall;
}

/** navigation.js: where the candidate is, what the map says, which keys mean what. */
interface Navigation {
  /** 0 when the path is no question's. */
  positionOf(path: string): number;
  pathOf(position: number): string;
  /** The next questions to fetch: a run of missing ones, once fewer than half of `ahead` are ready. */
  wanted(position: number, count: number, has: (position: number) => boolean, ahead?: number):
    { start: number; count: number } | null;
  /** The accessible name of a mark on the answer sheet. */
  nameOf(mark: Mark): string;
  /** Positions without an answer, and flagged ones. */
  summary(marks: Mark[]): { open: number[]; flagged: number[] };
  /**
   * What a key asks for: a command ("choose" with a number from 0), or "". Bare letters count only
   * among the answers and in the window of keys (WCAG 2.1.4); a held key counts once.
   */
  meaning(key: Key, focus: "page" | "answers" | "keys"): [string, number?];
}

/** storage.js: answers on the device, in IndexedDB, or in this page alone if that refuses. */
interface AnswerStore {
  /** False when answers live in this page only. */
  readonly durable: boolean;
  /** What an earlier page left. */
  readonly entries: Entry[];
  /** Highest sequence this device gave out in a lease; 0 when none. */
  highest(lease: number): number;
  /** Give the change its number, above `floor` and every number used on this device, and keep it. */
  add(lease: number, floor: number, change: Change): Promise<Entry>;
  remove(entry: Entry): void;
}
type OpenStorage = (attempt: string) => Promise<AnswerStore>;

/** transport.js: POST the body as JSON, or GET without one; 15 s of patience. Never throws. */
type Exchange = (path: string, body?: unknown) => Promise<Reply>;

/**
 * transport.js: what a reply to an answer means. Only our own problem documents refuse for good: a
 * 404 from a box between us and the server does not, nor "no such attempt", which means that
 * another person signed in.
 */
type Classify = (reply: Reply, attempt: string, entry: Entry) => Verdict;

/** transport.js: empties the outbox, one answer at a time, in order, until each has its receipt. */
interface Sender {
  readonly box: Box;
  readonly line: Line;
  /** 0 until granted. */
  readonly lease: number;
  /** The highest number of the lease that the server knew when it was granted. */
  readonly known: number;
  /** The highest number used in the lease, as far as we know. */
  readonly last: number;
  /** Answers not on the server yet. */
  readonly count: number;
  /** From now on answers go under this lease. */
  grant(lease: number, known: number): void;
  /** Take up what an earlier page left on the device; each goes with its own lease and number. */
  load(): void;
  /** Keep a change on the device, then send it. Waits for a lease. */
  add(change: Change): Promise<unknown>;
  /** Every change so far is on the device. */
  settled(): Promise<unknown>;
  /** Somebody else learned how the line is. */
  tell(line: Line): void;
}
type CreateSender = (parts: {
  attempt: string;
  storage: AnswerStore;
  exchange: Exchange;
  changed: () => void;
  heard: Heard;
}) => Sender;
type Heard = (verdict: Verdict, reply: Reply, entry: Entry) => void;

/**
 * heartbeat.js: ms to the next beat: 10 s while running, 3 s while somebody waits, at most 20 s
 * after failures.
 */
type Pace = (state: string, failures: number, random: number) => number;
type CreateHeartbeat = (parts: {
  send: () => Promise<Reply>;
  heard: (reply: Reply) => void;
  state: () => string;
}) => Beat;
/** Ask now; a question already on its way is joined. */
type Beat = () => Promise<void>;

/** signals.js: what the browser noticed. Evidence for a person, never a verdict. */
type WatchSignals = (on: Record<"online" | "offline" | "shown", () => void>) => {
  /** Note a kind; with `begun`, how long that one lasted. */
  note(kind: string, begun?: string): void;
  /** Take all; `giveBack` if the heartbeat did not arrive. */
  take(): Signal[];
  giveBack(taken: Signal[]): void;
};

/**
 * storage.js: one tab writes. Web Locks, or talk over a BroadcastChannel where they are missing (pages
 * without TLS). Resolves to whether this tab writes; `lost` is called when another takes over.
 */
type ClaimTab = (attempt: string, steal: boolean, lost: () => void) => Promise<boolean>;

/** transport.js: questions in memory, fetched ahead of the candidate, never stored on the device. */
type CreateQuestions = (attempt: string, count: number, exchange: Exchange) => {
  held: Map<number, string>;
  /** Keep the next ten ready. */
  ahead(position: number): void;
  /** The question's HTML, or nothing while it cannot be had. */
  get(position: number): Promise<string | undefined>;
};

/** paper.js: the question on the page. `answered` is called once per settled change. */
type CreatePaper = (answered: (answer: Answer) => void) => {
  /** Do not wait for arrow keys to rest. */
  settle(): void;
  set(answer: Answer): void;
  /** What was chosen on the page as it came, before anybody listened; null where nothing was. */
  early(): Answer | null;
  /** Show a question; an answer given on this page wins over what its HTML says. */
  show(position: number, html: string, answer?: Answer): void;
  choose(n?: number): void;
  /** Cross out the option that has the focus. */
  cross(): void;
  flag(): void;
  clear(): void;
};

/** frame.js: the answer sheet, one mark per question. */
type CreateSheet = () => {
  marks: Mark[];
  mark(position: number, answer: Answer): void;
  /** 0: none. */
  current(position: number): void;
  /** The list of the review page, while only the server knows which letters. */
  letters(): string;
  /** Which questions cannot be opened now. */
  absent(absent: (position: number) => boolean): void;
  show(): void;
};

/** frame.js: write text where it changed. */
type Fill = (place: Element, selector: string, text: string) => void;

/** frame.js: say something to ears, politely or at once. */
type Say = (how: "polite" | "assertive", text: string) => void;

/** frame.js: what is saved, the time. `allowance` in ms. */
type CreateBar = (allowance: number) => {
  /** Hide or show the time; without a word, the other way round. */
  hideTime(hide?: boolean): void;
  saved(): string;
  /** Show how saving stands; speak of it only when it has lasted. */
  showSaved(said: Overall, durable: boolean, now: number): void;
  /** Show the time; say thresholds. */
  showTime(left: number): void;
};

/** Heading and sentence of an interruption: `up` is the line, `at` when the pause began. */
type StopWords = (n: number, up: boolean, at: string | null) => [string, string];

/** words.js: what the player says and the templates do not. `n` counts answers on the device. */
interface Words {
  saving: string;
  saved(at: string): string;
  waiting: string;
  offline(n: number, durable: boolean): string;
  back(n: number): string;
  allSent: string;
  signedOut(n: number): string;
  refused(position: number, sentence: string): string;
  cannotStore: string;
  stay: string;
  left(time: string): string;
  lastMinute: string;
  hidden: string;
  paused: StopWords;
  time: StopWords;
  submit: StopWords;
  resumed: string;
  sure(open: string): string;
  open(positions: number[]): string;
  flagged(positions: number[]): string;
  /** Heading, sentence, question. */
  otherTab: string[];
  loading: string;
  absent(n: number, held: number[]): string;
}

/** main.js: what the joined parts do. */
interface Player {
  heard: Heard;
  /** The server's word on the attempt. */
  learn(truth: Truth, reply: Reply): void;
  /** Resolves to whether this page may write now; asks again by itself when the line fails. */
  takeLease(takeOver: boolean): Promise<boolean>;
  /** A notice above the question until the candidate moves on; without a kind it is no alarm. */
  tell(text: string, kind: "" | "ok" | "warn" | "bad"): void;
  /** From now on this page can only show. */
  showElsewhere(where: "device" | "tab"): void;
  /** Replace the page while the candidate cannot work; "" brings it back. */
  stop(why: Stop): void;
  address(path: string, push: boolean): void;
  /** Begin at the top with focus on the heading; a fresh page leaves that to the browser. */
  arrive(place: Element): void;
  go(to: number, push: boolean): Promise<void>;
  /** Everything around question `to`, and a sentence instead of it where there is one. */
  frame(to: number, instead: string): void;
  review(push: boolean): Promise<void>;
  acts: Record<string, (n?: number) => unknown>;
  act(command: string, n?: number): void;
}
