import { exports } from "cloudflare:workers";
import { beforeAll, describe, expect, test } from "vitest";
import { type ApiDocument, areasOf } from "../../../src/operate/reference/document.ts";
import { searchIndexOf } from "../../../src/operate/reference/search-index.ts";
import { SEARCH_SCRIPT } from "../../../src/operate/reference/search-script.ts";

/** What the script of a page finds, best first, as `POST /links`, a schema's name or a problem's code. */
let find: (asked: string) => string[];

beforeAll(async () => {
  const response = await exports.default.fetch("https://go.brand.example/openapi.json");
  const document: ApiDocument = await response.json();
  // oxlint-disable-next-line typescript/no-implied-eval -- the text that the page runs
  const made: unknown = new Function("data", `${SEARCH_SCRIPT}return finderOf(data)`)(
    searchIndexOf(document, areasOf(document)),
  );
  const finder = made as { find: (asked: string) => { method: string; title: string }[] };
  find = (asked) => finder.find(asked).map(({ method, title }) => `${method} ${title}`.trim());
});

describe("the search of the reference", () => {
  test.each([
    ["confirm payout details", "POST /payout-detail-proposals/{id}/confirm"],
    ["Where do I enter a creator's IBAN?", "PUT /creators/{id}/payout-details"],
    ["make a short link", "POST /links"],
    ["why is this order credited to someone", "GET /orders/{id}/explanation"],
    ["approve the commission of an order", "POST /orders/{id}/approve"],
    ["code leaked", "GET /codes/leaks"],
    ["delete all data of a customer", "DELETE /contacts/{id}"],
    ["connect a Shopify shop", "PUT /stores/{id}/connection"],
    ["revoke api key", "DELETE /api-keys/{id}"],
    ["resend webhooks", "POST /webhook-endpoints/{id}/replay"],
    ["sales by influencer", "GET /reports/creators"],
    ["coupon for a creator", "POST /codes"],
    ["pay a bonus", "POST /ledger"],
    ["close the month", "POST /periods/{id}/lock"],
    ["bank file SEPA", "GET /payouts/{id}/export"],
    ["invite creators to their page", "POST /creators/{id}/portal-links"],
  ])("answers “%s” among its first five", (asked, operation) => {
    expect(find(asked).slice(0, 5)).toContain(operation);
  });

  test("finds all that has to do with payout details before anything else", () => {
    const [about, others] = [find("payout details").slice(0, 7), find("details payouts").slice(0, 7)];
    expect(about.every((title) => /\/payout-detail/.test(title))).toBe(true);
    expect(about).toContain("POST /payout-detail-proposals/{id}/confirm");
    expect(others).toEqual(about);
  });

  test("puts first what is called just that", () => {
    expect(find("slug_taken")).toEqual(["slug_taken"]);
    expect(find("post /links")[0]).toBe("POST /links");
    expect(find("PATCH /links/{id}")[0]).toBe("PATCH /links/{id}");
    expect(find("trackingplan")[0]).toBe("TrackingPlan");
    expect(find("oncePerCustomer").slice(0, 2)).toEqual(["POST /tracking-plans", "PATCH /tracking-plans/{id}"]);
    for (const asked of ["", " ", "?", "zebra crossing"]) expect(find(asked), asked).toEqual([]);
  });
});
