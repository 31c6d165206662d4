import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { makeShop } from "../../../scripts/shops/stand-client.ts";
import { GRAPHQL, type Told, withStand } from "./shopify-fixtures.ts";

const { shopOf, origin } = withStand();

const NAME = "{ shop { name } }";

describe("a stand-in's faults", () => {
  it("are the same each time for a seed, in about the shares that are asked for", async () => {
    const runs: string[] = [];
    for (const seed of [7, 7, 8]) {
      const { shop, post } = await shopOf();
      await shop.faults({ seed, error: 0.2, cut: 0.1, throttled: 0.1 });
      for (let call = 0; call < 100; call += 1) await post(GRAPHQL, { query: NAME }).catch(() => null);
      runs.push((await shop.calls()).map(({ fault, status }) => `${fault} ${status}`).join());
    }
    expect(runs[0]).toBe(runs[1]);
    expect(runs[0]).not.toBe(runs[2]);
    const faults = runs[0]?.split(",") ?? [];
    const share = (kind: string): number => faults.filter((one) => one.startsWith(kind)).length;
    expect(share("error")).toBeGreaterThan(8);
    expect(share("error")).toBeLessThan(35);
    expect(share("cut")).toBeGreaterThan(2);
    expect(share("throttled")).toBeGreaterThan(2);
    expect(share("null")).toBeGreaterThan(40);
  });

  it("happen to the next calls that are meant, and to no others", async () => {
    const { shop, ask, post } = await shopOf();
    await shop.faults({
      next: [
        { kind: "error", status: 502, match: "webhookSubscriptions", times: 2 },
        { kind: "unauthorised", match: " shop" },
      ],
    });
    const asked = async (query: string): Promise<number> =>
      (await post(GRAPHQL, { query }, { "X-Shopify-Access-Token": shop.credentials.accessToken ?? "" })).status;
    const list = "{ webhookSubscriptions(first: 1) { nodes { id } } }";
    expect([await asked(list), await asked(NAME), await asked(NAME), await asked(list), await asked(list)]).toEqual([
      502, 401, 200, 502, 200,
    ]);
    await shop.faults({});
    expect((await ask(NAME)).errors).toBeUndefined();
  });

  it("carry out a call whose answer is lost, and not one that is cut or never answered", async () => {
    const { shop, ask } = await shopOf();
    const make = (code: string): Promise<unknown> =>
      ask(
        `mutation ($code: String!) { discountCodeBasicCreate(basicCodeDiscount: {
          title: $code, code: $code, startsAt: "2026-01-01T00:00:00Z", context: { all: ALL },
          customerGets: { value: { percentage: 0.1 }, items: { all: true } }
        }) { userErrors { code } } }`,
        { code },
      );
    await shop.faults({ holdMs: 10, next: [{ kind: "lost" }, { kind: "cut" }, { kind: "timeout" }] });
    for (const code of ["LOST", "CUT", "LATE"]) await expect(make(code)).rejects.toThrow();
    await make("MADE");
    const { codes } = await shop.state<{ codes: { code: string }[] }>();
    expect(codes.map(({ code }) => code)).toEqual(["LOST", "MADE"]);
    expect((await shop.calls()).map(({ status, fault }) => [status, fault])).toEqual([
      [null, "lost"],
      [null, "cut"],
      [null, "timeout"],
      [200, null],
    ]);
  });
});

