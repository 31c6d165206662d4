import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseBody } from "../../src/sales/capture/parse.ts";
import { readEvent } from "../../src/sales/capture/read-event.ts";
import { type CaptureSource, type OrderReading, readOrder } from "../../src/sales/capture/read-order.ts";
import { orderOfQuery, readQuery } from "../../src/sales/capture/read-query.ts";
import { redact, redactText } from "../../src/sales/capture/redact.ts";
import { isUnexpanded } from "../../src/sales/capture/unexpanded.ts";
import { currencyDigits, minorOf } from "../../src/ground/money/amount.ts";
import { mostOfOrder } from "../../src/ground/money/bound.ts";
import { SOURCE_STATUSES } from "../../src/ground/model/evidence.ts";
import { RUNS, text, value } from "./hostile.ts";

const SOURCES: readonly CaptureSource[] = ["snippet", "pixel", "order", "postback"];
/** When all of it comes, ms UTC. */
const NOW = Date.UTC(2026, 10, 21);
const ORDER = { orderId: "1001", amount: "12.50", currency: "EUR" };
const AMOUNTS = {
  amount: "totalMinor",
  subtotal: "subtotalMinor",
  discount: "discountMinor",
  shipping: "shippingMinor",
  tax: "taxMinor",
  refunded: "refundedMinor",
} as const;

const source = fc.constantFrom(...SOURCES);
const fallback = fc.constantFrom("EUR", "JPY", "KWD", null);

/** Whether a text may go anywhere: one line, whole. */
function isLine(line: string, max: number): boolean {
  return line.length > 0 && line.length <= max && !/\p{Cc}/u.test(line) && line.isWellFormed();
}

/** All that must hold of whatever was read of a body. */
function holds(body: unknown, reading: OrderReading, from: CaptureSource): void {
  if ("refused" in reading) {
    expect(reading.refused.code).toMatch(/^[a-z_]+$/);
    expect(reading.refused.detail).not.toBe("");
    return;
  }
  const { externalId, data, updatedAt, click } = reading.order;
  const given = body as Record<string, unknown>;
  expect(isLine(externalId, 200)).toBe(true);
  const currency = data.currency ?? "";
  expect(minorOf(0, currency)).toBe(0);
  for (const [name, field] of Object.entries(AMOUNTS)) {
    const read = data[field];
    if (read === undefined) continue;
    expect(read).toBe(minorOf(given[name] as string, currency));
    expect(Number.isSafeInteger(read) && read >= 0 && read <= mostOfOrder(currency)).toBe(true);
  }
  if (from === "order") expect(data.totalMinor).toBeDefined();
  for (const code of data.codes ?? []) expect(isLine(code, 255)).toBe(true);
  for (const item of data.items ?? []) {
    expect(isLine(item.sku, 200)).toBe(true);
    expect(Number.isSafeInteger(item.priceMinor) && item.priceMinor >= 0).toBe(true);
    expect(Number.isFinite(item.quantity) && item.quantity >= 0).toBe(true);
  }
  if (data.status !== undefined) expect(SOURCE_STATUSES).toContain(data.status);
  for (const time of [data.placedAt, updatedAt ?? undefined]) {
    if (time !== undefined) expect(Number.isSafeInteger(time) && time >= 0).toBe(true);
  }
  if (from === "snippet" || from === "pixel") {
    expect([data.status, data.placedAt, data.refundedMinor, data.country, updatedAt]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      null,
    ]);
  }
  if (data.country !== undefined) expect(data.country).toMatch(/^[A-Z]{2}$/);
  expect(click === null || typeof click === "string").toBe(true);
}

function check<Values extends unknown[]>(property: fc.IProperty<Values>): void {
  fc.assert(property, { numRuns: RUNS });
}

describe("the body of an order", () => {
  const fields = [
    ...Object.keys(AMOUNTS),
    "orderId",
    "currency",
    "clickId",
    "codes",
    "customerId",
    "status",
    "items",
    "placedAt",
    "updatedAt",
    "country",
    "test",
  ];

  it.each(fields)("has a field %s that may be anything", (name) => {
    check(
      fc.property(value, source, fallback, (given, from, currency) => {
        const body = { ...ORDER, [name]: given };
        holds(body, readOrder(body, from, currency, NOW), from);
      }),
    );
  });

  it.each(["sku", "name", "quantity", "price", "category"])("has items whose %s may be anything", (name) => {
    check(
      fc.property(value, source, (given, from) => {
        const body = { ...ORDER, items: [{ sku: "A", quantity: 1, price: 1, [name]: given }] };
        holds(body, readOrder(body, from, null, NOW), from);
      }),
    );
  });

  it.each(["EUR", "JPY", "KWD", "MGA", "CLF"])("has amounts in %s exactly as they are written, or none", (currency) => {
    const most = mostOfOrder(currency);
    check(
      fc.property(text, (amount) => {
        const reading = readOrder({ ...ORDER, currency, amount }, "order", null, NOW);
        const minor = minorOf(amount, currency);
        const isPast = /^\d+(?:\.\d+)?$/.test(amount) && Number(amount) > most / 10 ** (currencyDigits(currency) ?? 0);
        const isTooLarge = minor === null ? isPast && Number.isFinite(Number(amount)) : minor > most;
        const code = isUnexpanded(amount) ? "unexpanded_macro" : isTooLarge ? "amount_too_large" : "bad_amount";
        if (minor === null || isTooLarge) expect(reading).toMatchObject({ refused: { code, path: "amount" } });
        else expect(reading).toMatchObject({ order: { data: { totalMinor: minor, currency } } });
      }),
    );
  });

  it("may be anything at all", () => {
    check(
      fc.property(
        fc.oneof(value, fc.dictionary(fc.constantFrom(...fields), value)),
        source,
        fallback,
        (body, from, currency) => holds(body, readOrder(body, from, currency, NOW), from),
      ),
    );
  });
});

