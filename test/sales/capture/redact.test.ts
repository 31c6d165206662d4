import { describe, expect, it } from "vitest";
import { customerOf, redact, redactText } from "../../../src/sales/capture/redact.ts";
import { processorTime } from "../../ground/processor-time.ts";

const TOKEN = "A1".repeat(28);
const PERSONS = [
  "jane@mail.example",
  "JANE+tag@mail.example",
  "jane%40mail.example",
  "203.0.113.77",
  "2001:db8:1::99",
  "cust-4711",
];

describe("a report", () => {
  it("keeps what says nothing of a person", () => {
    const order = {
      orderId: "jane@mail.example",
      amount: "12.50",
      currency: "EUR",
      codes: ["LEA10"],
      shipping: "4.90",
      tax: 2,
      discount: null,
      placedAt: "2026-11-21T09:00:00+01:00",
      items: [{ sku: "1.2.3", name: "Mug", quantity: 1, price: "5.00", category: "Home" }],
      note: "a gift",
      test: false,
    };
    expect(redact(order, false)).toEqual(order);
  });

  it("loses who somebody is, wherever it says so", () => {
    const order = {
      orderId: "1",
      customerId: "cust-4711",
      customerHash: "made up",
      customer_email: "jane@mail.example",
      customer: { id: "cust-4711" },
      billing: { first_name: "cust-4711" },
      shipping: { address_1: "cust-4711", first_name: "cust-4711" },
      clientIp: "203.0.113.77",
      note: "for jane@mail.example, 203.0.113.77 or 2001:db8:1::99, JANE+tag@mail.example",
      lines: [["jane%40mail.example"]],
      "jane@mail.example": 1,
    };
    const text = JSON.stringify(redact(order, true));
    for (const person of [...PERSONS, "made up"]) expect(text).not.toContain(person);
    expect(JSON.parse(text)).toEqual({
      orderId: "1",
      shipping: {},
      note: "for [removed], [removed] or [removed], [removed]",
      lines: [["[removed]"]],
    });
  });

  it("keeps click ids only where they are allowed", () => {
    const event = { click: TOKEN, gclid: "g-1", data: { clickId: TOKEN, note: `x ${TOKEN}` }, orderId: TOKEN };
    expect(redact(event, true)).toEqual(event);
    expect(redact(event, false)).toEqual({ data: { note: "x [removed]" }, orderId: TOKEN });
  });

  it("keeps of a page's address neither query nor fragment", () => {
    // Whoever has the address of an order's status page may look at it.
    expect(redact({ url: "https://shop.example/1234/orders/0a1b2c3d4e5f60718293a4b5c6d7e8f9" }, true)).toEqual({
      url: "https://shop.example/1234/orders/[removed]",
    });
    for (const secret of ["0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9", "aZ3-kQ9_pL2-xW7_rT5v", "5f2a9c1e7b3d4f60"]) {
      expect(redact({ pageUrl: `https://shop.example/o/${secret}/thanks?key=abc` }, true)).toEqual({
        pageUrl: "https://shop.example/o/[removed]/thanks",
      });
    }
    // Whatever its name, an address is one.
    expect(redact({ somewhere: "https://shop.example/a?key=abc" }, true)).toEqual({
      somewhere: "https://shop.example/a",
    });
    expect(redact({ url: "https://shop.example/products/linen-shirt-2026-blue" }, true)).toEqual({
      url: "https://shop.example/products/linen-shirt-2026-blue",
    });
    expect(redact({ url: "https://shop.example/thanks?key=abc#x" }, true)).toEqual({
      url: "https://shop.example/thanks",
    });
  });

  it.each([
    "::1",
    "fe80::1",
    "fe80::1%eth0",
    "2001:db8::",
    "2001:db8::1",
    "2A00:1450:4001:81b::200e",
    "::ffff:203.0.113.77",
    "64:ff9b::203.0.113.77",
    "::ffff:cb00:714d",
    "2001:db8:1:2:3:4:5:6",
  ])("G-14: loses an IPv6 address, however short: %s", (address) => {
    for (const text of [address, `from ${address}.`, `[${address}]:443`, `(${address})`, `ip=${address},x`]) {
      const kept = String(redact(text, true));
      expect(kept).toContain("[removed]");
      expect(kept.replaceAll("[removed]", "")).not.toMatch(/[0-9a-f]{1,4}::|::[0-9a-f]|203|714d|200e/i);
    }
    expect(redactText(`note ${address} end`)).toBe("note [removed] end");
  });

  it.each(["09:00:00", "2026-11-21T09:00:00.000Z", "16:9", "a::before", "std::move", "::", "Size: S::M", "1:2:3"])(
    "G-14: keeps what is no address: %s",
    (text) => {
      expect(redact(text, true)).toBe(text);
    },
  );

  it("can't change what objects are", () => {
    const kept = redact(JSON.parse('{"__proto__":{"polluted":1},"constructor":1}'), true) as object;
    expect(Object.getPrototypeOf(kept)).toBe(Object.prototype);
    expect(JSON.stringify(kept)).toBe('{"__proto__":{"polluted":1},"constructor":1}');
  });

  it.each([1, null, true, "text", [1, null]])("is %j if it is that", (value) => {
    expect(redact(value, false)).toEqual(value);
  });
});

describe("a text that is no JSON", () => {
  it.each([
    '{"orderId":"1","customerId":"cust-4711","amo',
    '{"orderId":"1","customerId":"cust-4711',
    "{'customer_id' : cust-4711 }",
    "order=1&customer=cust-4711&amount=2",
    '{"email": "jane@mail.example"',
    "jane@mail.example jane%40mail.example 203.0.113.77 2001:db8:1::99",
    `{"clickId":"${TOKEN}"`,
    TOKEN,
  ])("names nobody: %s", (text) => {
    const kept = redactText(text);
    for (const person of [...PERSONS, TOKEN]) expect(kept).not.toContain(person);
  });

  it("stays readable", () => {
    expect(redactText('{"orderId":"1001","amount":12,50}')).toBe('{"orderId":"1001","amount":12,50}');
  });

  it("has nothing in it that ends a text for SQLite", () => {
    expect(redactText("a\u0000b\r\nc\u0085")).toBe("a\uFFFDb\uFFFD\nc\uFFFD");
  });

  it.each(["a", "a.", "@", "a@", "a@a.", "customer=", "1.", "0:", "customer", '"', "email:"])(
    "made of %j takes no longer than another",
    (part) => {
      expect(processorTime(() => redactText(part.repeat(65_536 / part.length)))).toBeLessThan(1_500);
    },
  );
});

describe("a customer", () => {
  it.each([
    ["c-1", "c-1"],
    [" c-1 ", "c-1"],
    [4711, "4711"],
    ["", null],
    [" ", null],
    [null, null],
    [undefined, null],
    [1.5, null],
    [{}, null],
    ["x".repeat(321), null],
  ])("%j is known as %j", (value, expected) => {
    expect(customerOf(value)).toBe(expected);
  });
});
