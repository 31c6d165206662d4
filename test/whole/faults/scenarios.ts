import type { Outage } from "./world.ts";

/** Traffic under one outage, after which everything works again. */
export interface Scenario {
  /** As it stands in the table of docs/reliability.md. */
  name: string;
  outage: Outage;
  /**
   * Which isolates know the links: `warm`, all four do; `mixed`, two; `cold`, none, so that each link
   * comes from storage.
   */
  isolates: "warm" | "mixed" | "cold";
  /** Deliveries of each message beyond the one that is needed, at most. */
  repeats?: number;
}

/** Half of D1's failed calls have done their work: the answer alone is lost, as with a broken connection. */
const failing = (rate: number) => ({ rate, answerLost: 0.5 });

const DOWN = { rate: 1 };

export const SCENARIOS: readonly Scenario[] = [
  { name: "nothing (D1 fails 0 % of calls)", outage: {}, isolates: "mixed" },
  { name: "D1: 10 % of calls", outage: { database: failing(0.1) }, isolates: "mixed" },
  { name: "D1: 50 % of calls", outage: { database: failing(0.5) }, isolates: "mixed" },
  { name: "D1: 100 % of calls, half of them done all the same", outage: { database: failing(1) }, isolates: "mixed" },
  { name: "D1 down, cold isolates, KV up", outage: { database: DOWN }, isolates: "cold" },
  { name: "D1 slow: each call up to 80 ms late", outage: { database: { lateMs: 80 } }, isolates: "mixed" },
  { name: "KV down", outage: { standby: DOWN }, isolates: "mixed" },
  { name: "D1 and KV down, warm isolates", outage: { database: DOWN, standby: DOWN }, isolates: "warm" },
  {
    name: "queue refuses, having taken half of the messages",
    outage: { queue: { rate: 1, answerLost: 0.5 } },
    isolates: "mixed",
  },
  {
    name: "queue refuses and D1: 50 % of calls",
    outage: { queue: { rate: 1 }, database: failing(0.5) },
    isolates: "mixed",
  },
  { name: "queue and D1 down", outage: { queue: DOWN, database: DOWN }, isolates: "mixed" },
  { name: "Analytics Engine throws", outage: { analytics: DOWN }, isolates: "mixed" },
  { name: "each message delivered 2 to 6 times, in random order", outage: {}, isolates: "mixed", repeats: 5 },
  {
    name: "everything at once: 30 % of calls to D1, KV, queue and Analytics Engine; deliveries repeated",
    outage: {
      database: failing(0.3),
      standby: { rate: 0.3 },
      queue: { rate: 0.3, answerLost: 0.5 },
      analytics: { rate: 0.3 },
    },
    isolates: "warm",
    repeats: 5,
  },
];
