import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { searchAnswer } from "../../../src/reports/search/schema.ts";
import { putOrder } from "../../books/payout-fixtures.ts";
import { api, bodyOf, expectInvalid, holding } from "../../ground/api.ts";
import { insertLink } from "../../links/link-fixtures.ts";
import { createKey } from "../../operate/key-fixtures.ts";
import {
  CAMPAIGN,
  id,
  insertCampaign,
  insertPlan,
  insertStore,
  PLAN,
  STORE,
} from "../../programme/generation-fixtures.ts";
import { insertShop, LEA, LEA_CODE, ZOE, ZOE_CODE } from "../../sales/order-fixtures.ts";

const OTHER = id("str", 2);
const [LINK, UMLAUT, ON_DOMAIN] = [id("lnk", 1), id("lnk", 2), id("lnk", 3)];
const NUMBER = id("num", 1);
let orders: string[] = [];

async function found(q: string, query: Record<string, string> = {}, key?: string): Promise<string[]> {
  const path = `/search?${new URLSearchParams({ q, ...query }).toString()}`;
  const answer = await api("GET", path, undefined, key === undefined ? {} : holding(key));
  return bodyOf(searchAnswer, answer).data.map((row) => row.id);
}

beforeEach(async () => {
  await insertShop({ name: "Felt plan" });
  await env.DB.batch(
    [
      `UPDATE stores SET name = 'Feltmarkt' WHERE id = '${STORE}'`,
      `UPDATE campaigns SET name = 'Felt in May' WHERE id = '${CAMPAIGN}'`,
      `UPDATE creators SET last_name = 'Sommer', email = 'lea@creator.example', handles = '{"instagram":"leafelt"}', external_id = 'C-77' WHERE id = '${LEA}'`,
      `UPDATE creators SET last_name = 'Winter', email = NULL, handles = '{}' WHERE id = '${ZOE}'`,
      `INSERT INTO phone_numbers (id, store_id, number, label, version, created_at, updated_at)
       VALUES ('${NUMBER}', '${STORE}', '+49301234567', 'Radio spot', 1, 0, 0)`,
    ].map((sql) => env.DB.prepare(sql)),
  );
  await insertLink({
    id: LINK,
    slug: "sofa",
    slugKey: "sofa",
    url: "https://shop.example/felt/slippers?x=1",
    storeId: STORE,
  });
  await insertLink({ id: UMLAUT, slug: "größe", slugKey: "größe", url: "https://shop.example/b" });
  await insertLink({
    id: ON_DOMAIN,
    slug: "sofa",
    slugKey: "sofa",
    domain: "go.felt.example",
    url: "https://shop.example/c",
  });
  await insertStore({ id: OTHER, name: "Other", currency: "USD" });
  await insertPlan({ id: id("pln", 2), storeId: OTHER });
  await insertCampaign({ id: id("cmp", 2), planId: id("pln", 2), name: "Elsewhere" });
  orders = [
    await putOrder({ externalId: "#10023" }),
    await putOrder({ externalId: "100231" }),
    await putOrder({ externalId: "AB-10023", storeId: OTHER }),
    await putOrder({ externalId: "5630997781372", orderNumber: "#4711" }),
    await putOrder({ externalId: "5630997781373", orderNumber: "#47112" }),
    await putOrder({ externalId: "5630997781374", orderNumber: "#4711" }),
  ];
});

