import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { expect } from "vitest";

/**
 * How many histories a property tries that plays them against real storage: as many as every run of the tests can afford,
 * with seeds of their own, or `PROPERTY_RUNS` times that, for whoever has touched what it is about.
 */
export function histories(usual: number): number {
  return Math.max(1, Math.round(usual * Number(env.PROPERTY_RUNS || "1")));
}

/** Histories that are added one by one, at most, until all was come by. */
const MAX_MORE = 60;

/**
 * Expects a property to hold for so many histories, and for further ones until they have come by everything that it is
 * about: a few that are drawn need not have. `unseen` names what is still missing.
 */
export async function expectUntilSeen<History>(
  property: fc.IAsyncProperty<History>,
  runs: number,
  unseen: () => readonly string[],
): Promise<void> {
  // To make a history smaller that fails takes longer than a test may: its seed leads back to it.
  await fc.assert(property, { numRuns: runs, endOnFailure: true });
  for (let more = 0; more < MAX_MORE && unseen().length > 0; more++) {
    await fc.assert(property, { numRuns: 1, endOnFailure: true });
  }
  expect(unseen()).toEqual([]);
}
