import { describe, expect, it } from "vitest";
import { guarded, withoutSecrets } from "../../../src/shops/connection/guard.ts";
import { type Shop, ShopFailure } from "../../../src/shops/platform.ts";

const SECRET = "cs_0123 456&789";

function shopThat(fails: unknown): { shop: Shop; reported: unknown[] } {
  const reported: unknown[] = [];
  const bare = {
    order: async () => {
      throw fails;
    },
    ordersSince: async () => ({ readings: [], skipped: [{ orderId: "7", detail: `key ${SECRET}` }], next: null }),
    readCode: async (id: string | null, text: string) => ({ externalId: id ?? "", text, terms: {} }),
  } as unknown as Shop;
  return {
    shop: guarded(
      bare,
      () => [SECRET, "short"],
      (error) => void reported.push(error),
    ),
    reported,
  };
}

const failureOf = async (shop: Shop): Promise<ShopFailure> =>
  shop.order("1").then(
    () => expect.fail("nothing was thrown"),
    (error: unknown) => {
      expect(error).toBeInstanceOf(ShopFailure);
      return error as ShopFailure;
    },
  );

describe("a shop whose answers can't say what was sent", () => {
  it("passes on what it gives", async () => {
    expect(await shopThat(null).shop.readCode("7", "LEA10")).toEqual({ externalId: "7", text: "LEA10", terms: {} });
  });

  it("has no secret in a failure, as it is or in an address, and keeps its code", async () => {
    const said = `Unknown key ${SECRET} in ?consumer_secret=${encodeURIComponent(SECRET)}\nand a  short one`;
    const { shop, reported } = shopThat(new ShopFailure("unauthorised", said));
    const failure = await failureOf(shop);
    expect(failure).toMatchObject({ code: "unauthorised", passing: false });
    expect(failure.message).toBe("Unknown key [removed] in ?consumer_secret=[removed] and a short one");
    expect(reported).toEqual([]);
  });

  it("has none in what it says of an order that it can't give", async () => {
    const skipped = [{ orderId: "7", detail: "key [removed]" }];
    expect(await shopThat(null).shop.ordersSince(0, null)).toEqual({ readings: [], skipped, next: null });
  });

  it("makes of what nobody expected a failure that is told", async () => {
    const bug = new TypeError(`undefined is no function ${SECRET}`);
    const { shop, reported } = shopThat(bug);
    expect(await failureOf(shop)).toMatchObject({ code: "unreadable", passing: true });
    expect((await failureOf(shop)).message).not.toContain("cs_0123");
    expect(reported).toEqual([bug, bug]);
  });

  it("says no more than a few lines", () => {
    expect(withoutSecrets("x".repeat(10_000), [])).toHaveLength(500);
  });
});
