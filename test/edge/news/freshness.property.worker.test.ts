import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { loadBlocklist } from "../../../src/edge/block/load.ts";
import { type Blocklist, EMPTY_BLOCKLIST } from "../../../src/edge/block/match.ts";
import { decide } from "../../../src/edge/click/decide.ts";
import { compileLink } from "../../../src/edge/link/compile.ts";
import { destinationOf } from "../../../src/edge/link/destination.ts";
import type { LinkRecord } from "../../../src/edge/link/link.ts";
import { loadLink } from "../../../src/edge/link/load.ts";
import { visitToTheEnd } from "../visit.ts";
import { one } from "./one-of-each.ts";
import { histories } from "../../property-runs.ts";

/** How long an edit may take to be seen everywhere, ms. */
const PROMISE_MS = 60_000;

const DAY_MS = 86_400_000;
const SLUGS = ["lea", "LEA", "other"] as const;

/** A link of the domain's own that comes before the one of every host. */
const OWN = "lnk_0000000000000002";

/** Everything that an edit may do to what a link depends on; `?1` is now, ms UTC. */
const EDITS = [
  "UPDATE links SET url = url || '&edited=1'",
  "UPDATE links SET disabled = NOT disabled",
  "UPDATE links SET fallback_url = 'https://shop.example/late'",
  'UPDATE links SET utm = \'{"source":"{{username}}"}\'',
  "UPDATE links SET ends_at = ?1 + 30000",
  "UPDATE links SET starts_at = ?1 + 20000",
  "UPDATE links SET starts_at = NULL, ends_at = NULL",
  `UPDATE OR IGNORE links SET slug = 'other', slug_key = 'other' WHERE id = '${one.ids.links}'`,
  `UPDATE OR IGNORE links SET slug = 'lea', slug_key = 'lea' WHERE id = '${one.ids.links}'`,
  `UPDATE OR IGNORE links SET deleted_at = ?1 WHERE id = '${one.ids.links}'`,
  `UPDATE OR IGNORE links SET deleted_at = NULL WHERE id = '${one.ids.links}'`,
  `UPDATE OR IGNORE links SET domain = '${one.hostname}' WHERE id = '${one.ids.links}'`,
  `UPDATE OR IGNORE links SET domain = '' WHERE id = '${one.ids.links}'`,
  `INSERT OR IGNORE INTO links (id, domain, slug, slug_key, url, kind, utm, rules, disabled, created_at, updated_at)
     VALUES ('${OWN}', '${one.hostname}', 'Lea', 'lea', 'https://own.example/', 'tracking', '{}', '[]', 0, 0, 0)`,
  `UPDATE OR IGNORE links SET slug_key = 'LEA', slug = 'LEA' WHERE id = '${OWN}'`,
  `DELETE FROM links WHERE id = '${OWN}'`,
  "UPDATE stores SET click_param = CASE click_param WHEN 'ref' THEN 'src' ELSE 'ref' END",
  "UPDATE stores SET consent_policy = CASE consent_policy WHEN 'implied' THEN 'strict' ELSE 'implied' END",
  "UPDATE stores SET attribution = '{\"windowDays\":7}'",
  'UPDATE creators SET handles = \'{"instagram":"lea.two"}\'',
  "UPDATE tracking_plans SET name = name || '!'",
  "UPDATE tracking_plans SET ends_at = ?1 - 1",
  "UPDATE tracking_plans SET ends_at = NULL, fallback_url = 'https://shop.example/plan'",
  "UPDATE campaigns SET name = name || '!'",
  "UPDATE codes SET text = text || '1'",
  "UPDATE domains SET cookie_domain = CASE WHEN cookie_domain IS NULL THEN 'brand.example' END",
  "UPDATE domains SET case_sensitive = NOT case_sensitive",
  "UPDATE domains SET deleted_at = CASE WHEN deleted_at IS NULL THEN ?1 END",
  "UPDATE blocked_hosts SET host = CASE host WHEN 'shop.example' THEN 'phish.example' ELSE 'shop.example' END",
  "DELETE FROM blocked_hosts",
] as const;

let day = 0;

