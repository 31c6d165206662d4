import { type Context, Hono } from "hono";
import { html } from "hono/html";
import { renderSVG } from "uqr";
import { page } from "../../edge/pages/page.ts";
import type { AppTypes, Deps } from "../../ground/deps.ts";
import { errorText } from "../../ground/error-text.ts";
import { sha256Hex } from "../../ground/http/auth.ts";
import { csvHeaders, csvLines } from "../../ground/http/csv.ts";
import { Problem } from "../../ground/http/problem.ts";
import { networkOf } from "../../ground/http/network.ts";
import { shortUrl } from "../../links/link/store.ts";
import { campaignsOf } from "./load-campaigns.ts";
import { CSV_COLUMNS, csvRows } from "./csv.ts";
import { portalPolicy } from "./dress.ts";
import { figuresOf, reportOf, spanOf } from "./load-figures.ts";
import { formatsFor } from "./format.ts";
import { renderPortal } from "./page.ts";
import { type SpanName, SPANS } from "./span.ts";
import { guestOf, notePortalUse, type PortalGuest } from "./store.ts";

/** What a token looks like: nothing else is worth a query. */
const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/** Of all answers: they are one person's, and their address is a secret. */
const PRIVATE = {
  "Cache-Control": "private, no-store",
  "X-Robots-Tag": "noindex, nofollow",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
};

/** `/creator/{token}`: what a creator sees, who has no key but a link. */
export const portalRoutes = new Hono<AppTypes>()
  .get("/:token", async (c) => {
    const { deps } = c.env;
    const guest = await admit(c);
    if (guest instanceof Response) return guest;
    const now = deps.now();
    const campaigns = await campaignsOf(deps, guest.creatorId, now);
    const span = SPANS.find((name) => name === c.req.query("span")) ?? "30d";
    const days = spanOf(span, campaigns, now);
    const skip = Number(c.req.query("skip") ?? 0);
    const document = await renderPortal({
      name: guest.name,
      token: c.req.param("token"),
      origin: originOf(c),
      span,
      days,
      formats: formatsFor(c.req.header("Accept-Language") ?? null),
      now,
      timezone: campaigns.find(({ store }) => store !== null)?.store?.timezone ?? "UTC",
      expiresAt: guest.expiresAt,
      campaigns,
      skipped: Number.isInteger(skip) && skip > 0 && skip < campaigns.length ? skip : 0,
      figures: await figuresOf(deps, guest.creatorId, campaigns, days),
    });
    return c.body(document, 200, {
      ...PRIVATE,
      "Content-Type": "text/html; charset=utf-8",
      "Content-Security-Policy": await portalPolicy(),
    });
  })
  .get("/:token/report.csv", async (c) => {
    const { deps } = c.env;
    const guest = await admit(c);
    if (guest instanceof Response) return guest;
    const now = deps.now();
    const campaigns = await campaignsOf(deps, guest.creatorId, now);
    const days = spanOf(spanAsked(c.req.query("span")), campaigns, now);
    const { rows, conversions } = await reportOf(deps, guest.creatorId, campaigns, c.req.query("campaign"), days);
    const names = new Map(campaigns.map(({ id, name }) => [id, name]));
    return c.body(csvLines([CSV_COLUMNS, ...csvRows(rows, conversions, names)]), 200, {
      ...csvHeaders(`report-${days.first}-${days.last}.csv`),
      ...PRIVATE,
    });
  })
  .get("/:token/links/:link/qr.svg", async (c) => {
    const { deps } = c.env;
    const guest = await admit(c);
    if (guest instanceof Response) return guest;
    const campaigns = await campaignsOf(deps, guest.creatorId, deps.now());
    const link = campaigns.find(({ link }) => link?.id === c.req.param("link"))?.link ?? null;
    if (link === null) return answerNothing();
    return c.body(renderSVG(shortUrl(link, originOf(c)), { ecc: "M", border: 4 }), 200, {
      ...PRIVATE,
      "Content-Type": "image/svg+xml",
      "Content-Security-Policy": "default-src 'none'",
    });
  });

/**
 * Who opens the page; else the answer to somebody whose token is unknown, revoked or expired, which is
 * the same for all three. Such tokens count like guessed slugs against the address they come from.
 */
async function admit(c: Context<AppTypes, "/:token">): Promise<PortalGuest | Response> {
  const { deps } = c.env;
  const token = c.req.param("token");
  const now = deps.now();
  const guest = TOKEN.test(token) ? await guestOf(deps, await sha256Hex(token), now) : null;
  if (guest === null) {
    const mayGuess = await allowsGuess(deps, networkOf(c.req.header("CF-Connecting-IP") ?? "unknown"));
    return mayGuess ? answerNothing() : answerLimited();
  }
  deps.waitUntil(
    notePortalUse(deps, guest, now).catch((error: unknown) => {
      console.error(JSON.stringify({ event: "portal_use_unnoted", message: errorText(error) }));
    }),
  );
  return guest;
}

/** Whether an address may go on guessing; a limiter that fails stops nobody. */
async function allowsGuess(deps: Deps, address: string): Promise<boolean> {
  try {
    return (await deps.env.UNKNOWN_SLUGS?.limit({ key: address }))?.success ?? true;
  } catch (error) {
    console.error(JSON.stringify({ event: "rate_limit_failed", message: errorText(error) }));
    return true;
  }
}

function answerNothing(): Promise<Response> {
  return page(404, "There is nothing here", html`<p>If somebody gave you this address, ask them for a new one.</p>`);
}

function answerLimited(): Promise<Response> {
  return page(429, "Please wait a minute", html`<p>Too many addresses with nothing behind them were asked for.</p>`, {
    "Retry-After": "60",
  });
}

/** Throws a `Problem` (422) for a span that there isn't. */
function spanAsked(asked = "30d"): SpanName {
  const span = SPANS.find((name) => name === asked);
  if (span === undefined) throw Problem.invalid("span", `must be one of ${SPANS.join(", ")}`);
  return span;
}

/** Origin of the default short domain. */
function originOf(c: Context<AppTypes>): string {
  return c.env.deps.config.publicUrl ?? new URL(c.req.url).origin;
}