describe("a stand-in's webhooks", () => {
  async function withMessages(webhooks: object, count = 40): Promise<{ topics: () => Promise<string[]> }> {
    const { shop } = await shopOf();
    await shop.faults({ seed: 3, webhooks });
    for (let index = 0; index < count; index += 1) {
      await shop.act("message", { topic: String(index), to: "https://links.test/", body: {} });
    }
    return {
      topics: async () => {
        const taken = await shop.take();
        await shop.answered(taken.map(({ id }) => ({ id, status: 200 })));
        return taken.map(({ topic }) => topic);
      },
    };
  }
  const all = Array.from({ length: 40 }, (_none, index) => String(index));

  it("come once, in the order in which they arose", async () => {
    const { topics } = await withMessages({});
    expect(await topics()).toEqual(all);
    expect(await topics()).toEqual([]);
  });

  it("are dropped, doubled, late and shuffled as is asked for", async () => {
    expect(await (await withMessages({ off: true })).topics()).toEqual([]);

    const dropped = await withMessages({ dropped: 0.5 });
    const left = await dropped.topics();
    expect(left.length).toBeGreaterThan(5);
    expect(left.length).toBeLessThan(35);
    expect(await dropped.topics()).toEqual([]);

    const doubled = await (await withMessages({ doubled: 0.5 })).topics();
    expect(new Set(doubled).size).toBe(40);
    expect(doubled.length).toBeGreaterThan(45);

    const late = await withMessages({ late: 0.5 });
    const [first, second] = [await late.topics(), await late.topics()];
    expect(first.length).toBeGreaterThan(5);
    expect(second.length).toBeGreaterThan(5);
    expect([...first, ...second].toSorted()).toEqual(all.toSorted());

    const shuffled = await (await withMessages({ shuffled: true })).topics();
    expect(shuffled).not.toEqual(all);
    expect(shuffled.toSorted()).toEqual(all.toSorted());
    expect(await (await withMessages({ shuffled: true })).topics()).toEqual(shuffled);
  });

  it("are sent over HTTP on demand, or by themselves as they arise", async () => {
    const got: string[] = [];
    const receive = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      const body = await text(request);
      got.push(`${request.url} ${request.headers["x-shopify-topic"]?.toString()} ${body}`);
      response.writeHead(got.length === 1 ? 500 : 200).end();
    };
    const receiver = createServer((request, response) => void receive(request, response)).listen(0, "127.0.0.1");
    await once(receiver, "listening");
    try {
      const to = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
      const { shop } = await shopOf();
      await shop.act("message", { topic: "a", to: `${to}/one`, body: { n: 1 } });
      expect(await shop.deliver()).toEqual([{ id: "1", topic: "a", status: 500 }]);
      expect(await shop.deliver(`${to}/other`)).toEqual([{ id: "1", topic: "a", status: 200 }]);
      await shop.act("message", { topic: "b", to: "http://127.0.0.1:1/", body: {} });
      expect(await shop.deliver()).toEqual([{ id: "2", topic: "b", status: null }]);
      expect(await shop.deliver(undefined, true)).toEqual([]);
      await shop.auto(true);
      await shop.act("message", { topic: "c", to: `${to}/three`, body: {} });
      await expect.poll(() => got).toEqual([`/one a {"n":1}`, `/other a {"n":1}`, "/three c {}"]);
    } finally {
      receiver.close();
    }
  });
});

describe("a stand-in itself", () => {
  it("keeps shops apart, forgets them, and says what it won't do", async () => {
    const [one, other] = [await shopOf(), await shopOf()];
    const made = await one.shop.act<Told>("order", { lines: [{ price: "10.00" }] });
    expect(await other.shop.state()).toMatchObject({ orders: [] });
    await expect(makeShop(origin(), { name: one.shop.name })).rejects.toThrow(/422 .*already/);
    await expect(makeShop(origin(), { name: "shop.example" })).rejects.toThrow(/422 .*no shop's domain/);
    await expect(one.shop.act("fly")).rejects.toThrow(/422 .*it can order/);
    await expect(other.shop.act("refund", { order: made.id })).rejects.toThrow(/422 .*There is no order/);
    await one.shop.forget();
    await expect(one.shop.state()).rejects.toThrow("404");
    expect((await one.post(GRAPHQL, { query: NAME })).status).toBe(404);
  });

  it("has a clock that stands where it is told to", async () => {
    const { shop } = await shopOf();
    await shop.clock(Date.UTC(2026, 4, 1, 12));
    const { body } = await shop.act<Told>("order", { lines: [{ price: "10.00" }] });
    expect(body).toMatchObject({ created_at: "2026-05-01T07:00:00-05:00", updated_at: "2026-05-01T07:00:00-05:00" });
    await shop.clock(null);
    const { body: later } = await shop.act<Told>("order", { lines: [{ price: "10.00" }] });
    expect(Date.parse(later.created_at)).toBeGreaterThan(Date.UTC(2026, 4, 2));
  });
});
