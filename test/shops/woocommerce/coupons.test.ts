import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Stand } from "../../../scripts/shops/stand.ts";
import { woocommerce } from "../../../src/shops/woocommerce/platform.ts";
import { buy, specOf } from "../code-fixtures.ts";
import { openShop, type OpenShop, startWoo } from "./open-shop.ts";

let woo: Stand;

beforeAll(async () => {
  woo = await startWoo();
});

afterAll(() => woo.close());

const NOW = Date.parse("2026-06-01T12:00:00Z");
const HOUR = 3_600_000;

interface State {
  coupons: { id: number; code: string; status: string; amount: string }[];
}

const couponsOf = async ({ stand }: OpenShop) => (await stand.state<State>()).coupons;

describe("a code in a shop", () => {
  it("works at the checkout as its plan says, is read back the same, and is in lower case there", async () => {
    const open = await openShop(woo.origin);
    await open.stand.clock(NOW);
    const spec = specOf("Anna10", {
      limits: {
        totalUses: 2,
        oncePerCustomer: true,
        minimum: { type: "cartValue", amountMinor: 3000 },
        products: ["31"],
      },
      endsAt: NOW + HOUR,
    });
    const code = await open.shop.makeCode(spec, NOW);
    expect(code).toEqual({ externalId: expect.any(String), text: "anna10", terms: woocommerce.termsOf(spec, NOW) });
    expect(await open.shop.readCode(code.externalId, "Anna10")).toEqual(code);
    expect(await open.shop.readCode(null, "ANNA10")).toEqual(code);
    const customer = { id: "5", email: "one@shop.example" };
    expect(await buy(open, "ANNA10", { customer })).toMatchObject({ discount_total: "4.00" });
    await expect(buy(open, "anna10", { customer })).rejects.toThrow("for this customer");
    await expect(buy(open, "anna10", { lines: [{ price: "10.00", productId: "31" }] })).rejects.toThrow(
      "more in the cart",
    );
    await expect(buy(open, "anna10", { lines: [{ price: "90.00", productId: "8" }] })).rejects.toThrow("none of these");
    await buy(open, "anna10");
    await expect(buy(open, "anna10")).rejects.toThrow("usage limit");
    await open.stand.clock(NOW + HOUR);
    await expect(buy(open, "anna10")).rejects.toThrow("expired");
  });

  it.each([120, -480])(
    "ends with the very second in a shop %i minutes ahead of UTC (SHP-25)",
    async (offsetMinutes) => {
      const open = await openShop(woo.origin, { offsetMinutes });
      const spec = specOf("Anna10", { endsAt: NOW + HOUR });
      expect((await open.shop.makeCode(spec, NOW)).terms).toEqual(woocommerce.termsOf(spec, NOW));
      await open.stand.clock(NOW + HOUR - 1);
      await buy(open, "anna10");
      await open.stand.clock(NOW + HOUR);
      await expect(buy(open, "anna10")).rejects.toThrow("expired");
    },
  );

  it("waits as a draft until it begins, and is published then", async () => {
    const open = await openShop(woo.origin);
    const spec = specOf("Later10", { startsAt: NOW + HOUR });
    const draft = await open.shop.makeCode(spec, NOW);
    expect(draft.terms).toMatchObject({ status: "draft" });
    await expect(buy(open, "later10")).rejects.toThrow("does not exist");
    expect(await open.shop.readCode(null, "Later10")).toEqual(draft);
    expect(woocommerce.termsChangeAt(spec, NOW)).toBe(NOW + HOUR);
    const live = await open.shop.changeCode(draft.externalId, spec, NOW + HOUR);
    expect(live).toEqual({ ...draft, terms: woocommerce.termsOf(spec, NOW + HOUR) });
    expect(await buy(open, "later10")).toMatchObject({ discount_total: "4.00" });
  });

  it("of the merchant's own is taken, in whichever case, and stays as it is", async () => {
    const open = await openShop(woo.origin);
    await open.stand.act("coupon", { code: "summer", discount_type: "percent", amount: "5" });
    const failure = expect.objectContaining({ code: "taken", passing: false });
    await expect(open.shop.makeCode(specOf("Summer"), NOW)).rejects.toEqual(failure);
    await expect(open.shop.makeCode(specOf("SUMMER", { startsAt: NOW + HOUR }), NOW)).rejects.toEqual(failure);
    const own = await open.shop.makeCode(specOf("Anna10"), NOW);
    await expect(open.shop.changeCode(own.externalId, specOf("summer"), NOW)).rejects.toEqual(failure);
    expect(await couponsOf(open)).toMatchObject([{ code: "summer", amount: "5.00" }, { code: "anna10" }]);
  });

  it.each([
    ["published", null],
    ["a draft", NOW + HOUR],
  ])("whose answer got lost is made once, %s", async (_what, startsAt) => {
    const open = await openShop(woo.origin);
    await open.stand.faults({ next: [{ kind: "lost", match: "POST /coupons" }] });
    const spec = specOf("Anna10", { startsAt });
    const code = await open.shop.makeCode(spec, NOW).catch(() => open.shop.makeCode(spec, NOW));
    expect(code.terms).toEqual(woocommerce.termsOf(spec, NOW));
    expect(await couponsOf(open)).toMatchObject([{ code: "anna10" }]);
    expect(await open.shop.readCode(null, "Anna10")).toEqual(code);
  });

  it("changes all of its terms at once, those that end among them (SHP-22)", async () => {
    const open = await openShop(woo.origin);
    const limits = {
      totalUses: 5,
      oncePerCustomer: true,
      minimum: { type: "cartValue" as const, amountMinor: 100 },
      products: ["3"],
      categories: ["4"],
    };
    const before = await open.shop.makeCode(specOf("Anna10", { limits, endsAt: NOW + HOUR }), NOW);
    const spec = specOf("Anna20", {
      title: "Autumn & more (code_2)",
      discount: { type: "fixed", amountMinor: 550, currency: "EUR" },
    });
    const after = await open.shop.changeCode(before.externalId, spec, NOW);
    expect(after).toEqual({ externalId: before.externalId, text: "anna20", terms: woocommerce.termsOf(spec, NOW) });
    expect(after.terms).toMatchObject({
      title: "Autumn & more (code_2)",
      date_expires: "",
      usage_limit: "0",
      product_ids: "",
    });
    expect(await open.shop.readCode(null, "anna10")).toBeNull();
  });

  it("that somebody changed in the shop shows it (SHP-22)", async () => {
    const open = await openShop(woo.origin);
    const spec = specOf("Anna10");
    const code = await open.shop.makeCode(spec, NOW);
    await open.stand.act("coupon", { code: "anna10", amount: "90" });
    const there = await open.shop.readCode(code.externalId, "Anna10");
    expect(there?.terms).toEqual({ ...woocommerce.termsOf(spec, NOW), amount: "90.00" });
  });

  it("that is gone, or in the bin, is none, and can't be changed (SHP-23)", async () => {
    const open = await openShop(woo.origin);
    const code = await open.shop.makeCode(specOf("Anna10"), NOW);
    await open.stand.act("coupon", { code: "anna10", status: "trash" });
    expect(await open.shop.readCode(code.externalId, "Anna10")).toBeNull();
    expect(await open.shop.readCode(null, "Anna10")).toBeNull();
    await open.shop.withdrawCode(code.externalId);
    await open.shop.withdrawCode(code.externalId);
    expect(await couponsOf(open)).toEqual([]);
    expect(await open.shop.readCode(code.externalId, "Anna10")).toBeNull();
    await expect(open.shop.changeCode(code.externalId, specOf("Anna10"), NOW)).rejects.toMatchObject({
      code: "not_found",
    });
  });

  it("is not taken for another whose text has it in it", async () => {
    const open = await openShop(woo.origin);
    await open.shop.makeCode(specOf("Anna100", { startsAt: NOW + HOUR }), NOW);
    expect(await open.shop.readCode(null, "Anna10")).toBeNull();
    await open.shop.makeCode(specOf("Anna10", { startsAt: NOW + HOUR }), NOW);
    expect((await couponsOf(open)).map(({ code }) => code).toSorted()).toEqual(["anna10", "anna100"]);
  });

  it("comes to the same in a shop that fails at a third of the calls", async () => {
    const open = await openShop(woo.origin);
    await open.stand.faults({ seed: 3, error: 0.1, cut: 0.1, lost: 0.1 });
    const texts = Array.from({ length: 40 }, (_none, at) => `CREATOR${at}`);
    for (const [at, text] of texts.entries()) {
      const spec = specOf(text, { startsAt: at % 2 === 0 ? null : NOW + HOUR });
      for (let made = false; !made;) {
        made = await open.shop.makeCode(spec, NOW).then(
          () => true,
          (error: unknown) => {
            expect(error).toMatchObject({ passing: true });
            return false;
          },
        );
      }
    }
    await open.stand.faults({});
    expect((await couponsOf(open)).map(({ code }) => code.toUpperCase()).toSorted()).toEqual(texts.toSorted());
  });
});
