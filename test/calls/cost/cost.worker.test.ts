import { env } from "cloudflare:workers";
import { beforeEach, expect, test } from "vitest";
import { costSchema } from "../../../src/calls/cost/schema.ts";
import { pageOf } from "../../../src/ground/http/pagination.ts";
import { api, bodyOf, expectInvalid, problemOf } from "../../ground/api.ts";
import { insertStore, STORE } from "../../programme/generation-fixtures.ts";

beforeEach(async () => insertStore());

const TV = { storeId: STORE, channel: " TV ", from: "2026-11-01", to: "2026-11-30", amount: "1200.50" };
const post = async (values: object = {}) =>
  bodyOf(costSchema, await api("POST", "/channel-costs", { ...TV, ...values }));
const list = async (query = "") =>
  bodyOf(pageOf(costSchema), await api("GET", `/channel-costs?store=${STORE}${query}`)).data;

test("BX-9: what a channel cost is entered, read, changed and deleted, with an entry each in the audit log", async () => {
  const made = await post();
  expect(made).toMatchObject({ channel: "tv", amount: { amountMinor: 120_050, currency: "EUR" }, note: null });
  const radio = await post({ channel: "radio", currency: "JPY", amount: 5000, to: "2026-11-02", note: "spots" });
  expect(radio.amount).toEqual({ amountMinor: 5000, currency: "JPY" });
  expect((await list()).map(({ id }) => id)).toEqual([radio.id, made.id]);
  expect(await list("&channel=tv")).toEqual([made]);
  expect(await list("&from=2026-11-03")).toEqual([made]);
  const changed = bodyOf(costSchema, await api("PATCH", `/channel-costs/${made.id}`, { amount: 10, to: "2026-11-01" }));
  expect(changed).toMatchObject({ amount: { amountMinor: 1000 }, to: "2026-11-01", channel: "tv" });
  // Only the currency: the amount stays as it is written.
  const yen = bodyOf(costSchema, await api("PATCH", `/channel-costs/${made.id}`, { currency: "JPY" }));
  expect(yen.amount).toEqual({ amountMinor: 10, currency: "JPY" });
  expect((await api("DELETE", `/channel-costs/${made.id}`)).status).toBe(204);
  expect(problemOf(await api("GET", `/channel-costs/${made.id}`)).code).toBe("not_found");
  expect(problemOf(await api("DELETE", `/channel-costs/${made.id}`)).code).toBe("not_found");
  expect(await list()).toEqual([radio]);
  const audit = env.DB.prepare("SELECT action FROM audit_log WHERE entity_id = ?1 ORDER BY id").bind(made.id);
  const actions = (await audit.all<{ action: string }>()).results.map(({ action }) => action);
  expect(actions).toEqual(["create", "update", "update", "delete"]);
});

test.each([
  [{ channel: "-tv" }, "channel"],
  [{ to: "2026-10-31" }, "to"],
  [{ to: "2036-12-31" }, "to"],
  [{ amount: "1.005" }, "amount"],
  [{ amount: -1 }, "amount"],
  [{ amount: 10_000_001 }, "amount"],
  [{ storeId: "str_0000000000000zzz" }, "storeId"],
])("a cost with %j is refused", async (values, path) => {
  expectInvalid(await api("POST", "/channel-costs", { ...TV, ...values }), path);
});
