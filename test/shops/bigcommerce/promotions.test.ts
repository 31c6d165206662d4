import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Stand } from "../../../scripts/shops/stand.ts";
import { bigcommerce } from "../../../src/shops/bigcommerce/platform.ts";
import { buy } from "../code-fixtures.ts";
import { asked, openShop, type OpenShop, specOf, startBig } from "./open-shop.ts";

let big: Stand;

beforeAll(async () => {
  big = await startBig();
});

afterAll(() => big.close());

const NOW = Date.parse("2026-06-01T12:00:00Z");
const HOUR = 3_600_000;

interface State {
  promotions: { id: number; name: string; max_uses: number | null; codes: { code: string; max_uses: number }[] }[];
}

const promotionsOf = async ({ stand }: OpenShop) => (await stand.state<State>()).promotions;
const codesOf = async (open: OpenShop) =>
  (await promotionsOf(open)).flatMap(({ codes }) => codes.map(({ code }) => code));

describe("a code at BigCommerce", () => {
  it("works at the checkout as its plan says, and is read back the same (UPF-17, UPF-18, UPF-19, UPF-20, UPF-21, UPF-48)", async () => {
    const open = await openShop(big.origin);
    await open.stand.clock(NOW);
    const spec = specOf("Anna10", {
      limits: {
        totalUses: 2,
        oncePerCustomer: true,
        minimum: { type: "cartValue", amountMinor: 3000 },
        products: ["31"],
      },
      startsAt: NOW,
      endsAt: NOW + HOUR,
    });
    const code = await open.shop.makeCode(spec, NOW);
    expect(code).toEqual({ externalId: expect.any(String), text: "Anna10", terms: bigcommerce.termsOf(spec, NOW) });
    expect(await open.shop.readCode(code.externalId, "Anna10")).toEqual(code);
    expect(await open.shop.readCode(null, "ANNA10")).toEqual(code);
    const customer = { id: "5", email: "one@shop.example" };
    expect(await buy(open, "ANNA10", { customer })).toMatchObject({ coupon_discount: "4.0000" });
    await expect(buy(open, "anna10", { customer })).rejects.toThrow("by this customer");
    await expect(buy(open, "anna10", { lines: [{ price: "10.00", productId: "31" }] })).rejects.toThrow(
      "more in the cart",
    );
    await buy(open, "anna10");
    await expect(buy(open, "anna10")).rejects.toThrow("usage limit");
    await open.stand.clock(NOW + HOUR);
    await expect(buy(open, "anna10")).rejects.toThrow("isn't valid");
  });

  it("of per cent works in any currency that a shopper pays in, and one with an amount in that alone (SHP-13)", async () => {
    const open = await openShop(big.origin);
    const francs = { payCurrency: "CHF" };
    await open.shop.makeCode(specOf("Anna10"), NOW);
    expect(await buy(open, "Anna10", francs)).toMatchObject({ coupon_discount: "4.0000" });
    await open.shop.makeCode(specOf("Min10", { limits: { minimum: { type: "cartValue", amountMinor: 500 } } }), NOW);
    await open.shop.makeCode(specOf("Five", { discount: { type: "fixed", amountMinor: 500, currency: "EUR" } }), NOW);
    for (const code of ["Min10", "Five"]) {
      await buy(open, code);
      await expect(buy(open, code, francs)).rejects.toThrow("isn't valid");
    }
  });

  it("of the merchant's own is taken among thousands of one promotion, too", async () => {
    const open = await openShop(big.origin);
    await open.stand.act("bulkByHand", { count: 120 });
    await expect(open.shop.makeCode(specOf("bulk99"), NOW)).rejects.toMatchObject({ code: "taken" });
    expect(await open.shop.readCode(null, "bulk99")).toMatchObject({ text: "BULK99", terms: { title: "Bulk" } });
    expect((await promotionsOf(open)).map(({ name, codes }) => [name, codes.length])).toEqual([["Bulk", 120]]);
  });

  it("begins on its own date: the promotion holds it (UPF-21, UPF-48)", async () => {
    const open = await openShop(big.origin);
    await open.stand.clock(NOW);
    const spec = specOf("Later10", { startsAt: NOW + HOUR });
    await open.shop.makeCode(spec, NOW);
    expect(bigcommerce.termsChangeAt(spec, NOW)).toBeNull();
    await expect(buy(open, "later10")).rejects.toThrow("isn't valid");
    await open.stand.clock(NOW + HOUR);
    expect(await buy(open, "later10")).toMatchObject({ coupon_discount: "4.0000" });
  });

  it("needs so many pieces, of some products or of any (UPF-19)", async () => {
    const open = await openShop(big.origin);
    const minimum = { type: "quantity", quantity: 3 } as const;
    await open.shop.makeCode(specOf("Any3", { limits: { minimum } }), NOW);
    await open.shop.makeCode(specOf("Some3", { limits: { minimum, products: ["31"] } }), NOW);
    for (const code of ["Any3", "Some3"]) {
      await expect(buy(open, code)).rejects.toThrow("more pieces");
      const lines = [{ price: "40.00", productId: "31", quantity: 3 }];
      expect(await buy(open, code, { lines })).toMatchObject({ coupon_discount: "12.0000" });
    }
  });

  it("has its total limit on the promotion, which stands above the code's", async () => {
    const open = await openShop(big.origin);
    await open.shop.makeCode(specOf("Anna10", { limits: { totalUses: 7 } }), NOW);
    expect(await promotionsOf(open)).toMatchObject([{ max_uses: 7, codes: [{ max_uses: 0 }] }]);
  });

  it.each([409, 422])(
    "of the merchant's own is taken by %i, in whichever case, and stays as it is",
    async (takenStatus) => {
      const open = await openShop(big.origin, { takenStatus });
      await open.stand.act("codeByHand", { code: "summer", percent: 5 });
      const failure = expect.objectContaining({ code: "taken", passing: false });
      await expect(open.shop.makeCode(specOf("Summer"), NOW)).rejects.toEqual(failure);
      const own = await open.shop.makeCode(specOf("Anna10"), NOW);
      await expect(open.shop.changeCode(own.externalId, specOf("SUMMER"), NOW)).rejects.toEqual(failure);
      // What was begun for the first is gone again, and the second is as it was.
      expect(await promotionsOf(open)).toMatchObject([
        { name: "summer", codes: [{ code: "summer" }] },
        { name: own.terms["title"], codes: [{ code: "Anna10" }] },
      ]);
    },
  );

  it("is taken away before its promotion, and made after it", async () => {
    const open = await openShop(big.origin);
    const code = await open.shop.makeCode(specOf("Anna10"), NOW);
    await open.stand.forgetCalls();
    await open.shop.withdrawCode(code.externalId);
    const deleted = (await asked(open)).filter((label) => label.startsWith("DELETE"));
    expect(deleted).toEqual([
      expect.stringMatching(/^DELETE \/v3\/promotions\/\d+\/codes\/\d+$/),
      `DELETE /v3/promotions/${code.externalId}`,
    ]);
    expect(await promotionsOf(open)).toEqual([]);
    await open.shop.withdrawCode(code.externalId);
    expect(await open.shop.readCode(code.externalId, "Anna10")).toBeNull();
    await expect(open.shop.changeCode(code.externalId, specOf("Anna10"), NOW)).rejects.toMatchObject({
      code: "not_found",
    });
  });

  it.each(["POST /v3/promotions", "/codes"])("whose answer to %s got lost is made once", async (match) => {
    const open = await openShop(big.origin);
    await open.stand.faults({ next: [{ kind: "lost", match, times: 1 }] });
    const spec = specOf("Anna10");
    const code = await open.shop.makeCode(spec, NOW).catch(() => open.shop.makeCode(spec, NOW));
    expect(code.terms).toEqual(bigcommerce.termsOf(spec, NOW));
    expect(await promotionsOf(open)).toMatchObject([{ name: spec.title, codes: [{ code: "Anna10" }] }]);
  });

  it("changes all of its terms, those that end among them, and its text, on the same promotion (SHP-22)", async () => {
    const open = await openShop(big.origin);
    const limits = {
      totalUses: 5,
      oncePerCustomer: true,
      minimum: { type: "cartValue" as const, amountMinor: 100 },
      products: ["3"],
      categories: ["4"],
    };
    const before = await open.shop.makeCode(specOf("Anna10", { limits, endsAt: NOW + HOUR, startsAt: NOW }), NOW);
    const spec = specOf("Anna20", {
      title: "Autumn & more (cod_anna10)",
      discount: { type: "fixed", amountMinor: 550, currency: "EUR" },
    });
    const after = await open.shop.changeCode(before.externalId, spec, NOW);
    expect(after).toEqual({ externalId: before.externalId, text: "Anna20", terms: bigcommerce.termsOf(spec, NOW) });
    expect(after.terms).toMatchObject({
      end_date: "",
      max_uses: "0",
      max_uses_per_customer: "0",
      items: "",
      discount: "5.5 EUR",
    });
    expect(await codesOf(open)).toEqual(["Anna20"]);
  });

  it("is written to no more than it has to be", async () => {
    const open = await openShop(big.origin);
    const code = await open.shop.makeCode(specOf("Anna10"), NOW);
    const writes = async () => (await asked(open)).filter((label) => !label.startsWith("GET"));
    await open.stand.forgetCalls();
    await open.shop.changeCode(code.externalId, specOf("Anna10"), NOW);
    expect(await writes()).toEqual([]);
    const discount = { type: "percentage", basisPoints: 1250 } as const;
    expect((await open.shop.changeCode(code.externalId, specOf("Anna10", { discount }), NOW)).terms["discount"]).toBe(
      "12.5 %",
    );
    expect(await writes()).toEqual([`PUT /v3/promotions/${code.externalId}`]);
  });

  it.each([
    ["discount", { rules: [{ action: { cart_value: { discount: { percentage_amount: "90" } } } }] }, "90 %"],
    ["max_uses", { max_uses: 1 }, "1"],
    ["status", { status: "DISABLED" }, "DISABLED"],
    ["others", { customer: { group_ids: [7] } }, "customer.group_ids"],
    ["others", { channels: [{ id: 2 }] }, "channels"],
    ["currency_code", { currency_code: "USD" }, "USD"],
  ])("of which somebody changed %s in the shop shows it: %j (SHP-22)", async (term, to, value) => {
    const open = await openShop(big.origin);
    const code = await open.shop.makeCode(specOf("Anna10"), NOW);
    await open.stand.act("changePromotion", { code: "anna10", to });
    expect((await open.shop.readCode(code.externalId, "Anna10"))?.terms[term]).toBe(value);
  });

  it("that lost its code alone is one without a text, and gets it again on its promotion (SHP-23)", async () => {
    const open = await openShop(big.origin);
    const spec = specOf("Anna10");
    const code = await open.shop.makeCode(spec, NOW);
    await open.stand.act("changePromotion", { code: "anna10", to: { codes: [] } });
    expect(await open.shop.readCode(code.externalId, "Anna10")).toMatchObject({ text: "" });
    expect(await open.shop.readCode(null, "Anna10")).toBeNull();
    expect(await open.shop.makeCode(spec, NOW)).toEqual(code);
  });

  it("is not taken for another whose title has its own in it", async () => {
    const open = await openShop(big.origin);
    await open.shop.makeCode(specOf("Anna10", { title: "Spring (cod_1) and more" }), NOW);
    await open.shop.makeCode(specOf("Anna20", { title: "Spring (cod_1)" }), NOW);
    expect(await codesOf(open)).toEqual(["Anna10", "Anna20"]);
  });

  it.each([
    [
      "a discount in another currency",
      { discount: { type: "fixed", amountMinor: 1, currency: "USD" } as const },
      "USD",
    ],
    ["products by their names", { limits: { products: ["tee"] } }, "tee"],
  ])("with %s is refused before anything is made", async (_what, more, word) => {
    const open = await openShop(big.origin);
    await expect(open.shop.makeCode(specOf("Anna10", more), NOW)).rejects.toMatchObject({
      code: "refused",
      message: expect.stringContaining(word),
    });
    expect(await promotionsOf(open)).toEqual([]);
  });

  it("that the shop refuses leaves no promotion behind, and says why", async () => {
    const open = await openShop(big.origin);
    await expect(open.shop.makeCode(specOf("Anna+10"), NOW)).rejects.toMatchObject({
      code: "refused",
      message: expect.stringContaining("wrong characters"),
    });
    expect(await promotionsOf(open)).toEqual([]);
  });

  it("comes to the same in a shop that fails at a third of the calls", async () => {
    const open = await openShop(big.origin);
    await open.stand.faults({ seed: 3, error: 0.1, cut: 0.1, lost: 0.1 });
    const texts = Array.from({ length: 20 }, (_none, at) => `CREATOR${at}`);
    for (const text of texts) {
      for (let made = false; !made;) {
        made = await open.shop.makeCode(specOf(text), NOW).then(
          () => true,
          (error: unknown) => {
            expect(error).toMatchObject({ passing: true });
            return false;
          },
        );
      }
    }
    await open.stand.faults({});
    expect((await codesOf(open)).toSorted()).toEqual(texts.toSorted());
    expect(await promotionsOf(open)).toHaveLength(texts.length);
  });
});