beforeEach(() => {
  for (const level of ["warn", "error"] as const) vi.spyOn(console, level).mockImplementation(() => undefined);
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** Bindings of an isolate with a memory of its own. */
function isolate(): Env {
  return { ...env, CLICK_QUEUE: { send: async () => undefined }, UNKNOWN_SLUGS: undefined } as unknown as Env;
}

/** What a shopper sees: status, destination and cookie, without what each click has of its own. */
function seen(status: number, location: string | null, cookie: string | null): string {
  return `${status} ${location} ${cookie}`.replaceAll(/[\w-]{56}/g, "ID");
}

/** What a link as D1 had it, held against a block list, comes to at a moment: by the rules of a redirect, without its memory. */
function truth(record: LinkRecord | null, blocklist: Blocklist, now: number): string {
  if (record === null) return seen(404, null, null);
  const link = compileLink(record, { defaultConsent: "regional", blocklist });
  const signals = { method: "GET", purpose: null, embedded: null } as const;
  const { inactive } = decide(record, signals, now, { usedUp: false, blocked: link.own.blocked });
  if (inactive !== null && link.fallbackUrl !== null) return seen(302, link.fallbackUrl, null);
  if (inactive !== null) return seen(inactive === "not_started" ? 404 : 410, null, null);
  // The visitor comes from Germany: what the store says nothing about is deferred there, with an id and no cookie.
  const id = link.consent === "strict" ? null : "I".repeat(56);
  const cookie = link.consent === "implied" ? `__Secure-wm_click=${id}${link.cookieAttributes}` : null;
  return seen(302, destinationOf(link.own, id, ""), cookie);
}

/** What was so since when, ms; each entry until the next. */
type History<What> = { since: number; what: What }[];

/** All that was so within the promised time before `now`. */
function within<What>(history: History<What>, now: number): What[] {
  return history
    .filter((_entry, index) => (history[index + 1]?.since ?? Infinity) > now - PROMISE_MS)
    .map(({ what }) => what);
}

async function answer(slug: string, bindings: Env): Promise<string> {
  const response = await visitToTheEnd(`/${slug}`, {}, bindings);
  return seen(response.status, response.headers.get("location"), response.headers.get("set-cookie"));
}

/** Another step of a story. */
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("edit" as const), edit: fc.nat(EDITS.length - 1) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("pass" as const), ms: fc.integer({ min: 0, max: 25_000 }) }) },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant("visit" as const), who: fc.nat(1), slug: fc.constantFrom(...SLUGS) }),
  },
);

it("whatever is edited, two isolates answer within 60 s as the database says", { timeout: 300_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 45 }), async (steps) => {
      // Days apart, so that the colo's cache, which all runs share, has nothing that is young enough.
      let now = Date.now() + ++day * DAY_MS;
      vi.useFakeTimers({ toFake: ["Date"], now });
      await env.DB.batch([...one.fromTheLast].map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
      await one.insert();
      const isolates = [isolate(), isolate()];
      const records = new Map<string, History<LinkRecord | null>>(SLUGS.map((slug) => [slug, []]));
      const lists: History<Blocklist> = [];
      const note = async () => {
        lists.push({ since: now, what: await loadBlocklist(env.DB) });
        for (const slug of SLUGS) {
          const { record } = await loadLink(env.DB, { hostname: one.hostname, slug }, now);
          records.get(slug)?.push({ since: now, what: record });
        }
      };
      /** What an address may answer now: whatever was true of each thing it depends on within the promised time. */
      const allowed = (slug: string) =>
        within(records.get(slug) ?? [], now).flatMap((record) =>
          within(lists, now).map((list) => truth(record, list, now)),
        );
      await note();
      for (const next of steps) {
        if (next.kind === "edit") {
          const sql = EDITS[next.edit] ?? "";
          await (sql.includes("?1") ? env.DB.prepare(sql).bind(now) : env.DB.prepare(sql)).run();
          await note();
        } else if (next.kind === "pass") vi.setSystemTime((now += next.ms));
        else expect(allowed(next.slug)).toContain(await answer(next.slug, isolates[next.who] ?? env));
      }
      vi.setSystemTime((now += PROMISE_MS));
      for (const bindings of isolates) {
        for (const slug of SLUGS) {
          const [record, list] = [records.get(slug)?.at(-1)?.what ?? null, lists.at(-1)?.what ?? EMPTY_BLOCKLIST];
          expect(await answer(slug, bindings), slug).toBe(truth(record, list, now));
        }
      }
    }),
    { numRuns: histories(8), endOnFailure: true },
  );
});
