import { describe, expect, it } from "vitest";
import { type EventRow, goalEventOf, MAX_PAGE } from "../../../src/conversions/event/goal-event.ts";

const TIME = 1_790_000_000_000;

function row(body: unknown, given: Partial<EventRow> = {}): EventRow {
  const text = JSON.stringify(body);
  return { id: "inb_1", receivedAt: TIME, source: "snippet", storeId: "str_1", body: text, meta: {}, ...given };
}

const tracked = (data: unknown, around: object = {}) => row({ v: 1, type: "track", data, ...around });

describe("the event of a row", () => {
  it("has what the row says, and is a browser's claim (AC-4)", () => {
    const body = {
      v: 1,
      id: "q8f3k2x1",
      type: "track",
      consent: "granted",
      click: "token",
      url: "https://Shop.example/sign-up?mail=x#done",
      visitorHash: "visitor",
      customerHash: "customer",
      view: "a1b2",
      at: 1,
      data: { event: " Signed up ", plan: "pro", value: "9.90", currency: "EUR", trial: true, seats: 3 },
    };
    expect(goalEventOf(row(body, { meta: { country: "DE", click: "cookie" } }))).toEqual({
      key: "e:q8f3k2x1",
      storeId: "str_1",
      kind: "track",
      name: "Signed up",
      page: "https://shop.example/sign-up",
      country: "DE",
      data: { plan: "pro", value: "9.90", currency: "EUR", trial: true, seats: 3 },
      visitorHash: "visitor",
      customerHash: "customer",
      view: "a1b2",
      trust: "claimed",
      time: TIME,
      click: "token",
    });
  });

  it("of a script is named by its goal (AC-6)", () => {
    const event = goalEventOf(row({ type: "conversion", data: { goal: "signup", value: 5 } }));
    expect(event).toMatchObject({ kind: "conversion", name: "signup", data: { value: 5 }, click: null });
  });

  it("takes the cookie's click where its body has none", () => {
    expect(goalEventOf(tracked({ event: "a" }, {}))?.click).toBeNull();
    expect(goalEventOf({ ...tracked({ event: "a" }), meta: { click: "cookie" } })?.click).toBe("cookie");
  });

  it.each([
    ["the sender's id in its data", { id: "own", data: { event: "a", eventId: "signup-7" } }, "e:signup-7"],
    ["a number", { id: "own", data: { event: "a", eventId: 4711 } }, "e:4711"],
    ["the snippet's", { id: "own", data: { event: "a" } }, "e:own"],
    ["the snippet's where the sender's is none", { id: "own", data: { event: "a", eventId: "two words" } }, "e:own"],
    ["the row's where both are too long", { id: "x".repeat(65), data: { event: "a", eventId: {} } }, "i:inb_1"],
    ["the row's where there is none", { data: { event: "a" } }, "i:inb_1"],
  ])("is known by %s (ACX-2)", (_name, body, key) => {
    expect(goalEventOf(row({ type: "track", ...body }))?.key).toBe(key);
  });

  it("keeps of its data what stands at the top and is plain, whatever the names", () => {
    const body = `{"type":"track","data":{"event":"a","__proto__":"p","list":[1],"deep":{"a":1},"none":null,"n":0,"b":false}}`;
    const event = goalEventOf({ ...row(null), body });
    expect(Object.entries(event?.data ?? {})).toEqual([
      ["__proto__", "p"],
      ["n", 0],
      ["b", false],
    ]);
  });

  it.each([
    ["order", row({ type: "order", data: { orderId: "1" } })],
    ["unknown type", row({ type: "dance" })],
    ["no name", tracked({})],
    ["an empty name", tracked({ event: "  " })],
    ["a name that is none", tracked({ event: { a: 1 } })],
    ["a name of two lines", tracked({ event: "a\nb" })],
    ["a name that is too long", tracked({ event: "x".repeat(101) })],
    ["a page without address", row({ type: "page", url: "about:blank" })],
    ["a page whose address is too long", row({ type: "page", url: `https://s.example/${"x".repeat(MAX_PAGE)}` })],
    ["another source", row({ type: "track", data: { event: "a" } }, { source: "order" })],
    ["no store", row({ type: "track", data: { event: "a" } }, { storeId: null })],
    ["an emptied row", { ...row(null), body: "" }],
    ["a text", row("no JSON")],
  ])("is none: %s", (_name, given) => {
    expect(goalEventOf(given)).toBeNull();
  });

  it("of a page, and of who somebody is, needs no name (AC-3, AC-7)", () => {
    expect(goalEventOf(row({ type: "page", url: "http://shop.example/a%20b?x=1" }))).toMatchObject({
      kind: "page",
      name: null,
      page: "http://shop.example/a%20b",
      data: {},
    });
    expect(goalEventOf(row({ type: "identify", customerHash: "c", data: {} }))).toMatchObject({
      kind: "identify",
      customerHash: "c",
    });
  });

  it("of a page whose host is a number has the origin that its request told", () => {
    const page = row({ type: "page", url: "http://[removed]:8788/offers/[removed]" });
    expect(goalEventOf({ ...page, meta: { origin: "http://127.0.0.1:8788" } })?.page).toBe(
      "http://127.0.0.1:8788/offers/[removed]",
    );
    expect(goalEventOf(page)).toBeNull();
  });

  it("has no view that is none", () => {
    expect(goalEventOf(tracked({ event: "a" }, { view: "x".repeat(33) }))?.view).toBeNull();
  });
});
