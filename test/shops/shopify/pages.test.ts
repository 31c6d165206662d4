import { expect, test } from "vitest";
import { ShopFailure } from "../../../src/shops/platform.ts";
import { graphOf, PAID } from "./order-fixtures.ts";
import { scriptedShop } from "./scripted-shop.ts";

const ids = Array.from({ length: 30 }, (_none, index) => String(100 + index));

/** A page of those orders, by place. */
function page(first: number, after: unknown, node: (id: string) => unknown): unknown {
  const from = typeof after === "string" ? Number(after) : 0;
  const nodes = ids.slice(from, from + first).map(node);
  return {
    data: { orders: { nodes, pageInfo: { hasNextPage: from + first < ids.length, endCursor: String(from + first) } } },
  };
}

const orderOf = (id: string): unknown => graphOf({ ...PAID, id });

async function readAll(shop: ReturnType<typeof scriptedShop>["shop"]) {
  const [read, skipped]: [unknown[], unknown[]] = [[], []];
  let cursor: string | null = null;
  do {
    const got = await shop.ordersSince(Date.UTC(2026, 10, 28), cursor);
    read.push(...got.readings.map((reading) => (reading.kind === "order" ? reading.order.orderId : reading)));
    skipped.push(...got.skipped);
    cursor = got.next;
  } while (cursor !== null);
  return { read, skipped };
}

test("a page that costs too much is halved, and stays so", async () => {
  const { shop, asked } = scriptedShop((_query, { first, after }) =>
    Number(first) > 12
      ? { body: { errors: [{ message: "Query cost is 1100", extensions: { code: "MAX_COST_EXCEEDED" } }] } }
      : { body: page(Number(first), after, orderOf) },
  );
  expect(await readAll(shop)).toEqual({ read: ids, skipped: [] });
  expect(asked.map(({ first }) => first)).toEqual([100, 50, 25, 12, 12, 12]);
});

test("SHP-25: an order that the shop fails at is skipped by its id, and holds up no other", async () => {
  const broken = "117";
  const { shop } = scriptedShop((query, { first, after }) => {
    const from = typeof after === "string" ? Number(after) : 0;
    const hit = ids.slice(from, from + Number(first)).includes(broken);
    if (hit && !query.includes("OrderIds")) {
      return {
        body: {
          data: { orders: null },
          errors: [{ message: "Internal error", extensions: { code: "INTERNAL_SERVER_ERROR" } }],
        },
      };
    }
    return {
      body: page(
        Number(first),
        after,
        query.includes("OrderIds") ? (id) => ({ id: `gid://shopify/Order/${id}` }) : orderOf,
      ),
    };
  });
  const { read, skipped } = await readAll(shop);
  expect(read).toEqual(ids.filter((id) => id !== broken));
  expect(skipped).toEqual([{ orderId: broken, detail: "The shop says: Internal error" }]);
});

test("an order that can't be read is kept as such, and holds up no other", async () => {
  const { shop } = scriptedShop((_query, { first, after }) => ({
    body: page(Number(first), after, (id) =>
      id === "105" ? { ...(orderOf(id) as object), totalPriceSet: null } : orderOf(id),
    ),
  }));
  const { read } = await readAll(shop);
  expect(read).toHaveLength(30);
  expect(read[5]).toMatchObject({ kind: "unreadable", orderId: "105", path: "total_price" });
});

test.each([
  [401, "unauthorised"],
  [402, "unavailable"],
  [403, "unauthorised"],
  [404, "refused"],
  [423, "unavailable"],
  [418, "refused"],
])("HTTP %i is %s", async (status, code) => {
  const { shop } = scriptedShop(() => ({ status, body: { errors: "No" } }));
  const error: unknown = await shop.check(null).catch((thrown: unknown) => thrown);
  expect(error instanceof ShopFailure ? error.code : error).toBe(code);
});

test("403 that names a scope says where scopes are set", async () => {
  const body = { errors: "[API] This action requires merchant approval for read_orders scope." };
  const { shop } = scriptedShop(() => ({ status: 403, body }));
  await expect(shop.order("1")).rejects.toMatchObject({
    code: "missing_scope",
    message: expect.stringContaining("Dev Dashboard") as unknown,
  });
});

test("an answer that is no GraphQL is unreadable", async () => {
  const { shop } = scriptedShop(() => ({ body: "<html>" }));
  await expect(shop.order("1")).rejects.toMatchObject({ code: "unreadable", passing: true });
});
