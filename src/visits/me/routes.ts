import { type Context, Hono } from "hono";
import { forgetCookies, optOutCookie } from "../../edge/click/cookie.ts";
import { addressOf, hostnameOf } from "../../edge/link/address.ts";
import type { AppTypes, Deps } from "../../ground/deps.ts";
import { errorText } from "../../ground/error-text.ts";
import { readBounded } from "../../ground/http/body.ts";
import { isoOf } from "../../ground/http/fields.ts";
import { Problem, problemResponse } from "../../ground/http/problem.ts";
import { admits, senderOf, tooMany } from "../../sales/capture/admit-run.ts";
import { forgetVisitor } from "../forget/write-forget.ts";
import { cookiesOf, type KnownClick, type KnownVisitor } from "./known.ts";
import { cookieDomainOf, knownClick, knownVisitor, namedBy, shopOf } from "./load-known.ts";
import { type Forgotten, forgottenPage, mePage, meProblemPage, meReader, SHOP_COOKIE } from "./page.ts";

/** What a store's key, a visitor's id and a click id look like: nothing else is looked for, or shown. */
const KEY = /^[a-z0-9][a-z0-9-]{1,39}$/;
const VISITOR = /^[\w-]{22}$/;
const CLICK = /^[\w-]{56}$/;

/** Largest body, bytes. */
const MAX_BODY = 4_096;

/** Of answers as JSON: a shop's page may read them, without cookies. */
const OPEN: Readonly<Record<string, string>> = {
  "Access-Control-Allow-Origin": "*",
  "Cache-Control": "private, no-store",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "X-Robots-Tag": "noindex, nofollow",
  Vary: "Accept-Language, Accept",
};

const PREFLIGHT: Readonly<Record<string, string>> = {
  ...OPEN,
  "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
  "Access-Control-Allow-Headers": "Content-Type",
  "Access-Control-Max-Age": "86400",
};

/** What a request names. */
interface Asked {
  storeKey: string;
  visitor: string;
  /** A click id that the shop's page keeps; `null`: the cookie's, if there is one. */
  click: string | null;
  forgetsOptOut: boolean;
}

/**
 * `/t/me`: what a browser's visitor id and click id stand for, as a page or JSON, and has them forgotten. Knowing an id is
 * what authorises. An id that nobody has is answered as any other, and none of them goes into a log.
 */
export const meRoutes = new Hono<AppTypes>()
  .options("/me", () => new Response(null, { status: 204, headers: PREFLIGHT }))
  .get("/me", (c) => answered(c, () => show(c)))
  .post("/me", (c) => answered(c, () => forget(c)));

async function answered(c: Context<AppTypes>, answer: () => Promise<Response>): Promise<Response> {
  try {
    return await answer();
  } catch (error) {
    const problem = error instanceof Problem ? error : unavailable(error);
    if (wantsPage(c)) return meProblemPage(problem, await meReader(c.req.raw), c.req.method === "POST");
    const response = problemResponse(problem, c.var.requestId);
    for (const [name, value] of Object.entries(OPEN)) response.headers.set(name, value);
    return response;
  }
}

function unavailable(error: unknown): Problem {
  console.error(JSON.stringify({ event: "me_unavailable", message: errorText(error) }));
  return new Problem("unavailable", "It can't be looked up just now.", [], { "Retry-After": "5" });
}

function wantsPage(c: Context<AppTypes>): boolean {
  return (c.req.header("Accept") ?? "").includes("text/html");
}

async function show(c: Context<AppTypes>): Promise<Response> {
  const { deps } = c.env;
  await mustAdmit(deps, c.req.raw, 1);
  const asked = askedBy(new URL(c.req.url).searchParams);
  const cookies = cookiesOf(c.req.header("Cookie") ?? null);
  const isPage = wantsPage(c);
  const [known, click, shop] = await Promise.all([
    namedBy(deps, asked.storeKey, asked.visitor).then((named) => knownVisitor(deps, named)),
    knownClick(deps, asked.click ?? cookies.click),
    isPage ? shopOf(deps, asked.storeKey) : null,
  ]);
  if (isPage) {
    const { storeKey, visitor } = asked;
    return mePage({ storeKey, visitor, known, click, cookies, shop }, await meReader(c.req.raw));
  }
  return Response.json(
    {
      visitor: presentVisitor(known),
      click: presentClick(click),
      cookies: { click: cookies.click !== null, optOut: cookies.optedOut, consent: cookies.consent },
    },
    { headers: OPEN },
  );
}

/** Looking is dear, and forgetting leaves a row: each counts for so many of the sixty that an address has a minute. */
const FORGETTING_WEIGHS = 6;

