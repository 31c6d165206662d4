import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { contactOfVisitor } from "../../../src/conversions/event/contact-store.ts";
import { ownersOf } from "../../../src/reports/path/owner.ts";
import { histories } from "../../property-runs.ts";
import { id, insertStore, STORE } from "../../programme/generation-fixtures.ts";

test("BXX-7: a path has of a shared browser whatever all else has it belong to", async () => {
  await insertStore();
  const contacts = [id("con", 1), id("con", 2), id("con", 3)];
  await env.DB.batch(
    contacts.map((contact) =>
      env.DB.prepare(
        `INSERT INTO contacts (id, store_id, customer_hash, fields, trust, version, created_at, updated_at)
         VALUES (?1, ?2, ?1, '{}', 'confirmed', 1, 0, 0)`,
      ).bind(contact, STORE),
    ),
  );
  const link = fc.record({
    visitorHash: fc.constantFrom("v", "w"),
    time: fc.integer({ min: 1, max: 6 }),
    contactId: fc.constantFrom(...contacts),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(link, { maxLength: 8 }), async (links) => {
      await env.DB.batch([
        env.DB.prepare("DELETE FROM visitor_contacts"),
        ...links.map(({ visitorHash, time, contactId }) =>
          env.DB.prepare("INSERT OR IGNORE INTO visitor_contacts VALUES (?1, ?2, ?3, ?4)").bind(
            STORE,
            visitorHash,
            time,
            contactId,
          ),
        ),
      ]);
      const { results } = await env.DB.prepare(
        `SELECT v.value AS visitorHash, t.value AS time, ${contactOfVisitor("?1", "v.value", "t.value")} AS owner
         FROM json_each('["v","w","x"]') v CROSS JOIN json_each('[0,1,2,3,4,5,6,7]') t`,
      )
        .bind(STORE)
        .all<{ visitorHash: string; time: number; owner: string | null }>();
      const ownerOf = ownersOf(links);
      for (const { visitorHash, time, owner } of results) expect(ownerOf(visitorHash, time)).toBe(owner);
    }),
    { numRuns: histories(15) },
  );
});
