import { Hono } from "hono";
import type { Context } from "hono";
import { errorText } from "../../ground/error-text.ts";
import type { StoreRow } from "../../programme/store/store.ts";
import type { AppTypes, Deps } from "../../ground/deps.ts";
import { readBounded } from "../../ground/http/body.ts";
import { MAX_IDEMPOTENCY_KEY } from "../../ground/http/idempotency.ts";
import { Problem, problemResponse } from "../../ground/http/problem.ts";
import { inTime } from "../../ground/in-time.ts";
import { admits, senderOf, tooMany } from "./admit-run.ts";
import { behave } from "./behave-run.ts";
import { type SplitEvents, splitEvents } from "./behaviour.ts";
import { customerHasher } from "./customer.ts";
import type { Report } from "./inbox-store.ts";
import { freshStore, keep, storeOf } from "./intake-write.ts";
import { provenSender, provenStore, unsigned } from "./proven-store.ts";
import { problemOfRefusal } from "./refusal-problem.ts";
import {
  eventReports,
  isClaim,
  pixelReport,
  readEvents,
  type Reporting,
  serverReport,
  unreadableEvents,
} from "./report.ts";
import { originOf, originProblem, storeKeyProblem } from "./request.ts";
import { signedBy } from "./signature.ts";

/** Largest body, bytes: what browsers let a beacon carry. */
export const MAX_CAPTURE_BYTES = 65_536;

/** A transparent GIF of one pixel, 43 bytes. */
const GIF = Uint8Array.fromBase64("R0lGODlhAQABAIAAAP///wAAACH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==");

/** How long the pixel waits for the database, ms: the report is kept behind the answer then. */
const PIXEL_PATIENCE_MS = 1_000;

/** For pages of any origin, also those that take nothing from others unless it says so (COEP). */
const OPEN: Readonly<Record<string, string>> = {
  "Access-Control-Allow-Origin": "*",
  "Cache-Control": "no-store",
  "Cross-Origin-Resource-Policy": "cross-origin",
  "X-Content-Type-Options": "nosniff",
};

const PREFLIGHT: Readonly<Record<string, string>> = {
  ...OPEN,
  "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
  "Access-Control-Allow-Headers": "Content-Type",
  "Access-Control-Max-Age": "86400",
};

/** The merchants' side, under `/t`: see docs/embedding.md. */
export const captureRoutes = new Hono<AppTypes>()
  .options("/events", () => new Response(null, { status: 204, headers: PREFLIGHT }))
  .options("/orders", () => new Response(null, { status: 204, headers: PREFLIGHT }))
  .get("/pixel.gif", async (c) => {
    const { deps } = c.env;
    const work = keepPixel(deps, c.req.raw).catch((error: unknown) => {
      // Whoever floods must not fill the log too.
      if (error instanceof Problem && error.code === "rate_limited") return;
      console.error(JSON.stringify({ event: "pixel_lost", message: errorText(error) }));
    });
    deps.waitUntil(work);
    await inTime(work, PIXEL_PATIENCE_MS, (ms) => scheduler.wait(ms)).catch(() => {});
    return new Response(GIF, { headers: { ...OPEN, "Content-Type": "image/gif" } });
  })
  .post("/events", (c) => answered(c, () => takeEvents(c)))
  .post("/orders", (c) => answered(c, () => takeOrder(c)))
  .get("/postback", (c) => answered(c, () => takePostback(c)));

/** Answers problems here, where every answer may be read by a page of any origin. */
async function answered(c: Context<AppTypes>, answer: () => Promise<Response>): Promise<Response> {
  try {
    return await answer();
  } catch (error) {
    const response = problemResponse(problemOf(error), c.var.requestId);
    for (const [name, value] of Object.entries(OPEN)) response.headers.set(name, value);
    return response;
  }
}

function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  console.error(JSON.stringify({ event: "report_lost", message: errorText(error) }));
  return new Problem("unavailable", "The report could not be kept. Please send it again.", [], { "Retry-After": "5" });
}

