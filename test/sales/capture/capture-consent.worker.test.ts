import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { tidyInbox } from "../../../src/sales/capture/inbox-store.ts";
import { processInbox } from "../../../src/sales/capture/process-run.ts";
import { call, everything, postEvents, postOrder, reports, rowsOf, tokenOf } from "../capture-fixtures.ts";
import { insertLink } from "../../links/link-fixtures.ts";
import { createStore } from "../../programme/fixtures.ts";

const LINK = "lnk_cap0000000000000";
const DAY = 86_400_000;
const CUSTOMER = "kim@shopper.example";

/** What the evidence of the only order names of the shopper. */
async function named(): Promise<{ clicks: number; customer: boolean }> {
  const [row, ...others] = await rowsOf("order_evidence");
  expect(others).toEqual([]);
  const { clicks = [], customerHash } = JSON.parse(String(row?.["data"])) as {
    clicks?: unknown[];
    customerHash?: string;
  };
  return { clicks: clicks.length, customer: customerHash !== undefined };
}

const NOBODY = { clicks: 0, customer: false };

describe("what a page reports of an order", () => {
  it.each([
    // policy, what the page says, headers, the click counts, the customer counts
    ["deferred", "granted", {}, true, true],
    ["deferred", "denied", {}, false, false],
    ["deferred", "unknown", {}, false, false],
    ["deferred", "", {}, true, false],
    ["implied", "", {}, true, false],
    ["strict", "granted", {}, false, false],
    ["strict", "", {}, false, false],
    ["implied", "granted", { "Sec-GPC": "1" }, false, false],
    ["implied", "granted", { DNT: "1" }, false, false],
    ["implied", "granted", { Cookie: "wm_optout=1" }, false, false],
    ["implied", "", { Cookie: "a=b; wm_consent=denied" }, false, false],
    ["implied", "", { Cookie: "wm_consent=granted; not_wm_optout=1" }, true, false],
  ] as const)(
    "names the shopper as far as it may: %s, %j, %j",
    async (consentPolicy, consent, headers, click, customer) => {
      const store = await createStore({ consentPolicy });
      await insertLink({ id: LINK });
      const token = await tokenOf(LINK);
      const query = new URLSearchParams({
        s: store.key,
        order: "1",
        amount: "5",
        click: token,
        customer: CUSTOMER,
        consent,
      });
      await call(`/pixel.gif?${query.toString()}`, { headers });
      expect(await named()).toEqual({ clicks: click ? 1 : 0, customer });
      const all = await everything();
      expect(all).not.toContain(CUSTOMER);
      if (!click) expect(all).not.toContain(token);
    },
  );

  it("that has no store yet names somebody by a grant alone, and nobody once the store is strict", async () => {
    await insertLink({ id: LINK });
    const silent = await tokenOf(LINK);
    const granted = await tokenOf(LINK);
    await call(`/pixel.gif?s=later&order=1&amount=5&click=${silent}`);
    await call(`/pixel.gif?s=later&order=2&amount=5&consent=granted&click=${granted}`);
    expect(await everything()).not.toContain(silent);
    expect(await reports()).toMatchObject([{ verdict: "waiting" }, { verdict: "waiting" }]);

    await createStore({ key: "later", consentPolicy: "strict" });
    await processInbox(env, Date.now() + DAY);
    expect(await reports()).toMatchObject([{ verdict: "used" }, { verdict: "used" }]);
    for (const { data } of await rowsOf("order_evidence")) {
      expect(JSON.parse(String(data))).not.toHaveProperty("clicks");
      expect(JSON.parse(String(data))).not.toHaveProperty("customerHash");
    }
  });

  it("that had no store before keeps a granted click once there is one that isn't strict", async () => {
    await insertLink({ id: LINK });
    await call(`/pixel.gif?s=later&order=1&amount=5&consent=granted&click=${await tokenOf(LINK)}`);
    await createStore({ key: "later", consentPolicy: "deferred" });
    await processInbox(env, Date.now() + DAY);
    expect(await named()).toEqual({ clicks: 1, customer: false });
  });

  it("by an event is judged the same", async () => {
    const store = await createStore({ consentPolicy: "strict" });
    await insertLink({ id: LINK });
    const token = await tokenOf(LINK);
    const data = { orderId: "1", amount: "5", currency: "EUR", customerId: CUSTOMER };
    await postEvents(store.key, { v: 1, id: "a", type: "order", consent: "granted", click: token, data });
    expect(await named()).toEqual(NOBODY);
    expect(await everything()).not.toContain(token);
  });
});

describe("what reports said", () => {
  it("is emptied after 30 days, or 90 where rules to come may use it, with the click id beside it", async () => {
    const store = await createStore({ consentPolicy: "implied" });
    await insertLink({ id: LINK });
    const cookie = { Cookie: `__Secure-wm_click=${await tokenOf(LINK)}` };
    await postEvents(store.key, { v: 1, id: "t", type: "track", consent: "granted", data: { event: "view" } }, cookie);
    const order = { orderId: "1", amount: "5", currency: "EUR", customerId: CUSTOMER };
    await postEvents(store.key, { v: 1, id: "o", type: "order", consent: "granted", data: order }, cookie);
    await postEvents(store.key, { v: 1, id: "r", type: "riddle", consent: "granted" }, cookie);
    await postOrder(store, order);
    const emptied = async (days: number) => {
      await env.DB.batch(tidyInbox(env.DB, Date.now() + days * DAY));
      return (await reports()).map(({ verdict, body, meta }) => [verdict, body === "", !meta.includes("click")]);
    };
    const [kept, used, refused] = (await emptied(29)).map(([, empty, clean]) => [empty, clean]);
    expect([kept, used, refused]).toEqual([
      [false, false],
      [false, false],
      [false, false],
    ]);
    expect(await emptied(31)).toEqual([
      ["kept", false, false],
      ["used", true, true],
      ["refused", true, true],
      ["used", true, true],
    ]);
    expect((await emptied(91))[0]).toEqual(["kept", true, true]);
    expect(await rowsOf("customer_touches")).toHaveLength(1);
    await emptied(399);
    expect(await rowsOf("customer_touches")).toHaveLength(1);
    await emptied(401);
    expect(await rowsOf("customer_touches")).toEqual([]);
    expect(await rowsOf("orders")).toHaveLength(1);
  });
});
