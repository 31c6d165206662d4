/*! visit */
/** Part `visit`: which visit a page is of, that it was looked at, for how long and how far down; and it tells for all parts. */
import type { BehaviourType } from "../../ground/model/visit.ts";
import { type Consent, fresh, quietly, tell } from "./browser.ts";
import type { SnippetRule } from "./config.ts";
import { CONSENT, LEAVE, VIEW } from "./hooks.ts";
import { addressed, knownAs } from "./keep.ts";
import { post, serialize } from "./send.ts";

/** What tells where a visit came from: see `VisitOrigin`. */
interface Origin {
  referrer?: string | undefined;
  utmSource?: string | null;
  utmMedium?: string | null;
  utmCampaign?: string | null;
  /** Of click ids of networks the names alone. */
  adIds?: string[];
}

/** See `VisitFacts`. */
interface Facts {
  id: string;
  page: number;
  landing: string;
  before: string | null | undefined;
  origin: Origin & { click: string | undefined };
}

/** A visit as the device keeps it, with consent: with the path of its last page, and when it was last told of, ms UTC. */
type Kept = readonly [facts: Facts, path: string, time: number];

interface Told {
  type: BehaviourType;
  data: object;
  /** ms UTC. */
  time: number;
  id: string;
}

const plan = CONFIG.plan!;

let consent: Consent = "unknown";
/** Whether consent is granted. */
export let isGranted: boolean;
/** How far down this view was seen since then, px. */
export let depth: number;
/** This view, and the address of its page. */
let view: string | undefined;
let url = "";
/** What this document was opened with, until a visit has taken it. */
let origin: Origin = {};
/** The click id that it was opened with, likewise. */
let click: string | undefined;
/** How this view was told of without consent: it is told again, by the same id, with the consent that is granted on it. */
let plain: object | 0 = 0;
/** The visit that this view is of; with consent alone. */
export let facts: Facts | undefined;
/** Where the device keeps nothing, for as long as the page. */
let kept: Kept | undefined;

const queue: Told[] = [];
let flushing: ReturnType<typeof setTimeout> | undefined;

/** When the time that counts was last looked at, on the page's own clock; 0: it doesn't run. */
let since = 0;
let ticking: ReturnType<typeof setTimeout> | undefined;
/** What counts and isn't told yet, ms. */
let engaged = 0;
/** Reports of this view, and percent of it that they told as seen. */
let reports = 0;
let seen = 0;

function read(): Kept | undefined {
  return quietly(() => JSON.parse(localStorage.getItem("wm_visit")!) as Kept) || kept;
}

/** Whether a visit that was last told of then goes on: what is told after the silence belongs to it, and doesn't prolong it. */
function isOn(time: number): boolean {
  return Date.now() - time < plan.minutes * 60_000;
}

function keep(of: Facts, path: string): Facts {
  kept = [of, path, Date.now()];
  quietly(() => localStorage.setItem("wm_visit", serialize(kept)));
  return of;
}

/** The visit that goes on with this page, or begins. */
function join(): Facts {
  const [old, before, time] = read() || ([] as Partial<Kept>);
  const { utmSource, adIds = [] } = origin;
  const from = { ...origin, click };
  const landing = location.pathname;
  const goesOn =
    old &&
    isOn(time!) &&
    // The landing page loaded again is no other campaign.
    (!(utmSource || adIds[0] || click) || serialize(from) === serialize(old.origin));
  const next = keep(
    goesOn
      ? { ...old, page: old.page + 1, before }
      : { id: fresh().slice(0, 11), page: 1, landing, before: null, origin: from },
    landing,
  );
  origin = {};
  click = undefined;
  return next;
}

/**
 * Tells what happened on this view, as much of it as consent allows now. Each event is told once, but for the view
 * itself: with consent that comes later it is told again, by its id, and counted with that instead. What needs consent
 * begins with it. What didn't arrive is told again by the same ids.
 */
function flush(): void {
  // One that was to come sooner or later does no harm.
  flushing = undefined;
  const ok = isGranted;
  if (!view) return;
  // As many as one report may have; more than that are no person's.
  const told = queue.splice(0, 80).filter(({ type }) => ok || !/engage|zones|cart/.test(type));
  if (!told[0]) return;
  if (ok) {
    const [of, path, time] = read()!;
    if (isOn(time)) keep(of, path);
    // What a view begins with is itself; after a refusal it may be something else, which was told by its id already.
  } else if (!plain) plain = { was: consent, ...told[0] };
  const body = serialize(
    told.map(({ data, time, ...event }) => ({
      ...event,
      v: 1,
      consent,
      url,
      plan: plan.n,
      age: Date.now() - time,
      ...(ok && { visitor: knownAs(), visit: facts }),
      data: ok ? data : { ...data, cartId: undefined },
    })),
  );
  const send = (tries: number): void =>
    quietly(() => post(body, () => tries && setTimeout(() => (isGranted || !ok) && send(tries - 1), 5_000)));
  send(3);
}

