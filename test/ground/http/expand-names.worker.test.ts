import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { putOrder } from "../../books/payout-fixtures.ts";
import { book } from "../../books/money-fixtures.ts";
import { CAMPAIGN, PLAN, STORE } from "../../programme/generation-fixtures.ts";
import { insertShop, LEA, LEA_CODE, LEA_LINK, ZOE, ZOE_LINK } from "../../sales/order-fixtures.ts";
import { createKey } from "../../operate/key-fixtures.ts";
import { api, expectInvalid, holding } from "../api.ts";

const LEAS = { storeId: STORE, creatorId: LEA, campaignId: CAMPAIGN, planId: PLAN };

async function namesIn(path: string, key?: string): Promise<unknown> {
  const answer = await api("GET", path, undefined, key === undefined ? {} : holding(key));
  expect(answer.status, path).toBe(200);
  return (answer.body as { names?: unknown }).names;
}

let orderId: string;

beforeEach(async () => {
  await insertShop({ name: "Felt plan" });
  const share = {
    ...LEAS,
    linkId: LEA_LINK,
    codeId: LEA_CODE,
    weight: { numerator: 1, denominator: 1 },
    amountMinor: 1,
  };
  orderId = await putOrder({
    ...LEAS,
    externalId: "1001",
    method: "click",
    linkId: LEA_LINK,
    codeId: LEA_CODE,
    shares: [share],
  });
  await book({ orderId });
  await env.DB.prepare("UPDATE creators SET deleted_at = 1 WHERE id = ?1").bind(ZOE).run();
});

describe("DSH-3 what ids in an answer are called", () => {
  const names = {
    [LEA]: "Lea Martin 1",
    [CAMPAIGN]: "Summer",
    [PLAN]: "Felt plan",
    [STORE]: "Shop",
    [LEA_CODE]: "LEA10",
  };

  test("stands beside lists and single things, for those who ask", async () => {
    expect(await namesIn("/orders")).toBeUndefined();
    expect(await namesIn("/orders?expand=names")).toMatchObject(names);
    expect(await namesIn(`/orders/${orderId}?expand=names`)).toMatchObject(names);
    expect(await namesIn("/ledger?expand=names")).toEqual({
      [LEA]: "Lea Martin 1",
      [STORE]: "Shop",
      [orderId]: "1001",
    });
    expect(await namesIn(`/campaigns/${CAMPAIGN}/creators?expand=names`)).toMatchObject({ [LEA]: "Lea Martin 1" });
    expect(await namesIn("/creators?expand=names")).toEqual({});
  });

  test("nothing is left of the name of who was deleted", async () => {
    expect(await namesIn("/codes?expand=names")).toMatchObject({ [LEA]: "Lea Martin 1", [ZOE]: "Deleted creator" });
  });

  test("tells a key no name that it couldn't read elsewhere", async () => {
    const { key } = await createKey(["links:read"]);
    const found = await namesIn(`/links/${ZOE_LINK}?expand=names`, key);
    expect(found).toEqual({ [STORE]: "Shop" });
    expect(await namesIn("/links?expand=names", key)).toEqual({ [STORE]: "Shop" });
  });

  test("changes nothing but JSON that is answered", async () => {
    expectInvalid(await api("GET", "/orders?expand=everything"), "expand");
    const { status, headers } = await api("GET", "/orders/ord_0000000000000zzz?expand=names");
    expect([status, headers.get("content-type")]).toEqual([404, "application/problem+json"]);
    const { headers: shown } = await api("GET", "/orders?expand=names");
    expect(shown.get("content-type")).toContain("application/json");
    expect(shown.get("x-request-id")).toBeTruthy();
  });
});