describe("DSH-3 one field finds everything that has a name", () => {
  test.each([
    ["slug", "SOFA", () => [ON_DOMAIN, LINK]],
    ["part of a slug", "röße", () => [UMLAUT]],
    ["short link pasted whole", "https://go.felt.example/sofa", () => [ON_DOMAIN, LINK]],
    ["short link of another host", "go.brand.example/gr%C3%B6%C3%9Fe+", () => [UMLAUT]],
    ["destination's path", "/felt/slipp", () => [LINK]],
    ["destination", "https://shop.example/felt", () => [LINK]],
    ["creator's name", "lea somm", () => [LEA]],
    ["creator's last name", "winter", () => [ZOE]],
    ["e-mail address", "lea@creator.example", () => [LEA]],
    ["handle", "@LeaFelt", () => [LEA]],
    ["network, which is no name", "instagram", () => []],
    ["external id", "c-77", () => [LEA]],
    ["code", "zoe1", () => [ZOE_CODE]],
    ["order's number, the whole first", "10023", () => [orders[0], orders[1], orders[2]]],
    ["order's number with its mark", "#10023", () => [orders[0], orders[1], orders[2]]],
    ["order's number that isn't its id, which two have", "4711", () => [orders[5], orders[3], orders[4]]],
    ["the same with its mark", "#4711", () => [orders[5], orders[3], orders[4]]],
    ["id of an order that has another number", "5630997781373", () => [orders[4]]],
    ["letters of an order's number", "ab-1", () => [orders[2]]],
    ["phone number as people write it", "+49 (0)30 123-4567", () => [NUMBER]],
    ["phone number as it is dialled at home", "030 1234", () => [NUMBER]],
    ["what a number is called", "radio", () => [NUMBER]],
    ["id", LEA_CODE, () => [LEA_CODE]],
    ["id of nothing", id("lnk", 99), () => []],
    ["names of all kinds: what begins so before the rest", "felt", () => [STORE, CAMPAIGN, PLAN, LEA, LINK]],
  ])("%s", async (_what, q, expected) => {
    expect(await found(q)).toEqual(expected());
  });

  test("of a store alone", async () => {
    expect(await found("10023", { store: OTHER })).toEqual([orders[2]]);
    expect(await found("sofa", { store: STORE })).toEqual([LINK]);
    expect(await found("lea", { store: OTHER })).toEqual([]);
    expect(await found("elsewhere", { store: STORE })).toEqual([]);
    expect(await found("elsewhere", { store: OTHER })).toEqual([id("cmp", 2)]);
    expect(await found(LEA_CODE, { store: OTHER })).toEqual([]);
    expect(await found("sofa", { limit: "1" })).toEqual([ON_DOMAIN]);
  });

  test("a key finds what it may read, and is told what it may not", async () => {
    const { key } = await createKey(["links:read"]);
    expect(await found("felt", {}, key)).toEqual([LINK]);
    expect(await found(LEA, {}, key)).toEqual([]);
    const answer = await api("GET", "/search?q=felt", undefined, holding(key));
    expect(bodyOf(searchAnswer, answer).hidden).toEqual([
      "store",
      "campaign",
      "plan",
      "creator",
      "code",
      "order",
      "number",
    ]);
    expect(bodyOf(searchAnswer, await api("GET", "/search?q=lea10")).data).toEqual([
      { kind: "code", id: LEA_CODE, name: "LEA10", detail: "Lea Sommer", storeId: STORE, whole: true },
    ]);
    // A handle is a whole name, though it isn't shown beside an e-mail address; a part of one is none.
    for (const [q, whole] of [
      ["@leafelt", true],
      ["leafel", false],
    ] as const) {
      const { data } = bodyOf(searchAnswer, await api("GET", `/search?q=${q}`));
      expect(data).toMatchObject([{ id: LEA, whole }]);
    }
    expectInvalid(await api("GET", "/search?q=a"), "q");
    expect((await api("GET", "/search?q=felt", undefined, { authorization: "" })).status).toBe(401);
  });

  test("marks that mean something to SQL mean nothing here", async () => {
    for (const q of ["%%", "__", "'; --", "a\\b", "*?", "\u0000\u0001", "https://", "://x", "@#", "%zz/%"]) {
      const { status } = await api("GET", `/search?${new URLSearchParams({ q }).toString()}`);
      expect([q, status]).toEqual([q, 200]);
    }
  });
});
