import { env, exports } from "cloudflare:workers";
import Papa from "papaparse";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { settleOrders } from "../../src/books/ledger/settle-run.ts";
import { DIMENSIONS } from "../../src/reports/report/dimension.ts";
import { SORT_FIELDS } from "../../src/reports/report/sort.ts";
import { rebuildRollups } from "../../src/reports/rollup/rebuild-run.ts";
import { rollUpOrders } from "../../src/reports/rollup/orders-run.ts";
import { rollUpClicks } from "../../src/reports/rollup/run.ts";
import { api, holding } from "../ground/api.ts";
import { createReadyCreator } from "../programme/campaign-fixtures.ts";
import { call, postEvents, type ShopStore, tokenOf } from "../sales/capture-fixtures.ts";
import {
  click,
  createGuest,
  createShop,
  join,
  type Joined,
  look,
  NOON,
  sell,
  textOf,
} from "../portal/portal-fixtures.ts";
import { visit } from "../edge/visit.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** A shop whose creators have sold, but for Cleo, and the page of one of them. */
interface Scene {
  shop: ShopStore;
  lea: Joined;
  ben: Joined;
  cleo: Joined;
  page: string;
}

let scene: Scene;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOON });
  const shop = await createShop();
  const guest = await createGuest();
  const named = async (firstName: string) =>
    join(shop, (await createReadyCreator({ firstName, lastName: "Roy" })).id, { name: `${firstName}'s` });
  const lea = await join(shop, guest.id, { name: "Lea's" });
  const [ben, cleo] = [await named("Ben"), await named("Cleo")];
  await click(lea.linkId, NOON - 2 * DAY, 8);
  await click(ben.linkId, NOON - DAY, 3);
  await click(cleo.linkId, NOON - DAY, 1);
  await sell(shop, lea.code, NOON - 2 * DAY, { amount: "100.00" });
  await sell(shop, ben.code, NOON - DAY, { amount: "90.00" });
  await sell(shop, lea.code, NOON - 40 * DAY, { amount: "10.00" });
  await rollUpClicks(env, NOON);
  await rollUpOrders(env, NOON);
  await sell(shop, lea.code, NOON - DAY, { amount: "60.00", refunded: "10.00" });
  scene = { shop, lea, ben, cleo, page: guest.path };
});

afterEach(() => {
  vi.useRealTimers();
});

/** What a prankster with nothing but the shop's public key does: orders of a million, by pixel and snippet. */
async function claimMillions(): Promise<void> {
  const { shop, lea, ben, cleo } = scene;
  const pixel = (orderId: string, currency: string, rest: string) =>
    call(`/pixel.gif?s=${shop.key}&order=${orderId}&amount=1000000.00&currency=${currency}&${rest}`);
  await pixel("fake-1", "EUR", `codes=${lea.code}`);
  await pixel("fake-2", "EUR", `codes=${ben.code}`);
  await pixel("fake-3", "EUR", `codes=${cleo.code}`);
  await pixel("fake-4", "EUR", `click=${await tokenOf(cleo.linkId, NOON - HOUR)}`);
  // More claims in another currency than there are orders.
  for (const n of [5, 6, 7, 8, 9]) await pixel(`fake-${n}`, "AED", `codes=${cleo.code}`);
  await postEvents(shop.key, {
    v: 1,
    id: "fake-10",
    type: "order",
    data: { orderId: "fake-10", amount: "1000000.00", currency: "EUR", codes: [ben.code] },
  });
  await settleOrders(env, NOON);
}

/** Whether something says of an order that it is only claimed. */
const isClaim = (name: string): boolean => /claimed|unconfirmed/i.test(name);

/** A number, a list or an object with something in it that is neither 0 nor nothing, nor a name. */
function isSomething(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isSomething);
  if (typeof value === "object" && value !== null) return Object.values(value).some(isSomething);
  return typeof value === "number" && value !== 0;
}

