import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { balancesSchema } from "../../../src/books/ledger/schema.ts";
import { settleOrders } from "../../../src/books/ledger/settle-run.ts";
import { book } from "../../books/money-fixtures.ts";
import { draft, iso, lockTo, step } from "../../books/payout-fixtures.ts";
import { visit } from "../../edge/visit.ts";
import { api, bodyOf } from "../../ground/api.ts";
import type { ShopStore } from "../../sales/capture-fixtures.ts";
import { createGuest, createShop, join, look, NOON, sell, textOf } from "../portal-fixtures.ts";
import { WAITING } from "../../../src/portal/money/load-accounts.ts";
import { COMING } from "../../../src/portal/money/load-coming.ts";
import { enter, IBAN, LEA_ACCOUNT } from "./money-fixtures.ts";

const DAY = 86_400_000;
const MAX_PAGE = 30_000;

let shop: ShopStore;
let lea: { id: string; path: string };

const money = async (query = "") => look(`${lea.path}/money${query}`);
const read = async (query = "") => textOf((await money(query)).text);
const earn = (amountMinor: number, time = NOON - DAY, values: Parameters<typeof book>[0] = {}) =>
  book({ creatorId: lea.id, storeId: shop.id, amountMinor, time, ...values });

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOON });
  shop = await createShop();
  lea = await createGuest();
});

afterEach(() => {
  vi.useRealTimers();
});

