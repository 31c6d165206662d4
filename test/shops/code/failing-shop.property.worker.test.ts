import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { beforeEach, expect, it } from "vitest";
import type { StandShop } from "../../../scripts/shops/stand-client.ts";
import { api } from "../../ground/api.ts";
import { insertCampaign, readCode } from "../../programme/code-fixtures.ts";
import { PLATFORMS } from "../../sales/shop/live-fixtures.ts";
import { holdShopQueue, manyCodes } from "./model-run.ts";
import { codesIn, makeByHand, standStore, syncOver } from "./stand-run.ts";
import { histories } from "../../property-runs.ts";

beforeEach(() => void holdShopQueue());

/** Runs so far: each has names of its own. */
let runs = 0;

/** Longer than any pause between two tries of a code, ms. */
const LATER = 2 * 3_600_000;

/** Codes of a run. */
const CODES = 8;

/** What an admin does to a code, or to its plan, in the middle of it. */
const change = fc.record({
  what: fc.constantFrom("edit", "rotate", "reject", "approve", "retire", "plan", "nothing"),
  code: fc.nat(CODES - 1),
  number: fc.integer({ min: 20, max: 90 }),
});

type Change = typeof change extends fc.Arbitrary<infer One> ? One : never;

it.each(PLATFORMS)(
  "at a shop of %s that fails three in ten calls codes end as they should, none twice, whatever is changed meanwhile",
  async (provider) => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.array(fc.array(change, { maxLength: 3 }), { minLength: 2, maxLength: 4 }),
        async (seed, rounds) => {
          runs += 1;
          const name = `Plan ${runs}`;
          const { storeId, planId, shop } = await standStore(provider, { name, nameKey: name });
          await makeByHand(shop, "CODE3");
          const ids = await manyCodes(planId, storeId, CODES, runs);
          const campaign = await insertCampaign(planId, await creatorsOf(ids));
          await shop.faults({ seed, error: 0.1, cut: 0.05, lost: 0.1, throttled: 0.05 });
          let now = Date.now();
          let percent = 10;
          for (const changes of rounds) {
            await syncOver(storeId, now);
            for (const { what, code, number } of changes) {
              if (what === "plan") percent = number;
              await make(what, { id: ids[code] ?? "", planId, campaign, number });
            }
            now += LATER;
          }
          now = await settled(storeId, now);

          expect(await wrong(shop, ids, percent, name)).toEqual([]);
          expect((await shop.calls()).filter(({ fault }) => fault !== null).length).toBeGreaterThan(0);
        },
      ),
      { numRuns: histories(2), endOnFailure: true },
    );
  },
);

/** Runs the work until nothing waits any more, with the shop failing all along. Returns the time that it is then. */
async function settled(storeId: string, from: number): Promise<number> {
  for (let [now, rounds] = [from, 0]; rounds < 60; now += LATER, rounds++) {
    await syncOver(storeId, now);
    const waiting = await env.DB.prepare(
      "SELECT count(*) AS n FROM shop_codes WHERE store_id = ?1 AND state = 'pending'",
    )
      .bind(storeId)
      .first<number>("n");
    if (waiting === 0) return now;
  }
  throw new Error("codes still wait");
}

async function creatorsOf(ids: readonly string[]): Promise<string[]> {
  const { results } = await env.DB.prepare(
    "SELECT creator_id AS id FROM codes WHERE id IN (SELECT value FROM json_each(?1))",
  )
    .bind(JSON.stringify(ids))
    .all<{ id: string }>();
  return results.map(({ id }) => id);
}

/** Does what an admin does; what isn't possible as it stands is refused, and changes nothing. */
async function make(
  what: Change["what"],
  { id, planId, campaign, number }: { id: string; planId: string; campaign: string; number: number },
): Promise<void> {
  const creator = await env.DB.prepare("SELECT creator_id FROM codes WHERE id = ?1")
    .bind(id)
    .first<string>("creator_id");
  const member = `/campaigns/${campaign}/creators/${creator ?? ""}`;
  const requests: Record<Change["what"], [method: string, path: string, body?: unknown] | null> = {
    edit: ["PATCH", `/codes/${id}`, { code: `EDIT${number}` }],
    rotate: ["POST", `/codes/${id}/rotate`],
    reject: ["POST", `${member}/reject`, {}],
    approve: ["POST", `${member}/approve`, {}],
    retire: ["DELETE", `/codes/${id}`],
    plan: ["PATCH", `/tracking-plans/${planId}`, { discount: { type: "percentage", value: number } }],
    nothing: null,
  };
  const request = requests[what];
  if (request !== null) expect((await api(...request)).status).not.toBe(500);
}

/** What in a shop, or of what is known of it, isn't as it should be. */
async function wrong(shop: StandShop, ids: readonly string[], percent: number, plan: string): Promise<unknown[]> {
  const codes = await Promise.all(ids.map(readCode));
  const wanted = codes
    .filter(({ state }) => state === "active")
    .map(({ id, code }) => ({ text: code.toUpperCase(), title: `${plan} (${id})`, percent, isPublished: true }));
  const stranger = { text: "CODE3", title: "By hand", percent: 5, isPublished: true };
  const expected = [...wanted, stranger].toSorted((a, b) => (a.text < b.text ? -1 : 1));
  const found = await codesIn(shop);
  const placed = codes.filter(({ state, store }) => store.state !== (state === "active" ? "live" : "withdrawn"));
  return JSON.stringify(found) === JSON.stringify(expected) ? placed : [{ found, expected }, ...placed];
}
