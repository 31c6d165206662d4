import { type Context } from "hono";
import { html } from "hono/html";
import { page } from "../../edge/pages/page.ts";
import type { AppTypes } from "../../ground/deps.ts";
import { errorText } from "../../ground/error-text.ts";
import { sha256Hex } from "../../ground/http/auth.ts";
import { readBounded } from "../../ground/http/body.ts";
import { Problem, PROBLEMS } from "../../ground/http/problem.ts";
import { mayWrite } from "../../ground/http/provenance.ts";
import { type Formats, formatsOf } from "../../ground/language/formats.ts";
import { isLanguage, type Language, languageFor, localeFor } from "../../ground/language/language.ts";
import { admits, senderOf } from "../../sales/capture/admit-run.ts";
import { guestOf, notePortalUse, type PortalGuest } from "../access/store.ts";
import { brandOf } from "./brand.ts";
import { addressOf, type Carried } from "./carry.ts";
import { campaignsOf, type PortalCampaign, type PortalStore } from "./load-campaigns.ts";
import { frameWords } from "./words.ts";

/** What a token looks like: nothing else is worth a query. */
const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/**
 * Of all answers: they are one person's, and their address is a secret, of which no page that is visited next learns more
 * than the host. With no referrer at all, forms couldn't say where they come from (Fetch: `Origin` would be `null`).
 */
export const PRIVATE: Readonly<Record<string, string>> = {
  "Cache-Control": "private, no-store",
  "X-Robots-Tag": "noindex, nofollow",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "strict-origin",
};

/** Largest body of a form, bytes. */
const MAX_FORM_BYTES = 16_384;

/** A creator at one of their pages. */
export interface Visit {
  guest: PortalGuest;
  /** What the address holds: who has it sees all of this. */
  token: string;
  /** All of the creator's, newest first; whether each shows its numbers stands in it. */
  campaigns: readonly PortalCampaign[];
  /** Whose brand the pages have; `null`: campaigns of several stores, or of none. */
  brand: PortalStore | null;
  language: Language;
  /** The one that the address asks for (`?lang=`), which the pages' ways on to others ask for again; `null`: none. */
  lang: Language | null;
  /** The form of the language in which numbers and days are written (BCP 47). */
  locale: string;
  formats: Formats;
  /** ms UTC. */
  now: number;
  /** In which times are told. */
  timezone: string;
  /** Of the default short domain. */
  origin: string;
}

/** The context of a route below `/creator/:token`. */
export type PortalContext = Context<AppTypes, "/:token">;

/**
 * Answers whoever opens one of the pages; somebody whose token is unknown, revoked or expired is told the same in all three
 * cases, and counts like those who guess slugs, against the address that they come from. What `answer` throws as a
 * `Problem` becomes a page for a browser.
 */
export async function admitted(c: PortalContext, answer: (visit: Visit) => Promise<Response>): Promise<Response> {
  const { deps } = c.env;
  const token = c.req.param("token");
  const now = deps.now();
  const accepted = c.req.header("Accept-Language");
  const guest = TOKEN.test(token) ? await guestOf(deps, await sha256Hex(token), now) : null;
  const said = c.req.query("lang");
  const lang = isLanguage(said) ? said : null;
  const language = languageFor({ asked: lang, kept: guest?.language ?? null, accepted });
  if (guest === null) {
    const mayGuess = await admits(deps.env.UNKNOWN_SLUGS, senderOf(c.req.raw.headers), 1);
    return mayGuess ? answerNothing(language) : answerLimited(language);
  }
  deps.waitUntil(
    notePortalUse(deps, guest, now).catch((error: unknown) => {
      console.error(JSON.stringify({ event: "portal_use_unnoted", message: errorText(error) }));
    }),
  );
  try {
    const campaigns = await campaignsOf(deps, guest.creatorId, now);
    const locale = localeFor(language, accepted);
    return await answer({
      guest,
      token,
      campaigns,
      brand: brandOf(campaigns),
      language,
      lang,
      locale,
      formats: formatsOf(locale),
      now,
      timezone: campaigns.find(({ store }) => store !== null)?.store?.timezone ?? "UTC",
      origin: deps.config.publicUrl ?? new URL(c.req.url).origin,
    });
  } catch (error) {
    if (error instanceof Problem && (c.req.header("Accept") ?? "").includes("text/html"))
      return answerProblem(language, { token, lang }, error);
    throw error;
  }
}

/**
 * Answers a form of one of the pages: as {@link admitted}, with its fields. One that another site sends is refused, though
 * it would have to know the token. What it changes (see `commit`) is the portal link's doing in the audit log.
 */
export async function submitted(
  c: PortalContext,
  answer: (visit: Visit, form: URLSearchParams) => Promise<Response>,
): Promise<Response> {
  return admitted(c, async (visit) => {
    const provenance = {
      origin: c.req.header("Origin"),
      site: c.req.header("Sec-Fetch-Site"),
      own: new URL(c.req.url).origin,
    };
    if (!mayWrite(provenance)) throw new Problem("forbidden", (await frameWords(visit.language))("foreign"));
    // Who did it, in the audit log: their portal link, which is known to be somebody's, while a name may be erased.
    c.set("actor", { id: visit.guest.tokenId, scopes: new Set(), storeIds: null });
    const body = new TextDecoder().decode(await readBounded(c.req.raw, MAX_FORM_BYTES));
    return answer(visit, new URLSearchParams(body));
  });
}

async function answerNothing(language: Language): Promise<Response> {
  const say = await frameWords(language);
  return page(404, say("nothing"), html`<p>${say("nothingText")}</p>`, { language });
}

async function answerLimited(language: Language): Promise<Response> {
  const say = await frameWords(language);
  return page(429, say("tooMany"), html`<p>${say("tooManyText")}</p>`, { language, headers: { "Retry-After": "60" } });
}

async function answerProblem(language: Language, carried: Carried, problem: Problem): Promise<Response> {
  const say = await frameWords(language);
  const body = html`<p>${problem.message}</p>
    <p><a href="${addressOf(carried, "")}">${say("failedBack")}</a></p>`;
  return page(PROBLEMS[problem.code].status, say("failed"), body, { language, headers: problem.headers });
}
