import { env } from "cloudflare:workers";
import { openDatabase } from "../../src/ground/db/client.ts";
import { conversionCommissions, conversions } from "../../src/ground/db/schema/conversion.ts";
import type { Share } from "../../src/ground/model/attribution.ts";
import { id, NOW, PLAN, STORE } from "../programme/generation-fixtures.ts";
import { CAMPAIGN } from "../programme/generation-fixtures.ts";
import { LEA, POLICY } from "../sales/order-fixtures.ts";

/** A row of the table of conversions. */
export type ConversionRow = typeof conversions.$inferSelect;

/** What somebody earns by a conversion. */
export type Earned = Omit<typeof conversionCommissions.$inferInsert, "conversionId">;

let count = 0;

/** A creator's whole share of a conversion, or a part of it: Lea's under the plan of these tests unless told otherwise. */
export function shareOf(values: Partial<Share> = {}): Share {
  return {
    creatorId: LEA,
    campaignId: CAMPAIGN,
    planId: PLAN,
    linkId: null,
    codeId: null,
    weight: { numerator: 1, denominator: 1 },
    amountMinor: null,
    ...values,
  };
}

/** What Lea earns by a conversion under the plan of these tests, unless told otherwise: 5.00 EUR after 14 days. */
export function earned(values: Partial<Earned> = {}): Earned {
  return { creatorId: LEA, planId: PLAN, amountMinor: 500, currency: "EUR", holdDays: 14, ...values };
}

/**
 * Puts a conversion into the database as counting leaves it: a server's word, counted, credited to its shares (Lea), and
 * pending where somebody earns by it (nobody unless told). `dueAt` is as it is told. Answers its id.
 */
export async function putConversion(
  values: Partial<ConversionRow> & { definitionId: string; earns?: readonly Earned[] },
): Promise<string> {
  count += 1;
  const { earns = [], ...given } = values;
  const shares = given.shares ?? [shareOf({ amountMinor: given.valueMinor ?? null })];
  const conversionId = given.id ?? id("cvn", 100_000 + count);
  const db = openDatabase(env.DB);
  await db.insert(conversions).values({
    id: conversionId,
    storeId: STORE,
    eventKey: `e:${count}`,
    trigger: "script",
    triggerIndex: 0,
    origin: "live",
    trust: "confirmed",
    time: NOW,
    subject: `e:e:${count}`,
    explanation: {
      decision: "",
      rule: "last_click",
      ruleVersion: 1,
      policy: POLICY,
      window: { from: 0, to: NOW },
      candidates: [],
      wouldHaveBeen: {},
    },
    shares,
    creatorId: shares[0]?.creatorId ?? null,
    campaignId: shares[0]?.campaignId ?? null,
    planId: shares[0]?.planId ?? null,
    commission: earns.length === 0 ? "none" : "pending",
    version: 1,
    createdAt: NOW,
    updatedAt: NOW,
    ...given,
  });
  if (earns.length > 0) {
    await db.insert(conversionCommissions).values(earns.map((earning) => ({ conversionId, ...earning })));
  }
  return conversionId;
}

/** Writes what changes of a conversion, as counting it anew does. */
export async function changeConversion(conversionId: string, values: Partial<ConversionRow>): Promise<void> {
  const columns: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(values)) {
    const column = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    columns[column] = typeof value === "object" && value !== null ? JSON.stringify(value) : value;
  }
  const names = Object.keys(columns);
  await env.DB.prepare(
    `UPDATE conversions SET ${names.map((name, index) => `${name} = ?${index + 2}`).join(", ")}, version = version + 1
     WHERE id = ?1`,
  )
    .bind(
      conversionId,
      ...names.map((name) => (typeof columns[name] === "boolean" ? Number(columns[name]) : columns[name])),
    )
    .run();
}
