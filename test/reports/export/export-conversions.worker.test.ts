import { env } from "cloudflare:workers";
import { beforeEach, expect, test } from "vitest";
import { settleConversions } from "../../../src/books/conversion/settle-run.ts";
import { type ExportedConversion, exportedConversion } from "../../../src/reports/export/conversion-schema.ts";
import { SCOPES } from "../../../src/ground/http/auth.ts";
import { earned, putConversion } from "../../conversions/conversion-fixtures.ts";
import { define } from "../../conversions/definition-fixtures.ts";
import { createKey } from "../../operate/key-fixtures.ts";
import { id, insertStore, NOW, STORE } from "../../programme/generation-fixtures.ts";
import { DAY, insertShop, LEA } from "../../sales/order-fixtures.ts";
import { askExport, EVER, exported, exportedCsv } from "../export-fixtures.ts";

let definitionId: string;

beforeEach(async () => {
  await insertShop();
  ({ id: definitionId } = await define({ storeId: STORE, name: "@Lead" }));
});

test("conversions are told with what they earn, those that don't count too, and nobody's hash", async () => {
  const first = await putConversion({
    definitionId,
    time: NOW - DAY,
    valueMinor: 1250,
    subject: "c:con_1",
    contactId: id("con", 1),
    visitorHash: "secret-hash",
    earns: [earned()],
    dueAt: NOW - 1,
  });
  const second = await putConversion({ definitionId, uncounted: "limit", subject: "p:view", trust: "claimed" });
  await settleConversions(env, NOW);
  const rows = await exported<ExportedConversion>(`conversions?${EVER}`);
  expect(rows.map((row) => exportedConversion.strict().parse(row).id)).toEqual([first, second]);
  expect(rows).toMatchObject([
    {
      definitionName: "@Lead",
      contactId: id("con", 1),
      toldApart: true,
      uncounted: null,
      value: { amountMinor: 1250, currency: "EUR" },
      commission: { state: "approved", shares: [{ creatorId: LEA, amount: { amountMinor: 500, currency: "EUR" } }] },
    },
    { uncounted: "limit", toldApart: false, trust: "claimed", value: null, commission: { state: "none", shares: [] } },
  ]);
  expect(JSON.stringify(rows)).not.toContain("secret-hash");
  const [line] = await exportedCsv(`conversions?${EVER}`);
  expect(line).toMatchObject({
    id: first,
    definitionName: "'@Lead",
    valueMinor: "1250",
    currency: "EUR",
    commission: "approved",
    approvedAt: new Date(NOW).toISOString(),
  });
});

test("a span and a store are all that is exported", async () => {
  const other = id("str", 2);
  await insertStore({ id: other });
  const away = await define({ storeId: other });
  const early = await putConversion({ definitionId, time: NOW - 2 * DAY });
  const late = await putConversion({ definitionId, time: NOW });
  const theirs = await putConversion({ definitionId: away.id, storeId: other, time: NOW });
  const idsOf = async (query: string) =>
    (await exported<ExportedConversion>(`conversions?${query}`)).map((row) => row.id);
  expect(await idsOf(`from=2000-01-01T00:00:00Z&to=${new Date(NOW).toISOString()}`)).toEqual([early]);
  expect(await idsOf(`${EVER}&store=${STORE}`)).toEqual([early, late]);
  expect(await idsOf(`${EVER}&store=${other}`)).toEqual([theirs]);
});

test("is for who may read both reports and orders", async () => {
  for (const missing of ["reports", "orders"] as const) {
    const { key } = await createKey(SCOPES.filter((scope) => !scope.startsWith(missing)));
    expect((await askExport("conversions", key)).status, missing).toBe(403);
  }
});