/** An answer without all that is told beside its sums: fields of claims, and rows and currencies that have nothing else. */
function headlineOf(answer: unknown): unknown {
  if (Array.isArray(answer)) return answer.map(headlineOf).filter(isSomething);
  if (typeof answer !== "object" || answer === null) return answer;
  return Object.fromEntries(
    Object.entries(answer).flatMap(([name, value]) => (isClaim(name) ? [] : [[name, headlineOf(value)] as const])),
  );
}

/** The rows of a CSV without the columns and the rows that are of claims alone. */
async function headlineOfCsv(path: string): Promise<Record<string, string>[]> {
  const url = `https://go.brand.example/api/v1${path}`;
  const response = await exports.default.fetch(url, { headers: holding(env.ADMIN_API_KEY) });
  expect(response.status).toBe(200);
  const { data } = Papa.parse<Record<string, string>>((await response.text()).trimEnd(), { header: true });
  const rows = data.map(({ otherCurrencies, previousOtherCurrencies, ...row }) => {
    for (const others of [otherCurrencies, previousOtherCurrencies]) {
      for (const { conversions } of JSON.parse(others || "[]") as { conversions: number }[])
        expect(conversions).toBe(0);
    }
    return Object.fromEntries(Object.entries(row).filter(([name]) => !isClaim(name)));
  });
  return rows.filter((row) => ["clicks", "conversions", "gross"].some((name) => Number(row[name]) !== 0));
}

/** Every report that the API has, in every order, but for that of claims. */
const PATHS = [
  ...DIMENSIONS.map((name) => `/reports/${name}?`),
  ...SORT_FIELDS.filter((field) => !isClaim(field)).map((field) => `/reports/creators?sort=-${field}`),
  "/reports/codes?sort=-codeUses",
  "/reports/creators?sort=-epcMinor&compare=previous",
  "/reports/campaigns?interval=day&sort=-salesMinor&from=2026-10-01&to=2026-11-30",
  "/reports/plans?interval=month&from=2026-10-01&to=2026-11-30",
  "/reports/links?from=2026-11-20T00:00:00Z&to=2026-11-23T00:00:00Z",
];

function pathsOfScene(): string[] {
  const { shop, lea, cleo } = scene;
  return [
    ...PATHS,
    `/reports/creators?store=${shop.id}`,
    ...[lea, cleo].flatMap(({ creatorId, campaignId }) => [
      `/creators/${creatorId}/report?sort=-aovMinor`,
      `/campaigns/${campaignId}/performance?`,
    ]),
    "/ledger/balances?",
  ];
}

/** What all reports say beside claims. */
async function readAll(): Promise<Map<string, unknown>> {
  const read = new Map<string, unknown>();
  for (const path of pathsOfScene()) {
    const { status, body } = await api("GET", path);
    expect(status, path).toBe(200);
    read.set(path, headlineOf(body));
  }
  for (const path of ["/reports/creators?sort=-epcMinor&compare=previous&format=csv", "/reports/codes?format=csv"]) {
    read.set(path, await headlineOfCsv(path));
  }
  return read;
}