async function takeEvents(c: Context<AppTypes>): Promise<Response> {
  const { deps } = c.env;
  const body = await readBounded(c.req.raw, MAX_CAPTURE_BYTES);
  const read = readEvents(body);
  const split = "refused" in read ? null : splitEvents(read.events);
  const reporting = await reportingOf(deps, c.req.raw, c.req.query("s") ?? "", split);
  const told = split ?? { others: [], behaviour: [], numbers: [] };
  const reports =
    "refused" in read
      ? [unreadableEvents(reporting, c.req.raw, body, read.refused)]
      : await eventReports(reporting, c.req.raw, told.others);
  await mustAdmit(deps, c.req.raw, reporting, reports);
  const untaken = await behave(deps, c.req.raw, reporting, told);
  await keep(deps, named(reporting, reports));
  if ("refused" in read) throw problemOfRefusal(read.refused);
  const indexOf = (place: number): number => told.others[place]?.index ?? place;
  const refused = reports.flatMap(({ verdict, reason }, place) =>
    verdict === "refused" ? [{ index: indexOf(place), code: reason?.code ?? "malformed" }] : [],
  );
  // What is told to both is refused once.
  const rejected = [...new Map([...untaken, ...refused].map((entry) => [entry.index, entry])).values()];
  return Response.json(
    {
      accepted: read.events.length - rejected.length,
      rejected: rejected.toSorted((a, b) => a.index - b.index),
      ...ignoredOf(reports, indexOf),
    },
    { status: 202, headers: OPEN },
  );
}

/** Names that one answer to the snippet has at most. */
const MAX_IGNORED = 100;

/** The fields that nobody reads, by the event that had them; nothing, where there are none. */
function ignoredOf(reports: readonly Report[], indexOf: (place: number) => number) {
  const all = reports.flatMap(({ meta }, place) =>
    (meta.ignored ?? []).map((field) => ({ index: indexOf(place), ...field })),
  );
  const more = reports.reduce((sum, { meta }) => sum + (meta.ignoredMore ?? 0), Math.max(0, all.length - MAX_IGNORED));
  return {
    ...(all.length > 0 && { ignored: all.slice(0, MAX_IGNORED) }),
    ...(more > 0 && { ignoredMore: more }),
  };
}

async function takeOrder(c: Context<AppTypes>): Promise<Response> {
  const { deps } = c.env;
  const { headers } = c.req.raw;
  const { store, signature, body } = await provenSender(deps, c.req.raw, MAX_CAPTURE_BYTES);
  const { report, refused, externalId } = await serverReport(serverReporting(deps, store), "order", body, {
    delivery: deliveryOf(headers),
    ...(signature !== null && { signedBy: signedBy(signature) }),
  });
  const [kept] = await keep(deps, [report]);
  if (refused !== null) throw problemOfRefusal(refused);
  if (kept === undefined) throw new Problem("internal", "The report was kept, but can't be found.");
  return Response.json(
    {
      id: kept.id,
      orderId: externalId,
      status: "recorded",
      ...(report.meta.ignored !== undefined && { ignored: report.meta.ignored }),
      ...(report.meta.ignoredMore !== undefined && { ignoredMore: report.meta.ignoredMore }),
    },
    { status: kept.repeated ? 200 : 202, headers: OPEN },
  );
}

/** What a server tells a delivery from others by. Throws a `Problem` (422) for a key that is none. */
function deliveryOf(headers: Headers): string | null {
  const key = headers.get("Idempotency-Key");
  if (key === null) return null;
  if (key !== "" && key.length <= MAX_IDEMPOTENCY_KEY) return key;
  throw Problem.invalid("Idempotency-Key", `must have 1 to ${MAX_IDEMPOTENCY_KEY} characters`);
}

