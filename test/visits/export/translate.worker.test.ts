import { describe, expect, it } from "vitest";
import type { ExportedEvent } from "../../../src/visits/export/exported.ts";
import { addressOf, requestsOf, type SendContext } from "../../../src/visits/export/requests.ts";

const NOW = Date.UTC(2026, 10, 30, 12);

const context: SendContext = {
  storeId: "str_1",
  now: NOW,
  origin: "https://shop.example",
  firstStep: "address",
  secrets: { accessToken: "EAAB" },
  maySend: () => true,
};

const event = (values: Partial<ExportedEvent> = {}): ExportedEvent => ({
  id: "evt0000000000001",
  time: NOW - 1_000,
  type: "page",
  visitor: "AAAAAAAAAAAAAAAA",
  visit: "AAAAAAABBBBBBBBB",
  pageOfVisit: 1,
  page: "/sale",
  source: { kind: "direct", name: "", rule: "none" },
  campaign: null,
  linkId: null,
  country: null,
  device: "mobile",
  name: null,
  label: null,
  engagedMs: 0,
  scroll: 0,
  cart: null,
  ...values,
});

const cart = event({ type: "cart", cart: { items: 2, valueMinor: 1999, currency: "EUR" } });
const begun = event({ type: "step", name: "address" });

const bodies = <Body>(format: "ga4" | "meta", events: ExportedEvent[], given: Partial<SendContext> = {}): Body[] =>
  requestsOf(format, events, { ...context, ...given }).map(({ body }) => JSON.parse(body ?? "null") as Body);

interface Ga4 {
  client_id: string;
  consent: unknown;
  events: { name: string; timestamp_micros: number; params: Record<string, unknown> }[];
}

describe("DIO-6: Google's Measurement Protocol", () => {
  it("gets one visitor a request, 25 events at most, with the time that is engaged", () => {
    const many = Array.from({ length: 30 }, (_none, n) => event({ id: `e${n}` }));
    const sent = bodies<Ga4>("ga4", [event({ visitor: "BBBBBBBBBBBBBBBB" }), ...many]);
    expect(sent.map(({ client_id, events }) => [client_id, events.length])).toEqual([
      ["BBBBBBBBBBBBBBBB", 1],
      ["AAAAAAAAAAAAAAAA", 25],
      ["AAAAAAAAAAAAAAAA", 5],
    ]);
    expect(sent[0]?.consent).toEqual({ ad_user_data: "DENIED", ad_personalization: "DENIED" });
    expect(sent[0]?.events[0]).toEqual({
      name: "page_view",
      timestamp_micros: (NOW - 1_000) * 1_000,
      params: { page_location: "https://shop.example/sale", session_id: 1, event_id: "evt0000000000001" },
    });
  });

  it("has its own names, and is never told of a purchase", () => {
    const told = [
      event({ type: "engage", engagedMs: 4_200 }),
      event({ type: "engage", scroll: 10 }),
      cart,
      // What a page said was bought.
      event({ type: "cart" }),
      begun,
      event({ type: "step", name: "payment" }),
      event({ type: "download", name: "manual", label: "a.pdf" }),
    ];
    const [body] = bodies<Ga4>("ga4", told);
    expect(body?.events.map(({ name }) => name)).toEqual([
      "user_engagement",
      "add_to_cart",
      "begin_checkout",
      "checkout_progress",
      "file_download",
    ]);
    expect(body?.events[0]?.params["engagement_time_msec"]).toBe(4_200);
    expect(body?.events[1]?.params).toMatchObject({ value: 19.99, currency: "EUR", items_in_cart: 2 });
    expect(JSON.stringify(body)).not.toContain("purchase");
  });
});

it("DIO-6: Meta's Conversions API gets hashes of visitors and nothing of a person", () => {
  const [body] = bodies<{ data: unknown[]; access_token: string }>("meta", [
    event(),
    cart,
    begun,
    event({ type: "engage" }),
  ]);
  expect(body?.access_token).toBe("EAAB");
  const shared = {
    event_time: Math.floor((NOW - 1_000) / 1_000),
    event_id: "evt0000000000001",
    action_source: "website",
    event_source_url: "https://shop.example/sale",
    user_data: { external_id: ["0".repeat(24)] },
  };
  expect(body?.data).toEqual([
    { event_name: "PageView", ...shared },
    { event_name: "AddToCart", ...shared, custom_data: { value: 19.99, currency: "EUR" } },
    { event_name: "InitiateCheckout", ...shared },
  ]);
});

it("what is too old, or of somebody who is forgotten, leaves its place empty, so that places stay what they are", () => {
  const old = event({ time: NOW - 8 * 86_400_000, visitor: "BBBBBBBBBBBBBBBB" });
  expect(requestsOf("ga4", [old, event()], context)).toMatchObject([{ events: 1, body: null }, { events: 1 }]);
  expect(requestsOf("meta", [old], context)).toEqual([{ events: 1, body: null }]);
  expect(requestsOf("ndjson", [old], { ...context, maySend: () => false })).toEqual([{ events: 1, body: null }]);
  const [lines] = requestsOf("ndjson", [old, event()], context);
  expect(
    lines?.body
      ?.trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as unknown),
  ).toMatchObject([
    { storeId: "str_1", time: "2026-11-22T12:00:00.000Z" },
    { storeId: "str_1", visitor: "AAAAAAAAAAAAAAAA" },
  ]);
});

it("secrets stand where the receiver looks for them, and nowhere else", () => {
  const secrets = { token: "t&t", measurementId: "G-1", apiSecret: "s&s", accessToken: "EAAB" };
  expect(addressOf("ndjson", "https://a.example/?x=1", secrets)).toMatchObject({
    url: "https://a.example/?x=1",
    headers: { authorization: "Bearer t&t" },
  });
  const { url, headers } = addressOf("ga4", "https://a.example/?x=1", secrets);
  expect(url).toBe("https://a.example/?x=1&measurement_id=G-1&api_secret=s%26s");
  expect(JSON.stringify(headers)).not.toMatch(/t&t|EAAB/);
  expect(addressOf("meta", "https://a.example/", secrets).url).toBe("https://a.example/");
});