describe("what a creator is owed", () => {
  test("is what the API says, with the day by which most of what waits is approved", async () => {
    const spring = await join(shop, lea.id, {}, { commission: { type: "percentage", value: 10, holdDays: 14 } });
    await sell(shop, spring.code, NOON - 4 * DAY, { amount: "200.00" });
    await sell(shop, spring.code, NOON - DAY, { amount: "10.00" });
    await earn(1_234);
    const { data } = bodyOf(balancesSchema, await api("GET", `/ledger/balances?creator=${lea.id}`));
    expect(data).toMatchObject([{ balance: { amountMinor: 1_234 }, unapproved: { amountMinor: 2_100 } }]);
    const page = await read();
    expect(page).toContain("Owed to you €12.34");
    expect(page).toContain("Waiting for approval €21.00");
    expect(page).toContain("Paid so far €0.00");
    expect(page).toMatch(/Most of it will be approved by \w+ \d+, 2026/);
  });

  test("in one currency says nothing of a run that is drafted in another", async () => {
    await earn(1_000, NOON - 2 * DAY);
    await earn(700, NOON - 2 * DAY, { currency: "USD" });
    await lockTo(NOON - DAY, shop.id);
    await draft({ storeId: shop.id, currency: "EUR", holdDays: 0 });
    const page = await read();
    expect(page).toContain("€10.00 is in a payout that the shop is preparing.");
    expect(page).toContain("$7.00 is ready.");
    expect(page).not.toContain("$10.00");
  });

  test("goes into the next payout as a run would take it, and what holds the rest up is told", async () => {
    await earn(1_000);
    expect(await read()).toContain("€10.00 waits for the shop to close its books.");
    await api("POST", "/periods", { storeId: shop.id, to: iso(NOON + DAY) });
    expect(await read()).toContain("close its books, which it can do from Nov 23, 2026");
    vi.setSystemTime(NOON + 20 * 3_600_000);
    expect(await read()).toContain("€10.00 waits for the shop to close its books, which it can do later today.");
    vi.setSystemTime(NOON + 2 * DAY);
    const { data } = (await api("GET", `/periods?store=${shop.id}`)).body as { data: { id: string }[] };
    await api("POST", `/periods/${data[0]?.id}/lock`);
    const ripe = await read();
    expect(ripe).toContain("Next payout €10.00 is ready.");
    expect(ripe).toContain("The shop doesn’t know yet where to pay you. Tell it where");
    await api("PUT", `/creators/${lea.id}/payout-details`, { method: "sepa", accountHolder: "L", iban: IBAN });
    expect(await read()).not.toContain("Tell it where");

    const run = await draft({ storeId: shop.id, minimum: 8, holdDays: 1 });
    const drafted = await read();
    expect(drafted).toContain("Next payout €10.00 is in a payout that the shop is preparing.");
    expect(drafted).toContain("Being prepared €10.00");
    await step(run.id, "pay", { reference: "Wire 9" });
    const paid = await read();
    expect(paid).toContain("Owed to you €0.00");
    expect(paid).toContain("Paid so far €10.00");
    expect(paid).toMatch(
      /Nov 24, 2026 Paid €10.00 For what was booked up to Nov 23, 2026 Reference WM-\w+-1 Statement/,
    );
    expect(paid).not.toContain("Wire 9");

    // By the terms of that run.
    await earn(500, NOON + 2 * DAY);
    vi.setSystemTime(NOON + 2 * DAY + 60_000);
    await lockTo(NOON + 2 * DAY + 1_000, shop.id);
    expect(await read()).toContain(
      "€5.00 is too recent: the last payout covered what had been booked for 1 day or more.",
    );
    vi.setSystemTime(NOON + 5 * DAY);
    expect(await read()).toContain("€5.00 is below €8.00, the minimum of the shop’s last payout: €3.00 to go.");
    await step(run.id, "reverse");
    expect(await read()).toContain("Undone €10.00");
  });

  test("is told on the first page, too, as far as that is cheap, and not where a campaign hides something", async () => {
    const spring = await join(shop, lea.id);
    const first = async () => textOf((await look(lea.path)).text);
    const coming = /The next payout|being prepared/;
    expect(await first()).not.toMatch(coming);
    await earn(1_000);
    expect(await first()).toContain("The next payout can come once Linen &amp; Co has closed its books. Next payout");
    await api("POST", "/periods", { storeId: shop.id, to: iso(NOON + DAY) });
    expect(await first()).toContain("once Linen &amp; Co has closed its books, which it can do from Nov 23, 2026.");
    vi.setSystemTime(NOON + 20 * 3_600_000);
    expect(await first()).toContain("has closed its books, which it can do later today.");
    vi.setSystemTime(NOON + 2 * DAY);
    // From a day that is past nothing need be waited for.
    expect(await first()).toContain("once Linen &amp; Co has closed its books. Next payout");
    const { data } = (await api("GET", `/periods?store=${shop.id}`)).body as { data: { id: string }[] };
    await api("POST", `/periods/${data[0]?.id}/lock`);
    // It is ready, or not: that takes a look at each entry.
    expect(await first()).not.toMatch(coming);
    await draft({ storeId: shop.id, holdDays: 0 });
    await earn(500, NOON + 2 * DAY - 60_000);
    expect(await first()).toContain("€10.00 is in a payout that is being prepared.");
    await join(shop, lea.id, { creatorsSeePerformance: false });
    expect(await first()).not.toMatch(coming);
    await api("PATCH", `/campaigns/${spring.campaignId}`, { creatorsSeePerformance: false });
    expect(await first()).not.toMatch(coming);
  });

  test("of that first page is looked for among the creator's own entries, once", async () => {
    const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${COMING}`)
      .bind(lea.id, JSON.stringify([shop.id]), NOON)
      .all<{ detail: string }>();
    const steps = results.map(({ detail }) => detail).filter((step) => /^(?:SCAN|SEARCH) [lnp] /.test(step));
    expect(steps.filter((step) => step.startsWith("SCAN"))).toEqual([]);
    expect(steps.filter((step) => step.startsWith("SEARCH l "))).toEqual([expect.stringContaining("(creator_id=?)")]);
  });

  test("is looked for among the creator's own, however many orders of others wait", async () => {
    const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${WAITING}`).bind(lea.id).all<{ detail: string }>();
    const steps = results.map(({ detail }) => detail);
    expect(steps.filter((step) => /^SEARCH (?:orders|stakes|m) /.test(step) && !step.includes("creator_id=?"))).toEqual(
      [],
    );
    expect(steps.filter((step) => /^(?:SCAN|SEARCH) o /.test(step))).toEqual([expect.stringContaining("(id=?)")]);
  });

  test("isn't shown of a store that hides a campaign's numbers, but what it paid is", async () => {
    const other = await createShop({ name: "Open House" });
    const spring = await join(shop, lea.id);
    await join(other, lea.id);
    await earn(4_321, NOON - 2 * DAY);
    await earn(77, NOON - DAY, { storeId: other.id });
    await lockTo(NOON - DAY, shop.id);
    await step((await draft({ storeId: shop.id })).id, "pay");
    await earn(1_111);
    await api("PATCH", `/campaigns/${spring.campaignId}`, { creatorsSeePerformance: false });
    const page = await read();
    expect(page).toContain("Some campaigns don’t show their numbers.");
    expect(page).not.toContain("€11.11");
    expect(page).toContain("€0.77");
    expect(page).toContain("Paid €43.21");
    const csv = await (await visit(`${lea.path}/money/statement.csv?month=2026-11`)).text();
    expect(csv).not.toContain("Linen");
    expect(csv).toContain("Open House");

    // Also once the creator isn't in the campaign any more.
    const { orderId } = await soldOnce(spring.code);
    await env.DB.prepare("DELETE FROM campaign_creators WHERE campaign_id = ?1").bind(spring.campaignId).run();
    const statement = async () => (await visit(`${lea.path}/money/statement.csv?month=2026-11`)).text();
    expect([(await read()).includes("€11.11"), (await statement()).includes("Linen")]).toEqual([false, false]);
    await env.DB.prepare("UPDATE orders SET status = 'declined'").run();
    expect(await read()).toContain("€11.11");
    await earn(5, NOON - DAY, { orderId });
    expect([(await read()).includes("€11.11"), (await statement()).includes("Linen")]).toEqual([false, false]);
  });

  async function soldOnce(code: string): Promise<{ orderId: string }> {
    await sell(shop, code, NOON - DAY);
    const orderId = await env.DB.prepare("SELECT id FROM orders ORDER BY id DESC LIMIT 1").first<string>("id");
    return { orderId: orderId ?? "" };
  }
});

