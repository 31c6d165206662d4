import { VISIT_STORES } from "./visits-world.ts";

/** Pages of a shop, and of a visit about. */
const PAGES = 100;
const VISIT_PAGES = 5;

/** Visits under way at once. */
const AT_ONCE = 400;

/** Share of visitors who consent. */
const CONSENTING = 0.6;

/** Share of visits in which something is put into a cart. */
const BUYING = 0.1;

const AGENTS = [
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1",
  "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15",
];

const ORIGINS: readonly Record<string, unknown>[] = [
  {},
  { referrer: "www.google.com" },
  { referrer: "duckduckgo.com" },
  { referrer: "l.instagram.com", utmSource: "instagram", utmMedium: "social", utmCampaign: "autumn" },
  { utmSource: "newsletter", utmMedium: "email", utmCampaign: "week-48" },
  { utmSource: "google", utmMedium: "cpc", utmCampaign: "tea", adIds: ["gclid"] },
];

/** What is told in one request. */
export interface VisitRequest {
  text: string;
  events: number;
}

/** The same draws each time: a figure must not depend on luck (mulberry32). */
function drawsFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Requests of visitors of all stores without end, as they come in one after another. Each has ids of its own. */
export function* visitTraffic(seed: number): Generator<VisitRequest, never> {
  const draw = drawsFrom(seed);
  const open: Iterator<VisitRequest>[] = [];
  for (;;) {
    while (open.length < AT_ONCE) open.push(visitOf(draw));
    const at = Math.floor(draw() * open.length);
    const next = open[at]?.next();
    if (next?.done === true) open.splice(at, 1);
    else if (next !== undefined) yield next.value;
  }
}

function* visitOf(draw: () => number): Generator<VisitRequest, undefined> {
  const some = <Value>(values: readonly Value[]): Value => values[Math.floor(draw() * values.length)] as Value;
  const isLikely = (share: number): boolean => draw() < share;
  const id = (length: number): string => Array.from({ length }, () => some(ID)).join("");
  const store = some(VISIT_STORES);
  const agent = some(AGENTS);
  const isGranted = isLikely(CONSENTING);
  const isBuying = isLikely(BUYING);
  const visitor = id(22);
  // Most look at some pages, a few at many.
  const pages = 1 + Math.floor(-Math.log(1 - draw()) * (VISIT_PAGES - 1));
  const visit = { id: id(11), page: 0, landing: "", before: null as string | null, origin: some(ORIGINS) };
  const event = (type: string, data: object, more: object = {}): object => ({
    v: 1,
    type,
    consent: isGranted ? "granted" : "denied",
    id: id(22),
    view: visit.id,
    plan: 1,
    age: 40,
    url: `https://shop.example${path}`,
    ...(isGranted ? { visitor, visit: { ...visit } } : more),
    data,
  });
  let path = "";
  for (let page = 1; page <= pages; page++) {
    visit.before = page === 1 ? null : path;
    // Some pages are looked at more than others.
    path = `/products/item-${Math.floor(PAGES * draw() ** 2)}`;
    visit.page = page;
    if (page === 1) visit.landing = path;
    const entry = page === 1 ? { entry: true, origin: visit.origin } : {};
    const first = [event("page", {}, entry)];
    if (page === 1) first.push(event("banner", { state: "shown" }));
    yield requestOf(store.key, agent, first);
    const last: object[] = [];
    if (isLikely(0.3)) last.push(event("click", { rule: "buy" }));
    if (isLikely(0.03)) last.push(event("download", { rule: "guide", file: "care.pdf" }));
    if (isGranted) {
      last.push(event("engage", { ms: Math.floor(draw() * 40_000), scroll: Math.floor(draw() * 100), n: 1 }));
      const cells = Object.fromEntries(
        Array.from({ length: Math.floor(draw() * 4) }, () => [
          `${Math.floor(draw() * 50)}:${Math.floor(draw() * 200)}`,
          1,
        ]),
      );
      const scroll = Math.floor(draw() * 40);
      last.push(
        event("zones", {
          width: 1_400,
          height: 4_000,
          band: agent.includes("Mobile") ? "narrow" : "wide",
          cells,
          scroll,
        }),
      );
      const items = Array.from({ length: 1 + Math.floor(draw() * 3) }, (_none, n) => ({
        sku: `SKU-${n}`,
        quantity: 1,
      }));
      if (isBuying && isLikely(0.4)) last.push(event("cart", { items, value: "49.90" }));
      if (isBuying && isLikely(0.2)) last.push(event("step", { step: "payment" }));
    }
    if (last.length > 0) yield requestOf(store.key, agent, last);
  }
  return undefined;
}

const ID = Array.from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

function requestOf(key: string, agent: string, events: readonly object[]): VisitRequest {
  const body = JSON.stringify(events);
  const text = [
    `POST /t/events?s=${key} HTTP/1.1`,
    "Host: go.brand.test",
    "Content-Type: text/plain;charset=UTF-8",
    `Content-Length: ${Buffer.byteLength(body)}`,
    `User-Agent: ${agent}`,
    "Origin: https://shop.example",
    `\r\n${body}`,
  ].join("\r\n");
  return { text, events: events.length };
}