async function takePostback(c: Context<AppTypes>): Promise<Response> {
  const { deps } = c.env;
  const proven = await provenStore(deps, c.req.query("s") ?? "", c.req.query("token") ?? "");
  if (proven === null) throw unsigned("The store's key (s) or its secret (token) is wrong.");
  const { search } = new URL(c.req.url);
  const { report, refused } = await serverReport(serverReporting(deps, proven.store), "postback", search);
  await keep(deps, [report]);
  if (refused !== null) throw problemOfRefusal(refused);
  const ignored = (report.meta.ignored ?? []).map(({ field, nearest }) =>
    [field, ...(nearest === undefined ? [] : [nearest])].map(encodeURIComponent).join("="),
  );
  return new Response("OK", {
    headers: {
      ...OPEN,
      "Content-Type": "text/plain; charset=utf-8",
      // Systems that ask for an answer of `OK` want nothing more in it.
      ...(ignored.length > 0 && { "Waymark-Ignored": ignored.join(", ") }),
    },
  });
}

async function keepPixel(deps: Deps, request: Request): Promise<void> {
  const { search, searchParams } = new URL(request.url);
  const reporting = await reportingOf(deps, request, searchParams.get("s") ?? "", null);
  const report = await pixelReport(reporting, request, search);
  await mustAdmit(deps, request, reporting, [report]);
  await keep(deps, named(reporting, [report]));
}

/** Reports of a key that can be no store's are refused at once; others may wait for their store. */
function named({ storeKey, store }: Reporting, reports: readonly Report[]): Report[] {
  const problem = store === null ? storeKeyProblem(storeKey) : null;
  if (problem === null) return [...reports];
  return reports.map((report) => ({
    ...report,
    storeKey: storeKey.replaceAll(/[^\w.-]/g, "").slice(0, MAX_KEPT_KEY),
    verdict: "refused",
    reason: report.verdict === "refused" ? report.reason : problem,
  }));
}

/** As much of a key that is none as is kept for whoever looks for the mistake, characters. */
const MAX_KEPT_KEY = 40;

/**
 * What a page's reports are made with. What is told under a tagging plan alone has a limit of its own. Throws a `Problem`
 * (429) for an address that sends too many, or too many of stores that don't exist.
 */
async function reportingOf(
  deps: Deps,
  request: Request,
  storeKey: string,
  split: SplitEvents | null,
): Promise<Reporting> {
  const store = await storeOfPage(deps, request, storeKey);
  const isBehaviour = split?.others.length === 0 && split.behaviour.length + split.numbers.length > 0;
  const limit = store === null ? deps.env.UNKNOWN_STORES : isBehaviour ? undefined : deps.env.PAGE_REPORTS;
  if (!(await admits(limit, senderOf(request.headers), 1))) throw tooMany("Too many reports come from there.");
  const customerHashOf = customerHasher(deps.env.VISITOR_KEY);
  return { storeKey, store, policy: deps.config.consentPolicy, customerHashOf, receivedAt: deps.now() };
}

/** The store that a page names: as it is, where what is remembered does not take the page's origin. */
async function storeOfPage(deps: Deps, request: Request, storeKey: string): Promise<StoreRow | null> {
  const { store, isFresh } = await storeOf(deps, storeKey);
  if (isFresh || store === null || originProblem(originOf(request), store.origins) === null) return store;
  return (await freshStore(deps, storeKey)).store;
}

/**
 * Weighs what a request brings by its reports, for a hundred events in one request are a hundred: each
 * counts for its address (the first did already, see {@link reportingOf}), and claims for their store. Throws
 * a `Problem` (429).
 */
async function mustAdmit(
  { env }: Deps,
  request: Request,
  { store }: Reporting,
  reports: readonly Report[],
): Promise<void> {
  if (store === null) {
    if (await admits(env.UNKNOWN_STORES, senderOf(request.headers), reports.length - 1)) return;
    throw tooMany("Too many reports come from there.");
  }
  if (!(await admits(env.PAGE_REPORTS, senderOf(request.headers), reports.length - 1))) {
    throw tooMany("Too many reports come from there.");
  }
  if (!(await admits(env.STORE_CLAIMS, store.id, reports.filter(isClaim).length))) {
    throw tooMany("Too many orders are claimed for this store.");
  }
}

function serverReporting(deps: Deps, store: StoreRow): Reporting & { store: StoreRow } {
  const customerHashOf = customerHasher(deps.env.VISITOR_KEY);
  return { storeKey: store.key, store, policy: deps.config.consentPolicy, customerHashOf, receivedAt: deps.now() };
}
