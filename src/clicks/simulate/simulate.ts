import { z } from "@hono/zod-openapi";
import { botReason } from "../click/classify.ts";
import { consentFor } from "../../edge/click/consent.ts";
import { decide } from "../../edge/click/decide.ts";
import { embeddedReason } from "../../edge/click/embedded.ts";
import type { Blocklist } from "../../edge/block/match.ts";
import { msOf, textField, timeField } from "../../ground/http/fields.ts";
import { compileLink } from "../../edge/link/compile.ts";
import { destinationOf } from "../../edge/link/destination.ts";
import type { ConsentSetting } from "../../ground/model/link.ts";
import { acceptedLanguages, chooseRule, deviceClasses } from "../../edge/link/rules.ts";
import type { FoundLink } from "../../edge/link/tier.ts";

/** Stands for the click id that a real click would get. */
const CLICK_ID = "CLICK_ID";

/** Body of `POST /links/{id}/simulate`: the visitor to imagine; what is left out is unknown. */
export const visitorSchema = z
  .strictObject({
    country: z
      .string()
      .regex(/^[A-Za-z]{2}$/, "must be a country of ISO 3166-1, such as DE")
      .toUpperCase()
      .nullable()
      .default(null),
    region: textField(80).nullable().default(null),
    userAgent: z.string().max(1_000).default(""),
    acceptLanguage: z.string().max(500).nullable().default(null),
    at: timeField.optional().openapi({ description: "Default: now." }),
    draw: z
      .number()
      .min(0)
      .lt(100)
      .default(0)
      .openapi({ description: "Where the visitor stands in an A/B test, of 100." }),
    query: z.string().max(2_000).default("").openapi({ description: "The visitor's own query, without `?`." }),
    method: z.enum(["GET", "HEAD"]).default("GET"),
    purpose: z.string().max(100).nullable().default(null).openapi({ description: "The `Sec-Purpose` header." }),
    fetchDest: z
      .string()
      .max(100)
      .nullable()
      .default(null)
      .openapi({ description: "The `Sec-Fetch-Dest` header, such as `image`." }),
    gpc: z.boolean().default(false),
    dnt: z.boolean().default(false),
    cookie: z.string().max(4_000).nullable().default(null).openapi({ description: "The `Cookie` header." }),
  })
  .openapi("SimulatedVisitor");

/** What would happen, and why. */
export const simulationSchema = z
  .object({
    outcome: z.enum(["redirect", "fallback", "page"]),
    status: z.int(),
    location: z
      .string()
      .nullable()
      .openapi({ description: `A real click would have its id where ${CLICK_ID} stands.` }),
    rule: z
      .int()
      .nullable()
      .openapi({ description: "Index of the rule that applied; `null`: the link's own destination." }),
    trace: z.array(z.object({ index: z.int(), matched: z.boolean(), reason: z.string() })),
    bucket: z.enum(["visit", "bot", "prefetch", "head", "embedded", "inactive"]),
    reason: z.string(),
    consent: z.object({ policy: z.enum(["strict", "deferred", "implied"]), source: z.string() }),
    cookie: z.boolean().openapi({ description: "Whether the attribution cookie would be set." }),
  })
  .openapi("Simulation");

/** A validated {@link visitorSchema}. */
export type SimulatedVisitor = z.infer<typeof visitorSchema>;
/** See {@link simulationSchema}. */
export type Simulation = z.infer<typeof simulationSchema>;

/** What a visitor would get from a link at `now` (ms UTC), by the very rules that a redirect follows. Changes nothing. */
export function simulate(
  found: FoundLink & { record: NonNullable<FoundLink["record"]> },
  visitor: SimulatedVisitor,
  context: { defaultConsent: ConsentSetting; blocklist: Blocklist; now: number },
): Simulation {
  const now = msOf(visitor.at) ?? context.now;
  const link = compileLink(found.record, context);
  const rules = chooseRule(found.record.rules, {
    country: visitor.country,
    region: visitor.region,
    devices: deviceClasses(visitor.userAgent),
    languages: acceptedLanguages(visitor.acceptLanguage),
    now,
    draw: visitor.draw,
  });
  const destination = rules.index === null ? link.own : (link.ruled[rules.index] ?? link.own);
  const standing = { usedUp: found.usedUp, blocked: destination.blocked };
  const embedded = embeddedReason({ dest: visitor.fetchDest, mode: null, site: null, accept: null });
  const signals = { method: visitor.method, purpose: visitor.purpose, embedded };
  const decision = decide(found.record, signals, now, standing);
  const consent = consentFor(link.consent, visitor);
  const bot = decision.bucket === "visit" || decision.bucket === "inactive" ? botReason(visitor.userAgent) : null;
  const seen = {
    rule: rules.index,
    trace: rules.trace,
    bucket: bot === null ? decision.bucket : ("bot" as const),
    reason: bot ?? decision.reason,
    consent,
  };
  if (decision.inactive !== null) {
    if (link.fallbackUrl !== null) {
      return { outcome: "fallback", status: 302, location: link.fallbackUrl, cookie: false, ...seen };
    }
    return {
      outcome: "page",
      status: decision.inactive === "not_started" ? 404 : 410,
      location: null,
      cookie: false,
      ...seen,
    };
  }
  const clickId = decision.carries === "nothing" || consent.policy === "strict" ? null : CLICK_ID;
  const location = destinationOf(destination, clickId, asSent(visitor.query));
  const cookie = consent.policy === "implied" && decision.carries === "id_and_cookie";
  return { outcome: "redirect", status: 302, location, cookie, ...seen };
}

/** A query as a browser would send it, which encodes what an address can't hold. */
function asSent(query: string): string {
  return new URL(`https://short.invalid/?${query.replaceAll("#", "%23")}`).search.slice(1);
}
