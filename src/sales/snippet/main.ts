/*! core */
/**
 * The snippet: what a shop's page loads from `/t/ast.js`. `docs/embedding.md` says what it does.
 * `npm run snippet` builds it; every byte of it is sent to every shopper.
 */
import { type Consent, fresh, quietly, type Seen, tell } from "./browser.ts";
import { carry } from "./cart.ts";
import { CONSENT, VIEW } from "./hooks.ts";
import { addressed, cookie, forget, found, keep, kept, knownAs, newer } from "./keep.ts";
import { type EventData, next, send } from "./send.ts";
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
  if (GOALS) tell(CONSENT, consent);

  const calls = waiting;
  waiting = [];
  for (const call of calls) {
    const [name, data] = call;
    if (
      name === "clickId" ||
      (isGranted &&
        // What consent adds something to: of what was sent without it.
        ((GOALS ? name !== "order" : name === "identify") || click || (data as EventData)["customerId"] != null))
    ) {
      run(call);
    }
    // Many banners refuse for a start, until they are answered.
    else if (!isGranted) waiting.push(call);
  }
}

function run(call: Call): void {
  quietly(() => {
    const [name, first, second] = call as [unknown, unknown, EventData];
    if (GOALS) {
      next.seen = told!.get(call) || { id: fresh(), view, url: location.origin + location.pathname };
      if (name !== "consent") tell(name, first, second);
    }
    if (name === "consent") settle(first);
    else if (name === "track") send(name, { ...second, event: first }, consent, click);
    else if (name === "conversion") send(name, { ...second, goal: first }, consent, click);
    else if (GOALS && name === "page") send(name, {}, consent, click);
    else if (name === "order") {
      send(name, first as EventData, consent, click);
      // A copy: the page may go on with its objects.
      if (consent !== "granted") waiting.push([name, { ...(first as EventData) }]);
    } else if (name === "identify") {
      if (consent === "granted") send(name, { customerId: first }, consent, click);
      else waiting.push(call);
    } else if (name === "clickId") {
      if (consent === "unknown") waiting.push(call);
      else (first as (click: string | null) => void)(click || null);
    }
    if (GOALS && name === "me") {
      // Of an id that nobody has nothing is known: so it says.
      const id = consent === "granted" ? knownAs() + (click ? `&click=${click}` : "") : fresh();
      location.href = `${CONFIG.base}me?s=${CONFIG.store}&visitor=${id}`;
    }
    if (GOALS && consent !== "granted" && /^(track|conversion|page)$/.test(name as string)) {
      const again = [name, first, { ...second }];
      told!.set(again, next.seen!);
      waiting.push(again);
    }
  });
}

/** Tells of this page, and of each that the shop's own script shows in its place. */
function followPages(): void {
  let path: string | undefined;
  const look = (): void => {
    if (path === (path = location.pathname)) return;
    tell(VIEW, (view = fresh()));
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
    // The answer that holds when the snippet arrives: the last word of the page's calls so far, else the shop's own note
    // of its banner's answer (the redirect honours the same), of several a refusal.
    let answer: unknown =
      cookie("wm_consent", "denied") || cookie("wm_consent", "granted") || (CONFIG.policy === "implied" && "granted");
    for (const [name, said] of calls) if (name === "consent" && isAnswer(said)) answer = said;
    settle(answer);
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

quietly(() => {
  const begin = (): void => quietly(start);
  const token = found(/wm_preview=([\w.-]+)/, () => location.search + "&" + sessionStorage.getItem("wm_preview"));
  if (token && !(GOALS && H.show)) {
    // Gives way to what a tagging plan's preview loads from the same host; starts where that is no snippet.
    document.head.append(
      Object.assign(document.createElement("script"), {
        src: `${CONFIG.base}preview.js?s=${CONFIG.store}&t=${token}`,
        onerror: begin,
      }),
    );
  } else begin();
});
