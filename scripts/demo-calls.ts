import type { AdminApi } from "./admin-api.ts";
import type { StandCall } from "./calls/messages.ts";
import { makeCarrier, type StandCarrier } from "./calls/stand.ts";
import { DEMO_SLUG } from "./demo/definitions.ts";
import { DEMO_PHONE, fictional, plain } from "./demo-phone.ts";
import { Failure } from "./failure.ts";

/** Channels that the demo's numbers stand for; Léa's stands for her. */
export const POSTER = { number: fictional("20 01"), label: "Poster in the underground" };
export const LEAS = { number: fictional("20 02"), label: "Léa's number", target: DEMO_PHONE };
const POOLED = [fictional("30 01"), fictional("30 02")];

/**
 * Calls, by who made them. They come once the numbers stand for something, so that they are short. Whoever calls is made
 * up, and is kept as a keyed hash alone.
 */
const CALLS = [
  { to: POSTER.number, from: "06 39 98 00 01", outcome: "answered", talkSeconds: 45 },
  { to: POSTER.number, from: "06 39 98 00 02", outcome: "missed", talkSeconds: 0 },
  { to: LEAS.number, from: "06 39 98 00 03", outcome: "answered", talkSeconds: 50 },
  { to: POSTER.number, from: "06 39 98 00 01", outcome: "answered", talkSeconds: 12 },
] as const;

/** What Léa's caller bought on the phone. */
const DEAL = { amount: "149.00", currency: "EUR", customerId: "demo-caller" };

/** A number, pool or call, as far as it matters here. */
interface Known {
  id: string;
  number: string | null;
}

interface Page<Item> {
  data: Item[];
}

/**
 * Gives a store numbers that stand for a poster, for a creator and, in a pool, for visitors of its pages; has a stand-in
 * of Twilio tell of some calls at `waymark`, and enters one deal. What is there already stays as it is: a later start
 * finds the calls and does nothing. Where somebody made the store their own, it says so and lets it be.
 */
export async function loadDemoCalls(
  api: AdminApi,
  { storeId, creatorId, waymark }: { storeId: string; creatorId: string; waymark: string },
): Promise<void> {
  try {
    const { data: calls } = await api.call<Page<Known>>("GET", `/calls?store=${storeId}&limit=1`);
    if (calls.length > 0) return;
    await loadNumbers(api, storeId, creatorId);
    const publicUrl = `${waymark}/webhooks/twilio/${storeId}`;
    const carrier = await makeCarrier("twilio");
    await api.call("PUT", `/stores/${storeId}/carriers/twilio`, { ...carrier.credentials, publicUrl });
    const now = Date.now();
    await Promise.all(
      CALLS.map(async (call, index) => {
        // Carriers tell of whole seconds: none may come before its number stood for anything.
        const startedAt = now + (index + 1) * 1000;
        return tellOf(carrier, publicUrl, callOf(index, { ...call, startedAt }));
      }),
    );
    const called = await api.find<Known>("/calls", { store: storeId }, ({ number }) => number === plain(LEAS.number));
    if (called !== undefined) await api.call("POST", `/calls/${called.id}/deal`, DEAL);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    console.warn(`The demo store has no calls: ${error.message}`);
  }
}

/**
 * Gives a store its numbers: for a poster, for Léa and, in a pool, for visitors. What is there stays. Throws what the API
 * calls throw.
 */
export async function loadNumbers(api: AdminApi, storeId: string, creatorId: string): Promise<void> {
  const { data } = await api.call<Page<Known>>("GET", `/phone-numbers?store=${storeId}&limit=200`);
  const known = new Map(data.map(({ number, id }) => [number, id]));
  const register = async (body: { number: string; [field: string]: unknown }): Promise<string> =>
    known.get(plain(body.number)) ?? (await api.call<Known>("POST", "/phone-numbers", { storeId, ...body })).id;
  await register({ ...POSTER, binding: { channel: "poster", offline: true } });
  // By her link it is under the plan of the demo's campaign, so that she earns by what is sold on the phone.
  const link = await api.find<{ id: string; slug: string }>(
    "/links",
    { q: DEMO_SLUG },
    ({ slug }) => slug === DEMO_SLUG,
  );
  await register({ ...LEAS, binding: link === undefined ? { creatorId } : { linkId: link.id } });
  const numberIds = [];
  for (const number of POOLED) numberIds.push(await register({ number, label: `Website ${number.slice(-2)}` }));
  const pool = await api.find<{ id: string; target: string }>("/number-pools", { store: storeId }, () => true);
  const made = { storeId, name: "Website", target: DEMO_PHONE, numberIds };
  if (pool === undefined) await api.call("POST", "/number-pools", made);
}

/** A call as its carrier knows it: somebody of France called one of the demo's numbers. `index` tells it from others. */
export function callOf(
  index: number,
  { from, to, ...call }: Pick<StandCall, "from" | "to" | "startedAt" | "outcome" | "talkSeconds">,
): StandCall {
  return {
    ...call,
    id: `CA${String(index + 1).padStart(32, "0")}`,
    from: `+33${plain(from).slice(1)}`,
    to: plain(to),
    forwardsTo: plain(DEMO_PHONE),
    country: "FR",
    ringSeconds: 5,
  };
}

/** Has a carrier tell of a call at an address. Throws a {@link Failure} if a message of it is refused. */
export async function tellOf(
  carrier: StandCarrier,
  url: string,
  call: StandCall,
  how?: Parameters<StandCarrier["call"]>[2],
): Promise<void> {
  const statuses = await carrier.call(url, call, how);
  const refused = statuses.find((status) => status >= 300);
  if (refused !== undefined) throw new Failure(`a message of the stand-in carrier was answered ${refused}`);
}