describe("orders that anybody claims", () => {
  test(
    "G-6: change no sum, no EPC, no currency and no order of rows, rolled up or not",
    { timeout: 60_000 },
    async () => {
      const before = await readAll();
      expect(before.get("/reports/creators?")).toMatchObject({ total: { currency: "EUR", salesMinor: 24_000 } });
      await claimMillions();
      const claimed = (await api("GET", "/reports/creators")).body;
      // They are taken, credited and told of.
      expect(claimed).toMatchObject({
        total: { conversions: 3, claimedConversions: 10, grossMinor: 25_000, claimedSalesMinor: 500_000_000 },
      });
      for (const step of ["not rolled up", "rolled up", "rebuilt"]) {
        if (step === "rebuilt") {
          await api("POST", "/rollups/rebuild");
          await rebuildRollups(env, NOON);
        }
        if (step !== "not rolled up") await rollUpOrders(env, NOON);
        const after = await readAll();
        for (const [path, said] of before) expect(after.get(path), `${path} ${step}`).toEqual(said);
        expect((await api("GET", "/reports/creators")).body, step).toEqual(claimed);
      }
    },
  );

  test("G-6: break no report and no roll-up, as many and as large as they come", async () => {
    const { shop, lea, page } = scene;
    const taken = await call(`/pixel.gif?s=${shop.key}&order=fake-1&amount=1&currency=EUR&codes=${lea.code}`);
    expect(taken.status).toBe(200);
    await settleOrders(env, NOON);
    // From before there was a bound: two thousand of the same are together past what SQLite adds up.
    await env.DB.prepare(
      `UPDATE orders SET total_minor = ?1, shares = json_set(shares, '$[0].amountMinor', ?1) WHERE external_id = 'fake-1'`,
    )
      .bind(Number.MAX_SAFE_INTEGER)
      .run();
    const row = await env.DB.prepare("SELECT * FROM orders WHERE external_id = 'fake-1'").first();
    expect(row).toMatchObject({ status: "received", total_minor: Number.MAX_SAFE_INTEGER });
    const columns = Object.keys(row ?? {});
    const values = columns.map((name) =>
      name === "id" ? "printf('ord_%016d', i)" : name === "external_id" ? "'more-' || i" : name,
    );
    await env.DB.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
       INSERT INTO orders (${columns.join(", ")}) SELECT ${values.join(", ")} FROM n CROSS JOIN orders
       WHERE external_id = 'fake-1'`,
    ).run();
    for (const step of ["not rolled up", "rolled up", "rebuilt"]) {
      if (step === "rebuilt") {
        await api("POST", "/rollups/rebuild");
        await rebuildRollups(env, NOON);
      }
      if (step !== "not rolled up") await rollUpOrders(env, NOON);
      const claimed = { claimedConversions: 2_001, claimedSalesMinor: 2_001 * 10 ** 12 };
      const ofLea = `/reports/creators?creator=${lea.creatorId}`;
      expect((await api("GET", ofLea)).body, step).toMatchObject({
        data: [{ conversions: 2, salesMinor: 15_000, ...claimed }],
      });
      expect((await api("GET", `${ofLea}&trust=all`)).body, step).toMatchObject({
        data: [{ conversions: 2_003, salesMinor: 15_000 + claimed.claimedSalesMinor, ...claimed }],
      });
      expect((await look(page)).status, step).toBe(200);
    }
  });

  test("G-6: bring a creator nothing in the portal but a line beside the numbers", async () => {
    const { page, lea, shop } = scene;
    const read = async () => {
      const csv = Papa.parse<Record<string, string>>((await (await visit(`${page}/report.csv`)).text()).trimEnd(), {
        header: true,
      });
      // The last four are of conversions that are no orders.
      const columns = (csv.meta.fields ?? []).slice(0, -4).filter((column) => column !== "unconfirmedSales");
      const rows = csv.data.map((row) => Object.fromEntries(columns.map((column) => [column, row[column]])));
      return { text: textOf((await look(page)).text), rows };
    };
    const before = await read();
    expect(before.text).toContain("Clicks 8 Sales 2 Value per click €18.75");
    expect(before.text).not.toContain("wait");
    await claimMillions();
    await call(`/pixel.gif?s=${shop.key}&order=fake-11&amount=2000000.00&currency=USD&codes=${lea.code}`);
    await settleOrders(env, NOON);
    for (const isRolledUp of [false, true]) {
      if (isRolledUp) await rollUpOrders(env, NOON);
      const after = await read();
      const line = "2 more orders wait for the shop to confirm them. They count here after that. ";
      expect(after.text.split(line)).toHaveLength(3);
      expect(after.text.replaceAll(line, "")).toBe(before.text);
      // Their day has a row of its own in the file, of nothing else.
      expect(after.rows).toEqual([
        ...before.rows,
        {
          day: "2026-11-22",
          campaign: "Lea's",
          clicks: "0",
          sales: "0",
          currency: "",
          salesValue: "",
          commission: "",
          waitingCommissions: "0",
        },
      ]);
    }
  });
});
