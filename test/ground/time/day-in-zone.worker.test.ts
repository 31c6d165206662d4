import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { daysInZones } from "../../../src/ground/time/day-in-zone.ts";
import { localDay } from "../../../src/ground/time/local-day.ts";
import { ensureZones } from "../../../src/ground/time/zones-store.ts";

const ZONES = [
  "UTC",
  "Europe/Berlin",
  "America/New_York",
  "Asia/Kolkata",
  "Asia/Kathmandu",
  "Australia/Lord_Howe",
].concat(["Asia/Beirut", "Pacific/Apia", "America/St_Johns", "Pacific/Chatham"]);

it("is the day that SQL has, in any zone at any time", async () => {
  await ensureZones(env.DB, ZONES);
  const anyTime = fc.integer({ min: Date.UTC(2005, 0), max: Date.UTC(2055, 0) });
  const anyMoments = fc.array(fc.tuple(fc.constantFrom(...ZONES, "Mars/Olympus"), anyTime), {
    minLength: 1,
    maxLength: 200,
  });
  await fc.assert(
    fc.asyncProperty(anyMoments, async (moments) => {
      const { results } = await env.DB.prepare(
        `SELECT ${localDay("value ->> 0", "value ->> 1")} AS day FROM json_each(?1)`,
      )
        .bind(JSON.stringify(moments))
        .all<{ day: string }>();
      const dayIn = daysInZones();
      expect(moments.map(([zone, time]) => dayIn(zone, time))).toEqual(results.map(({ day }) => day));
    }),
    { numRuns: 30 },
  );
});