describe("a statement", () => {
  test("has opening and closing, each entry with what it is for, masked, sums, and is for the creator alone", async () => {
    const spring = await join(shop, lea.id, { name: "Spring <looks>" });
    await earn(500, Date.UTC(2026, 9, 15));
    await sell(shop, spring.code, NOON - 2 * DAY, { orderId: "1000427" });
    const orderId = await env.DB.prepare("SELECT id FROM orders").first<string>("id");
    expect((await api("POST", `/orders/${orderId}/approve`, { reason: "checked" })).status).toBe(200);
    await settleOrders(env, NOON);
    await earn(-200, NOON - DAY, { type: "clawback" });
    const zoe = await createGuest({ firstName: "Zoe" });
    await book({ creatorId: zoe.id, storeId: shop.id, amountMinor: 98_765, time: NOON - DAY });

    const { status, text } = await look(`${lea.path}/money/statement?month=2026-11`);
    expect(status).toBe(200);
    const page = textOf(text);
    expect(page).toContain("Statement for November 2026");
    expect(page).toContain("For Lea Moreau");
    expect(page).toContain("The month isn’t over");
    expect(page).toMatch(
      /Owed at the start €5\.00 Nov 21 Paid commission taken back -€2\.00 Nov 22 Commission Spring &lt;looks&gt; · Order …\u2060427 €10\.00 Owed now €13\.00 By kind Amount Commission €10\.00 Paid commission taken back -€2\.00 Month before/,
    );
    expect(page).not.toContain("1000427");
    expect(page).not.toContain("987.65");
    expect(text).toMatch(/@page\{size:A4/);
    expect(text).toContain("<title>Statement for November 2026: Lea Moreau</title>");
    const before = await look(`${lea.path}/money/statement?month=2026-10`);
    expect(textOf(before.text)).toContain("Owed at the end €5.00");
    expect((await look(`${lea.path}/money/statement`)).text).toContain("November 2026");
    for (const month of ["2026-09", "2026-12", "2026-1", "x", "2026-11' OR 1=1"]) {
      expect((await look(`${lea.path}/money/statement?month=${encodeURIComponent(month)}`)).status, month).toBe(404);
    }
    const csv = await visit(`${lea.path}/money/statement.csv?month=2026-11`);
    expect(csv.headers.get("cache-control")).toBe("private, no-store");
    expect(csv.headers.get("content-disposition")).toContain("statement-2026-11.csv");
    expect((await csv.text()).split("\r\n")[0]).toBe(
      "day,store,type,campaign,order,conversion,reference,currency,amount,balance",
    );
    expect((await look(`${lea.path}/money/statement?month=2026-11`, { "Accept-Language": "fr" })).text).toContain(
      "Relevé : novembre 2026",
    );
  });

  test("of 5,000 entries is paged, each page is small, and the file has all of them", async () => {
    await env.DB.prepare(
      `INSERT INTO ledger (id, key, store_id, creator_id, type, amount_minor, currency, reason, actor, time)
       WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
       SELECT 'led_' || i, 'many:' || i, ?1, ?2, 'accrual', i, iif(i % 5 = 0, 'USD', 'EUR'), 'test', 'rule', ?3 + i / 7 FROM n`,
    )
      .bind(shop.id, lea.id, NOON - DAY)
      .run();
    const { text } = await look(`${lea.path}/money/statement?month=2026-11`);
    expect(new TextEncoder().encode(text).length).toBeLessThan(MAX_PAGE);
    const page = textOf(text);
    const [, shown = ""] = /Entries 1 to (\d+) of 5,000/.exec(page) ?? [];
    expect(Number(shown)).toBeGreaterThan(50);
    // The sum of all, whatever the page has of them.
    expect(page).toContain("Owed now €100,000.00");
    const last = await look(`${lea.path}/money/statement?month=2026-11&skip=4990`);
    expect(textOf(last.text)).toContain("Entries 4,991 to 5,000 of 5,000");
    const across = textOf((await look(`${lea.path}/money/statement?month=2026-11&skip=3998`)).text);
    expect(across).toMatch(/€49\.98 .*€49\.99 .*\$0\.05/);
    const lines = (await (await visit(`${lea.path}/money/statement.csv?month=2026-11`)).text()).trimEnd().split("\r\n");
    expect(lines).toHaveLength(5_001);
    expect(lines.at(-1)).toMatch(/USD,50\.00,25025\.00$/);
    expect(new TextEncoder().encode((await money()).text).length).toBeLessThan(MAX_PAGE);
  });
});

describe("the page", () => {
  test("stays small with all that a creator may have, and leads to the rest", async () => {
    const name = "Ü".repeat(120);
    for (let count = 0; count < 7; count += 1) {
      const { id } = await createShop({ name: `${count}${name}`.slice(0, 120) });
      for (let month = 0; month < 12; month += 1) {
        await book({ creatorId: lea.id, storeId: id, amountMinor: 9_999_999_99, time: NOON - month * 30 * DAY });
      }
      await lockTo(NOON - DAY, id);
      for (let run = 0; run < 2; run += 1) {
        const { id: runId } = await draft({ storeId: id });
        await step(runId, "pay");
        if (run === 0) await step(runId, "reverse");
      }
    }
    await enter(lea.path, LEA_ACCOUNT);
    const { text } = await money("?lang=fr");
    expect(new TextEncoder().encode(text).length).toBeLessThan(MAX_PAGE);
    expect(text.match(/<article/g)).toHaveLength(5);
    expect((await money("?skip=5")).text.match(/<article/g)).toHaveLength(2);
    const [, after = ""] = /\?payouts=(pay_\w+)/.exec(text) ?? [];
    expect((await money(`?payouts=${after}`)).text.match(/class="sum"/g)).toHaveLength(2);
    expect((await money("?payouts=crt_1&skip=-4")).status).toBe(200);
  });

  test("says beside each field what is wrong with it, in the reader's language, and keeps what was typed", async () => {
    const answer = await enter(
      lea.path,
      { accountHolder: "Léa <b>", iban: "DE02120300000000202052", bic: "x" },
      { "Accept-Language": "fr" },
    );
    expect(answer.status).toBe(422);
    expect(answer.text).toContain("Il contient une erreur");
    expect(answer.text).toContain("Un BIC ressemble à");
    expect(answer.text).toContain('value="Léa &lt;b&gt;"');
    expect(answer.text).toMatch(/id="iban"[^>]*aria-describedby="iban-fault"[^>]*aria-invalid="true"[^>]*autofocus/);
    const sent = await enter(lea.path, LEA_ACCOUNT);
    expect(await read(sent.to?.replace(`${lea.path}/money`, "") ?? "")).toContain("Sent. The shop checks with you");
  });
});