/** Takes what was looked at since it was last asked, and goes on where the page is visible and focused. */
function measure(): void {
  const now = performance.now();
  // Who sleeps, or whose machine does, looks at nothing: half a tick of it is as near as can be said.
  if (since) engaged += now - since < 5_000 ? now - since : 200;
  since = 0;
  clearTimeout(ticking);
  if (isGranted && !document.hidden && document.hasFocus()) {
    since = now;
    if (engaged >= 15_000) report();
    ticking = setTimeout(() => {
      deepen();
      measure();
    }, 400);
  }
}

/** Looks how far down is seen now. Not as a view begins: a page that takes another's place is where that one was. */
function deepen(): void {
  if (isGranted) depth = Math.max(depth, scrollY + innerHeight);
}

/** Tells what more was seen of this view. */
function report(): void {
  const percent = Math.round((depth / document.documentElement.scrollHeight) * 100);
  const scroll = plan.scroll ? Math.max(0, Math.min(100, percent) - seen) : 0;
  const ms = plan.engage ? Math.round(engaged) : 0;
  engaged = 0;
  seen += scroll;
  if (ms || scroll) add("engage", { ms, scroll, n: ++reports });
}

function leave(): void {
  deepen();
  measure();
  since = 0;
  report();
  tell(LEAVE);
  flush();
}

function begin(id: string): void {
  let entry;
  if (view) leave();
  else {
    const query = new URLSearchParams(location.search);
    const host = quietly(() => new URL(document.referrer).host);
    const isOwn = host === location.host;
    origin = {
      referrer: isOwn ? undefined : host,
      utmSource: query.get("utm_source"),
      utmMedium: query.get("utm_medium"),
      utmCampaign: query.get("utm_campaign"),
      adIds: [...query.keys()].filter((name) =>
        /(id|d_source|clsrc|epik|igsh|tblci|dicbo|_pld|_kx|_hsenc)$/i.test(name),
      ),
    };
    click = addressed();
    // Neither loaded again nor gone back to: what is told of it without consent too.
    entry = !isOwn && !performance.navigation.type && { entry: true, origin };
  }
  view = id;
  url = location.origin + location.pathname;
  plain = depth = engaged = reports = seen = 0;
  if (isGranted) facts = join();
  add("page", {}, entry);
  measure();
}

/** Something happened on this view, and is told of soon. `more` stands beside its data. */
export function add(type: BehaviourType, data: object, more?: object | false): void {
  queue.push({ type, data, time: Date.now(), id: fresh(), ...more });
  flushing = flushing || setTimeout(flush, 1_000);
}

/** Events that parts hear: all that come by the window, also the document's. */
type Heard = WindowEventMap & DocumentEventMap;

/**
 * Hears events by their names (with blanks between them) before anybody else and whoever stops them. Nothing waits for
 * it, nothing can be prevented by it.
 */
export function on<Name extends keyof Heard>(names: Name, heard: (event: Heard[Name]) => void): void {
  for (const name of names.split(" ")) {
    addEventListener(name, (event) => quietly(() => heard(event as Heard[Name])), true);
  }
}

/** Whether the page is one that a pattern means; `null` means all. */
export function isHere(page: string | null): boolean {
  return !page || RegExp(page).test(location.pathname);
}

/** The plan's rules that hold on this page. */
export function rulesHere(): SnippetRule[] {
  return (plan.rules || []).filter(([, , , , page]) => isHere(page));
}

/**
 * The first of these that is an element which a selector means, or the first of all if there is none; one that the
 * browser can't read means none.
 */
export function meeting(nodes: readonly EventTarget[], selector: string | null): EventTarget | undefined {
  // The last of a way are no elements.
  return nodes.find((node) =>
    quietly(() => !selector || ((node as Element).matches && (node as Element).matches(selector))),
  );
}

/** The way of an event, from the innermost element out, across shadow roots; none where nothing may be told. */
export function wayOf(event: Event): EventTarget[] {
  const way = event.composedPath();
  return meeting(way, "[data-wm-ignore]") ? [] : way;
}

H.push((what, first) => {
  if (what === VIEW) begin(first as string);
  if (what === CONSENT) {
    consent = first as Consent;
    isGranted = consent === "granted";
    if (!isGranted) {
      facts = kept = undefined;
      quietly(() => localStorage.removeItem("wm_visit"));
    } else if (view && !facts) {
      facts = join();
      if (plain) add("page", {}, plain);
      measure();
    }
  }
});

// A page that is frozen was hidden before.
on("focus blur visibilitychange pagehide" as "focus", ({ type }) => {
  if (document.hidden || type[0] === "p") leave();
  else measure();
});
// As it was left, and looked at anew.
on("pageshow", ({ persisted }) => {
  if (persisted) begin(fresh());
});
