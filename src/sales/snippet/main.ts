/**
 * The snippet: what a shop's page loads from `/t/ast.js`. `docs/embedding.md` says what it does.
 * `npm run snippet` builds it; every byte of it is sent to every shopper.
 */
import { type Consent, fresh, quietly, type Seen } from "./browser.ts";
import { carry } from "./cart.ts";
import { addressed, forget, found, keep, kept, newer } from "./keep.ts";
import { type EventData, isSeen, send } from "./send.ts";
import { followBanner } from "./tcf.ts";

/** A call of `wm`: its `arguments`, where the queue stub took them. */
type Call = ArrayLike<unknown> & Iterable<unknown>;

/** Nothing that is said on the page outweighs the browser's own signals or a strict store. */
const BARRED = CONFIG.policy === "strict" || navigator.globalPrivacyControl === true || navigator.doNotTrack === "1";

let consent: Consent = "unknown";
/** In memory alone until consent is granted. */
let click: string | undefined;
/** Calls that have more to say once consent is granted, and those that can't be answered until it is settled. */
let waiting: Call[] = [];
/** What was told of those that wait. */
const told = GOALS ? new WeakMap<Call, Seen>() : undefined;
/** This opening of the page: all that tells one shopper from another until consent is granted. */
let view: string | undefined;

function isAnswer(text: unknown): text is "granted" | "denied" {
  return text === "granted" || text === "denied";
}

function settle(answer: unknown): void {
  if (!isAnswer(answer)) return;
  consent = BARRED ? "denied" : answer;
  const isGranted = consent === "granted";
  if (isGranted) {
    const old = kept();
    // A page of an earlier click may be loaded again.
    click = newer(click || addressed(), old);
    // One that is kept already keeps its age.
    if (click && click !== old) keep(click);
  } else {
    click = undefined;
    forget();
  }
  carry(click || "");

  const calls = waiting;
  waiting = [];
  for (const call of calls) {
    if (call[0] === "clickId" || (isGranted && hasMore(call))) run(call);
    // Many banners refuse for a start, until they are answered.
    else if (!isGranted) waiting.push(call);
  }
}

/** Whether consent adds anything to what was sent without it. */
function hasMore([name, data]: Call): boolean {
  return (GOALS ? name !== "order" : name === "identify") || Boolean(click) || (data as EventData).customerId != null;
}

function run(call: Call): void {
  quietly(() => {
    const [name, first, second] = call as [unknown, unknown, EventData];
    const seen = GOALS ? told!.get(call) || { id: fresh(), view, url: location.origin + location.pathname } : undefined;
    if (GOALS) isSeen(seen!);
    if (name === "consent") settle(first);
    else if (name === "track") send(name, { ...second, event: first }, consent, click);
    else if (name === "conversion") send(name, { ...second, goal: first }, consent, click);
    else if (GOALS && name === "page") send(name, {}, consent, click);
    else if (name === "order") send(name, first as EventData, consent, click);
    else if (name === "clickId" && consent === "unknown") waiting.push(call);
    else if (name === "clickId") (first as (click: string | null) => void)(click || null);
    else if (name === "identify" && consent === "granted") send(name, { customerId: first }, consent, click);
    else if (name === "identify") waiting.push(call);
    // Copies: the page may go on with its objects.
    if (name === "order" && consent !== "granted") waiting.push([name, { ...(first as EventData) }]);
    else if (GOALS && consent !== "granted" && (name === "track" || name === "conversion" || name === "page")) {
      const again = [name, first, { ...second }];
      told!.set(again, seen!);
      waiting.push(again);
    }
  });
}

/** Tells of this page, and of each that the shop's own script shows in its place. */
function followPages(): void {
  let path: string | undefined;
  const look = (): void => {
    if (path === (path = location.pathname)) return;
    view = fresh();
    if (CONFIG.pages) run(["page"]);
  };
  look();
  for (const name of ["pushState", "replaceState"] as const) {
    const own = history[name];
    history[name] = function (this: History, ...change: Parameters<typeof own>) {
      own.apply(this, change);
      quietly(look);
    };
  }
  addEventListener("popstate", () => quietly(look));
}

/** The answer that holds when the snippet arrives: the last word of the page's calls so far, else what was before. */
function firstAnswer(calls: readonly Call[]): unknown {
  // The shop's own note of its banner's answer; the redirect honours the same.
  // Of several notes a refusal counts.
  const noted =
    found(/(?:^|; ?)wm_consent=(denied)(?:;|$)/, () => document.cookie) ||
    found(/(?:^|; ?)wm_consent=(granted)(?:;|$)/, () => document.cookie);
  let answer: unknown = noted || (CONFIG.policy === "implied" && "granted");
  for (const [name, said] of calls) if (name === "consent" && isAnswer(said)) answer = said;
  return answer;
}

function start(): void {
  const stub = window.wm;
  // Loaded twice: the first goes on.
  if (stub && stub.ready) return;
  const calls: Call[] = [];
  quietly(() => {
    for (const call of stub!.q as Call[]) quietly(() => calls.push([...call]));
  });
  const wm: Window["wm"] = (...call) => run(call);
  wm.ready = true;
  // For whoever took hold of the stub before it was replaced.
  wm.q = { push: run };
  window.wm = wm;

  if (BARRED) {
    settle("denied");
  } else {
    click = addressed();
    settle(firstAnswer(calls));
    followBanner(settle);
  }
  if (GOALS) {
    const follow = (): void => quietly(followPages);
    // Nobody looks at it yet, and perhaps nobody ever will.
    if (document.prerendering) document.addEventListener("prerenderingchange", follow);
    else follow();
  }
  // Consent is a state, and settled; the rest is news, and told in its order.
  for (const call of calls) if (call[0] !== "consent") run(call);
}

quietly(start);
