import { mustHold } from "../../ground/db/premise.ts";
import type { Deps } from "../../ground/deps.ts";
import { msOf } from "../../ground/http/fields.ts";
import type { AuditEntry, Change } from "../../ground/http/commit.ts";
import { Problem } from "../../ground/http/problem.ts";
import { codeKey } from "./text.ts";
import type { CodeUsesResult, ReportedUse } from "./schema.ts";

/** How far a store's clock may go before ours, ms. */
const MAX_AHEAD_MS = 86_400_000;

/** A use of a code that is known. */
interface KnownUse {
  codeId: string;
  storeId: string;
  orderId: string;
  textKey: string;
  usedAt: number;
  country: string | null;
}

/**
 * Plans to record uses of codes. A use is known by its code and order, so a repeat changes nothing; a
 * text that a code had earlier counts as its own. Throws a `Problem` (422) for a use in the future.
 */
export async function planUses(deps: Deps, reported: readonly ReportedUse[]): Promise<Change<CodeUsesResult>> {
  const now = deps.now();
  const uses = reported.map(({ usedAt, code, ...use }, index) => {
    const time = msOf(usedAt);
    if (time > now + MAX_AHEAD_MS) throw Problem.invalid(`uses.${index}.usedAt`, "must not be in the future");
    return { ...use, usedAt: time, textKey: codeKey(code) };
  });
  const found = await lookUp(deps, uses);
  const unknown: CodeUsesResult["unknown"] = [];
  const fresh = new Map<string, KnownUse>();
  for (const [index, use] of uses.entries()) {
    const { codeId = null, recorded = false } = found.get(index) ?? {};
    if (codeId === null) unknown.push({ index, code: reported[index]?.code ?? "" });
    else if (!recorded && !fresh.has(keyOf(codeId, use.orderId)))
      fresh.set(keyOf(codeId, use.orderId), { ...use, codeId });
  }
  const rows = [...fresh.values()];
  return {
    statements: rows.length === 0 ? [] : insertUses(deps, rows, now),
    audit: auditOf(rows),
    status: 200,
    body: { recorded: rows.length, repeated: uses.length - unknown.length - rows.length, unknown },
  };
}

function keyOf(codeId: string, orderId: string): string {
  return `${codeId}/${orderId}`;
}

/** The codes that these uses are of, by the uses' index, and whether the use is recorded. */
async function lookUp(
  { d1 }: Deps,
  uses: readonly Omit<KnownUse, "codeId">[],
): Promise<Map<number, { codeId: string; recorded: boolean }>> {
  const { results } = await d1
    .prepare(
      `SELECT w.key AS "index", t.code_id, u.order_id IS NOT NULL AS recorded FROM json_each(?1) w
       CROSS JOIN code_texts t ON t.store_id = w.value ->> 'storeId' AND t.text_key = w.value ->> 'textKey'
       LEFT JOIN code_uses u ON u.code_id = t.code_id AND u.order_id = w.value ->> 'orderId'`,
    )
    .bind(JSON.stringify(uses))
    .all<{ index: number; code_id: string; recorded: number }>();
  return new Map(results.map((row) => [row.index, { codeId: row.code_id, recorded: row.recorded === 1 }]));
}

/** Statements that record uses. They break their batch off if one was recorded meanwhile, so that none counts twice. */
function insertUses({ d1 }: Deps, rows: readonly KnownUse[], now: number): D1PreparedStatement[] {
  const json = JSON.stringify(rows);
  return [
    mustHold(
      d1,
      `NOT EXISTS (SELECT 1 FROM json_each(?1) w
         CROSS JOIN code_uses u ON u.code_id = w.value ->> 'codeId' AND u.order_id = w.value ->> 'orderId')`,
      json,
    ),
    d1
      .prepare(
        `INSERT INTO code_uses (code_id, order_id, text_key, used_at, country, created_at)
         SELECT value ->> 'codeId', value ->> 'orderId', value ->> 'textKey', value ->> 'usedAt', value ->> 'country', ?2
         FROM json_each(?1)`,
      )
      .bind(json, now),
  ];
}

/** One entry a store, with how many uses it came by. */
function auditOf(rows: readonly KnownUse[]): AuditEntry[] {
  return [...Map.groupBy(rows, ({ storeId }) => storeId)].map(([storeId, ofStore]) => ({
    action: "import",
    entity: "store",
    entityId: storeId,
    before: null,
    after: { codeUses: ofStore.length },
  }));
}
