import { env } from "cloudflare:workers";
import { vi } from "vitest";
import { settleConversions } from "../../../src/books/conversion/settle-run.ts";
import { payoutDraft, payoutSchema } from "../../../src/books/payout/schema.ts";
import { periodSchema } from "../../../src/books/period/schema.ts";
import { entrySchema } from "../../../src/books/ledger/schema.ts";
import { putCall } from "../../calls/call-rows.ts";
import { earned, putConversion, shareOf } from "../../conversions/conversion-fixtures.ts";
import { define } from "../../conversions/definition-fixtures.ts";
import { api, bodyOf } from "../../ground/api.ts";
import { addCreators, generateAll, readMember } from "../../programme/campaign-fixtures.ts";
import type { ShopStore } from "../../sales/capture-fixtures.ts";
import { click, createGuest, createShop, join, type Joined, NOON, sell } from "../portal-fixtures.ts";

const DAY = 86_400_000;

/** A creator of the world, and what nobody else may come to see. */
export interface Person {
  id: string;
  /** `/creator/{token}`. */
  path: string;
  /** Texts that are theirs alone. */
  secrets: string[];
  /** Their amounts and the ends of their IBANs, as digits alone. */
  numbers: string[];
  /** What names something of theirs in an address or a form. */
  ids: string[];
}

/** What each of the three is known by. */
const PEOPLE = [
  {
    firstName: "Zephyrine",
    lastName: "Quillfeather",
    iban: "DE72370400440532018641",
    currency: "EUR",
    amount: 1013.57,
  },
  { firstName: "Barnabus", lastName: "Thistlewood", iban: "NL81ABNA0417167293", currency: "USD", amount: 2027.91 },
  {
    firstName: "Calliope",
    lastName: "Marrowbane",
    iban: "FR1420041010050500013M02606",
    currency: "GBP",
    amount: 3049.33,
  },
] as const;

type Known = Pick<(typeof PEOPLE)[number], "iban" | "currency"> & { amount: number };

/**
 * Three creators in two stores: the first two share a campaign, the last two a store, and each has a campaign of their own,
 * with orders, conversions, calls, bonuses, payouts, payout details and a link to their page. Unless they are `busy`,
 * nothing has happened yet.
 */
export async function insertThree({ busy = true } = {}): Promise<Person[]> {
  const [linen, norrland] = [await createShop(), await createShop({ name: "Norrland", currency: "SEK" })];
  const shared = { name: "Spring for everybody" };
  const people: Person[] = [];
  let together: Joined | null = null;
  for (const [index, known] of PEOPLE.entries()) {
    const { firstName, lastName } = known;
    const email = `${firstName.toLowerCase()}@creator.example`;
    const guest = await createGuest({ firstName, lastName, email, externalId: `EXT-${lastName}` });
    const person: Person = {
      ...guest,
      secrets: [firstName, lastName, guest.id, email, `EXT-${lastName}`, guest.path.slice("/creator/".length)],
      numbers: [],
      ids: [guest.id],
    };
    const store = index === 0 ? linen : norrland;
    const own = await join(store, guest.id, { name: `Alone with ${lastName}` }, { creatorLinks: true });
    person.secrets.push(`Alone with ${lastName}`, own.campaignId);
    if (busy) await work(store, person, own, known);
    if (index < 2) {
      together ??= await join(linen, guest.id, shared, { creatorLinks: true });
      const { campaignId } = together;
      if (index > 0) await addCreators(campaignId, [guest.id], "approved");
      await generateAll();
      const { code = "", link = "", linkId = "" } = await readMember(campaignId, guest.id);
      const joined = { creatorId: guest.id, campaignId, code, link, linkId };
      if (busy) await work(linen, person, joined, { ...known, amount: known.amount + 7 });
    }
    people.push(person);
    person.secrets.push(own.code, own.linkId);
    person.ids.push(own.campaignId, own.linkId);
    if (busy) await owe(store, person, known);
  }
  if (!busy) return people;
  await contest(linen, people);
  for (const store of [linen, norrland]) await pay(store, people);
  return people;
}

