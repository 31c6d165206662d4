import { setInterval } from "node:timers/promises";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** Both of wrangler.toml, which `wrangler dev` doesn't fire by itself. */
export const EVERY_MINUTE = "* * * * *";
export const NIGHTLY = "17 3 * * *";
const NIGHTLY_OFFSET_MS = (3 * 60 + 17) * MINUTE_MS;

/**
 * Fires the crons of the Worker at `origin` in their time, until `signal` aborts (then it rejects). The first minute's comes
 * at once: nobody who just started it waits for a minute until a connected shop has its codes.
 */
export async function tickCrons(origin: string, signal: AbortSignal): Promise<never> {
  let night = nightOf(Date.now());
  await fire(origin, EVERY_MINUTE, signal);
  for await (const _ of setInterval(MINUTE_MS, undefined, { signal })) {
    await fire(origin, EVERY_MINUTE, signal);
    if (nightOf(Date.now()) !== night) {
      night = nightOf(Date.now());
      await fire(origin, NIGHTLY, signal);
    }
  }
  throw new Error("an interval doesn't end");
}

/** Number of the day that begins with the nightly cron, UTC. */
function nightOf(time: number): number {
  return Math.floor((time - NIGHTLY_OFFSET_MS) / DAY_MS);
}

async function fire(origin: string, cron: string, signal: AbortSignal): Promise<void> {
  try {
    const response = await fetch(`${origin}/cdn-cgi/local/scheduled?cron=${encodeURIComponent(cron)}`, { signal });
    await response.arrayBuffer();
  } catch {
    // The Worker is being rebuilt after an edit, or stops: the next minute makes up for it.
  }
}