describe("an event", () => {
  it.each(["v", "id", "type", "at", "consent", "click", "url", "data"])(
    "has a field %s that may be anything",
    (name) => {
      check(
        fc.property(value, (given) => {
          const reading = readEvent({
            v: 1,
            id: "e",
            type: "order",
            at: 1,
            consent: "granted",
            data: ORDER,
            [name]: given,
          });
          if ("refused" in reading) return;
          const { consent, data } = reading.event;
          expect(["granted", "denied", "unknown", "unstated"]).toContain(consent);
          if (name === "consent") expect(consent === "granted").toBe(given === "granted");
          holds(data, readOrder(data, "snippet", "EUR", NOW), "snippet");
        }),
      );
    },
  );

  it("may be anything at all", () => {
    check(
      fc.property(value, (given) => {
        const reading = readEvent(given);
        expect("refused" in reading || "event" in reading).toBe(true);
      }),
    );
  });
});

describe.each(["pixel", "postback"] as const)("the query of a %s", (from) => {
  const names = ["s", "token", "click", "order", "amount", "currency", "status", "codes", "customer", "consent"];

  it.each(names)("has a field %s that may be anything", (name) => {
    check(
      fc.property(
        fc.oneof(
          text.map((given) => encodeURIComponent(given.toWellFormed())),
          text,
        ),
        (given) => {
          const search = `?order=1001&amount=12.50&currency=EUR&${name}=${given}`;
          const fields = readQuery(search);
          for (const field of Object.values(fields)) expect(typeof field).toBe("string");
          const body = orderOfQuery(fields);
          holds(body, readOrder(body, from, "EUR", NOW), from);
        },
      ),
    );
  });

  it("may be anything at all", () => {
    check(
      fc.property(text, (search) => {
        const body = orderOfQuery(readQuery(search));
        holds(body, readOrder(body, from, "EUR", NOW), from);
      }),
    );
  });
});

describe("bytes", () => {
  it("are parsed or refused", () => {
    check(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.json().map(bytesOf), text.map(bytesOf)), (body) => {
        const parsed = parseBody(body);
        if ("refused" in parsed) expect(["malformed", "too_deep"]).toContain(parsed.refused.code);
      }),
    );
  });

  it("that are JSON of less than 32 levels are parsed to what JSON.parse makes of them", () => {
    check(
      fc.property(fc.json({ maxDepth: 10 }), (json) => {
        expect(parseBody(bytesOf(json))).toEqual({ value: JSON.parse(json) });
      }),
    );
  });
});

describe("what is kept", () => {
  const PERSON = "jane.marker@mail.example";
  const TOKEN = "Zz9_".repeat(14);

  it("names nobody, and can be read as often as it likes", () => {
    check(
      fc.property(fc.jsonValue({ maxDepth: 5 }), text, fc.boolean(), (json, around, identifiers) => {
        const given = { a: json, customerId: PERSON, note: `${around} ${PERSON} ${around}`, click: TOKEN, b: [TOKEN] };
        const kept = redact(JSON.parse(JSON.stringify(given)), identifiers);
        const written = JSON.stringify(kept);
        expect(written).not.toContain(PERSON);
        expect(written.includes(TOKEN)).toBe(identifiers);
        expect(redact(kept, identifiers)).toEqual(kept);
      }),
    );
  });

  it("as text names nobody, and has nothing that ends it", () => {
    check(
      fc.property(text, text, (before, after) => {
        const kept = redactText(`${before} ${PERSON} ${TOKEN} ${after}`);
        expect(kept).not.toContain(PERSON);
        expect(kept).not.toContain(TOKEN);
        expect(/[^\P{Cc}\n\t]/u.test(kept)).toBe(false);
      }),
    );
  });
});

function bytesOf(written: string): Uint8Array {
  return new TextEncoder().encode(written);
}