/** What happens to a creator in a campaign. */
async function work(store: ShopStore, person: Person, joined: Joined, { amount, currency }: Known): Promise<void> {
  const { campaignId, code, link, linkId } = joined;
  const [own] = person.secrets;
  const slug = link.slice(link.lastIndexOf("/") + 1);
  await click(linkId, NOON - 3 * DAY, 5);
  for (const [n, status] of ["paid", "paid", "pending", "cancelled"].entries()) {
    const orderId = `${own}-${campaignId.slice(-6)}-${n}`;
    await sell(store, code, NOON - n * 9 * DAY, { orderId, amount: (amount + n).toFixed(2), currency, status });
    person.secrets.push(orderId);
    person.numbers.push(String(Math.round((amount + n) * 100)), String(Math.round((amount + n) * 10)));
  }
  const { id: definitionId } = await define({ storeId: store.id, name: `Sign-up at ${own} ${campaignId.slice(-6)}` });
  const conversion = await putConversion({
    definitionId,
    storeId: store.id,
    time: NOON - 20 * DAY,
    shares: [shareOf({ creatorId: person.id, campaignId, planId: null })],
    earns: [earned({ creatorId: person.id, currency })],
    dueAt: NOON - 6 * DAY,
  });
  await settleConversions(env, NOON);
  const { id: callId } = await putCall({
    storeId: store.id,
    creatorId: person.id,
    campaignId,
    linkId,
    startedAt: NOON - 2 * DAY,
    sourceName: `Poster of ${own}`,
  });
  const { results } = await env.DB.prepare("SELECT id FROM orders WHERE creator_id = ?1").bind(person.id).all<{
    id: string;
  }>();
  const ids = [conversion, callId, linkId, ...results.map(({ id }) => id)];
  person.secrets.push(code, slug, `Sign-up at ${own}`, `Poster of ${own}`, ...ids);
  person.ids.push(campaignId, code, slug, ...ids);
}

/** Gives a creator a bonus, and payout details. */
async function owe(store: ShopStore, person: Person, { iban, currency }: Known): Promise<void> {
  const [own = "", holder = ""] = person.secrets;
  const bonus = { type: "bonus", creatorId: person.id, storeId: store.id, currency, reason: `Thanks, ${own}` };
  const { id } = bodyOf(entrySchema, await api("POST", "/ledger", { ...bonus, amount: "25.00" }));
  const details = { method: "sepa", accountHolder: `${own} ${holder}`, iban };
  const put = await api("PUT", `/creators/${person.id}/payout-details`, details);
  if (put.status >= 300) throw new Error(JSON.stringify(put.body));
  person.secrets.push(iban, iban.slice(0, -4), `Thanks, ${own}`, `Wire to ${own}`, id);
  person.numbers.push(iban.slice(-4));
  person.ids.push(id);
}

/** Pays whom a store owes something, each in a currency of their own and so by a payout of their own. */
async function pay(store: ShopStore, people: readonly Person[]): Promise<void> {
  await api("PUT", `/stores/${store.id}/payer`, { name: "Linen & Co", iban: "DE02120300000000202051" });
  vi.setSystemTime(NOON + 60_000);
  const to = new Date(NOON + 30_000).toISOString();
  const { id } = bodyOf(periodSchema, await api("POST", "/periods", { storeId: store.id, to }));
  await api("POST", `/periods/${id}/lock`, {});
  for (const [index, person] of people.entries()) {
    const terms = { storeId: store.id, currency: PEOPLE[index]?.currency, minimum: "1.00", holdDays: 0 };
    const answer = await api("POST", "/payouts", terms);
    // In the store where nobody is owed anything in it.
    if (answer.status === 409) continue;
    const { id: payoutId } = bodyOf(payoutDraft, answer);
    const reference = `Wire to ${person.secrets[0]}`;
    bodyOf(payoutSchema, await api("POST", `/payouts/${payoutId}/pay`, { reference }));
    person.secrets.push(payoutId);
    person.ids.push(payoutId);
  }
  vi.setSystemTime(NOON);
}

/** An order with the codes of two creators, of whom one is credited. */
async function contest(store: ShopStore, people: readonly Person[]): Promise<void> {
  const codes = people.slice(0, 2).map(({ ids }) => ids.findLast((each) => /^[A-Z]+\d+$/.test(each)) ?? "");
  await sell(store, codes[0] ?? "", NOON - DAY, { orderId: "both-1", amount: "77.00", codes });
}

/** What of others stands in an answer that somebody got who sent `sent`: what they said themselves isn't told to them. */
export function leaksIn(answer: string, sent: string, others: readonly Person[]): string[] {
  const digits = withoutGraphics(answer).replaceAll(/(?<=\d)[.,’\s\u00A0\u202F]+(?=\d)/g, "");
  return others.flatMap(({ secrets, numbers }) => [
    ...secrets.filter((secret) => answer.includes(secret) && !sent.includes(secret)),
    ...numbers.filter((number) => new RegExp(`(?<!\\d)${number}(?!\\d)`).test(digits) && !sent.includes(number)),
  ]);
}

/** A page without what is drawn, hashed or drawn by lot (ids, of requests too), where any digits may stand beside each other. */
function withoutGraphics(page: string): string {
  return page
    .replaceAll(/<(style|script|svg)\b.*?<\/\1>/gs, " ")
    .replaceAll(/nonce-\S+|sha256-\S+/g, " ")
    .replaceAll(/\b[a-z]{3}_[\da-z]{16}\b/g, " ")
    .replaceAll(/\b[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\b/g, " ");
}
