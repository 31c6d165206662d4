import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { ingestAll } from "../../clicks/log-fixtures.ts";
import { readConfig } from "../../../src/ground/config.ts";
import { checkRollups } from "../../../src/operate/drift/rollup-run.ts";
import { rollUpOrders } from "../../../src/reports/rollup/orders-run.ts";
import { api } from "../../ground/api.ts";
import { call, postOrder, rowsOf } from "../capture-fixtures.ts";
import { clickMessage } from "../../clicks/click-message.ts";
import { createStore } from "../../programme/fixtures.ts";
import { NOW } from "../../programme/generation-fixtures.ts";
import { clickOn, HOUR, insertShop, LEA_LINK } from "../order-fixtures.ts";
import { finishRollups, orderSums, putClick, recountOrders } from "../../reports/rollup-fixtures.ts";
import { PLACED, shopSays } from "../../books/settle-fixtures.ts";

const ORDER = { orderId: "1001", amount: "12.50", currency: "EUR" };

describe("G-25: the country of a server's order", () => {
  it("is taken as it says, in any case, and kept with the order", async () => {
    const store = await createStore();
    await postOrder(store, { ...ORDER, country: "fr" });
    await postOrder(store, { ...ORDER, orderId: "1002", country: "" });
    await call(`/postback?s=${store.key}&token=${store.secret}&order=1003&amount=5&country=GB`);
    const found = (await rowsOf("orders")).map(({ external_id, country }) => [external_id, country]);
    expect(new Map(found as [string, unknown][])).toEqual(
      new Map<string, unknown>([
        ["1001", "FR"],
        ["1002", null],
        ["1003", "GB"],
      ]),
    );
  });

  it.each(["UK", "EU", "XX", "ZZ", "Germany", "DEU", "D", 49, ["DE"]])(
    "%j is refused, with the way out",
    async (country) => {
      const store = await createStore();
      const answer = await postOrder(store, { ...ORDER, country });
      expect(answer.status).toBe(422);
      expect(await answer.json()).toMatchObject({
        errors: [{ path: "country", message: expect.stringContaining("GB for the United Kingdom") }],
      });
      expect(await rowsOf("orders")).toEqual([]);
    },
  );

  it("outweighs where a browser's request came from", async () => {
    const store = await createStore();
    await call(`/pixel.gif?s=${store.key}&order=1001&amount=12.50&country=US`);
    expect(await rowsOf("orders")).toMatchObject([{ country: "DE" }]);
    await postOrder(store, { ...ORDER, country: "AT" });
    expect(await rowsOf("orders")).toMatchObject([{ country: "AT" }]);
  });
});

describe("G-25: sales by country", () => {
  beforeEach(async () => insertShop());

  /** Sales by country as the report has them. */
  async function byCountry(): Promise<Record<string, number>> {
    const answer = await api("GET", "/reports/countries?from=2026-10-01&to=2026-11-30");
    const { data } = answer.body as { data: { country: string | null; conversions: number }[] };
    return Object.fromEntries(
      data.filter(({ conversions }) => conversions > 0).map(({ country, conversions }) => [country ?? "", conversions]),
    );
  }

  it("have a server's order where its click came from, before and after it is rolled up", async () => {
    const click = clickOn(LEA_LINK, PLACED - HOUR);
    await putClick({ id: click.clickId, linkId: LEA_LINK, time: click.time, country: "FR" });
    await shopSays("1001", { codes: [], clicks: [click] });
    await shopSays("1002", { codes: [], clicks: [click], country: "AT" });
    await shopSays("1003");
    const expected = { FR: 1, AT: 1, "": 1 };
    expect(await byCountry()).toEqual(expected);
    await finishRollups();
    expect(await byCountry()).toEqual(expected);
    expect(await orderSums()).toEqual(await recountOrders());
    await checkRollups(env, NOW);
    const { results } = await env.DB.prepare("SELECT kind FROM alarms WHERE kind = 'rollup_drift'").all();
    expect(results).toEqual([]);
  });

  it("have it there once its click comes, and when its click has left the log", async () => {
    const click = clickOn(LEA_LINK, PLACED - HOUR);
    await shopSays("1001", { codes: [], clicks: [click] });
    await finishRollups();
    expect(await byCountry()).toEqual({ "": 1 });
    const { clickId, time } = click;
    const message = clickMessage({ id: clickId, linkId: LEA_LINK, time, country: "FR" });
    await ingestAll(readConfig(env), [message], NOW);
    expect(await byCountry()).toEqual({ FR: 1 });
    await finishRollups();
    await env.DB.prepare("DELETE FROM click_batches").run();
    await shopSays("1001", { codes: [], clicks: [click], refundedMinor: 100 });
    expect(await byCountry()).toEqual({ FR: 1 });
    await rollUpOrders(env, NOW);
    expect(await byCountry()).toEqual({ FR: 1 });
  });

  it("don't take the country of an earlier click for that of the one that decides", async () => {
    const [first, last] = [clickOn(LEA_LINK, PLACED - 2 * HOUR), clickOn(LEA_LINK, PLACED - HOUR)];
    await putClick({ id: first.clickId, linkId: LEA_LINK, time: first.time, country: "FR" });
    await putClick({ id: last.clickId, linkId: LEA_LINK, time: last.time, country: null });
    await shopSays("1001", { codes: [], clicks: [first] });
    await finishRollups();
    await shopSays("1001", { codes: [], clicks: [first, last] });
    expect(await byCountry()).toEqual({ "": 1 });
    await finishRollups();
    expect(await orderSums()).toEqual(await recountOrders());
  });

  it("don't take a country that an order had itself, and has no more, for that of a click which never came", async () => {
    await shopSays("1001", { codes: [], clicks: [clickOn(LEA_LINK, PLACED - HOUR)], country: "AT" });
    await finishRollups();
    expect(await byCountry()).toEqual({ AT: 1 });
    await env.DB.prepare("UPDATE orders SET country = NULL").run();
    expect(await byCountry()).toEqual({ "": 1 });
    await finishRollups();
    expect(await byCountry()).toEqual({ "": 1 });
  });
});