async function forget(c: Context<AppTypes>): Promise<Response> {
  const { deps } = c.env;
  await mustAdmit(deps, c.req.raw, FORGETTING_WEIGHS);
  const asked = askedBy(await formOf(c.req.raw));
  const named = await namedBy(deps, asked.storeKey, asked.visitor);
  const results =
    named === null ? [] : await deps.d1.batch(forgetVisitor(deps.d1, named.storeId, named.visitorHash, deps.now()));
  const [, carts = 0, events = 0, customers = 0, conversions = 0] = results.map(({ meta }) => meta.changes);
  const { headers, forgotten } = await cookiesForgotten(c, asked);
  const counts: Forgotten = { carts, events, customers, conversions, cookies: forgotten };
  const response = wantsPage(c)
    ? await forgottenPage(
        counts,
        await shopOf(deps, asked.storeKey),
        `s=${asked.storeKey}&visitor=${asked.visitor}`,
        await meReader(c.req.raw),
      )
    : Response.json({ forgotten: counts, shopCookie: SHOP_COOKIE }, { headers: OPEN });
  for (const cookie of headers) response.headers.append("Set-Cookie", cookie);
  return response;
}

/**
 * The cookies that go with what is forgotten. Only this site's own page may ask for that: another one that sends a form
 * here could else take somebody's opt-out from them. An opt-out names nobody, and whoever is forgotten may want to keep
 * it: it goes only where that was asked for.
 */
async function cookiesForgotten(
  c: Context<AppTypes>,
  { forgetsOptOut }: Asked,
): Promise<{ headers: string[]; forgotten: Forgotten["cookies"] }> {
  if (!isOwnPage(c.req.raw)) return { headers: [], forgotten: [] };
  const address = addressOf(c.req.url);
  const { click, optedOut } = cookiesOf(c.req.header("Cookie") ?? null);
  const domain = await cookieDomainOf(c.env.deps, hostnameOf(address.host));
  const clears = forgetsOptOut && optedOut;
  return {
    headers: [...forgetCookies(address, domain), ...(clears ? [optOutCookie(address, false)] : [])],
    forgotten: [...(click === null ? [] : (["click"] as const)), ...(clears ? (["optOut"] as const) : [])],
  };
}

/** Whether a page of this very host sent a request. One that tells no referrer has the origin `null` by the Fetch standard. */
function isOwnPage({ headers, url }: Request): boolean {
  const site = headers.get("Sec-Fetch-Site");
  return site === null ? headers.get("Origin") === new URL(url).origin : site === "same-origin";
}

/** Reads what a request names; throws a `Problem` (422) for what can't be a key or an id, without saying it again. */
function askedBy(fields: URLSearchParams): Asked {
  const storeKey = fields.get("s") ?? "";
  const visitor = fields.get("visitor") ?? "";
  const click = fields.get("click");
  if (!KEY.test(storeKey)) throw Problem.invalid("s", "must be the key of a shop");
  if (!VISITOR.test(visitor)) throw Problem.invalid("visitor", "must be a visitor's id of 22 characters");
  if (click !== null && !CLICK.test(click)) throw Problem.invalid("click", "must be a click id of 56 characters");
  return { storeKey, visitor, click, forgetsOptOut: fields.get("optOut") === "forget" };
}

/** The fields of a form, or of a JSON object. Throws a `Problem` (400, 413) for what is neither, or too long. */
async function formOf(request: Request): Promise<URLSearchParams> {
  const text = new TextDecoder().decode(await readBounded(request, MAX_BODY));
  if (!text.trimStart().startsWith("{")) return new URLSearchParams(text);
  let body: Record<string, unknown>;
  try {
    body = JSON.parse(text) as Record<string, unknown>;
  } catch {
    throw new Problem("malformed_json", "The body can't be parsed.");
  }
  return new URLSearchParams(
    Object.entries(body).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}

/** Throws a `Problem` (429) for an address that asks too often; a limiter that fails stops nobody. */
async function mustAdmit({ env }: Deps, { headers }: Request, weight: number): Promise<void> {
  if (await admits(env.UNKNOWN_SLUGS, `me ${senderOf(headers)}`, weight)) return;
  throw tooMany("That was asked too often.");
}

function presentVisitor({ recentPages, carts, ...known }: KnownVisitor) {
  return {
    ...known,
    recentPages: recentPages.map(({ time, page: path }) => ({ time: isoOf(time), page: path })),
    carts: carts.map(({ firstAt, lastAt, ...cart }) => ({ firstAt: isoOf(firstAt), lastAt: isoOf(lastAt), ...cart })),
  };
}

function presentClick(click: KnownClick | null) {
  return click === null ? null : { ...click, openedAt: isoOf(click.openedAt), until: isoOf(click.until) };
}
