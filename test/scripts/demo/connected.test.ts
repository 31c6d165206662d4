import { expect, it } from "vitest";
import { AdminApi } from "../../../scripts/admin-api.ts";
import { connectDemoShop } from "../../../scripts/demo-connected.ts";
import { CONNECTED_CAMPAIGN, CONNECTED_STORE } from "../../../scripts/demo/definitions.ts";
import { shopify } from "../../../scripts/shops/shopify.ts";
import { startStand } from "../../../scripts/shops/stand.ts";

/** An order as the shop tells of it. */
interface Told {
  id: string;
  name: string;
}

/** One of the demo's history. */
const OLD: Told = { id: "S-1003", name: "S-1003" };

/** The first order of a start on data that has these orders, the newest first. */
async function orderOn(known: readonly Told[]): Promise<Told> {
  const lists: Record<string, object[]> = {
    "/stores": [{ id: "str_1", key: CONNECTED_STORE.key, origins: [], homeUrl: null }],
    "/campaigns": [{ id: "cmp_1", name: CONNECTED_CAMPAIGN.name, planId: "pln_1", status: "launched" }],
    "/orders": known.map(({ id, name }) => ({ externalId: id, orderNumber: name === id ? null : name })),
  };
  const api = new AdminApi("http://waymark.invalid", "key", undefined, async (request) => {
    const path = new URL(request.url).pathname.slice("/api/v1".length);
    return Response.json(request.method === "GET" ? { data: lists[path], nextCursor: null } : {});
  });
  const own = await startStand(shopify);
  try {
    const place = { creatorIds: new Map<string, string>(), shopOrigin: "http://shop.invalid" };
    const connected = await connectDemoShop(api, [own], place);
    const body = JSON.stringify({ lines: [{ price: "10.00" }] });
    const response = await fetch(`${connected?.control}/do/order`, { method: "POST", body });
    return (await response.json()) as Told;
  } finally {
    await own.close();
  }
}

it("counts the connected shop's orders on from start to start, the first always by the same number", async () => {
  const first = await orderOn([OLD]);
  expect(first.name).toBe("#1001");
  const { id, name } = first;
  expect(await orderOn([OLD])).toMatchObject({ id, name });
  const second = await orderOn([OLD, first, OLD]);
  expect(second.name).toBe("#1002");
  expect(BigInt(second.id)).toBeGreaterThan(BigInt(first.id));
  // Creators see the last digits alone.
  expect(second.id.slice(-3)).not.toBe(first.id.slice(-3));
  const third = await orderOn([second, first, OLD]);
  expect(third.name).toBe("#1003");
  expect(new Set([first, second, third].map((order) => order.id.slice(-3))).size).toBe(3);
  // Of before orders had numbers.
  const next = await orderOn([{ id: third.id, name: third.id }]);
  expect(BigInt(next.id)).toBeGreaterThan(BigInt(third.id));
});
