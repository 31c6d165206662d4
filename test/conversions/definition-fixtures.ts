import { env } from "cloudflare:workers";
import type { DefinitionRow } from "../../src/conversions/definition/store.ts";
import { openDatabase } from "../../src/ground/db/client.ts";
import { conversionDefinitions } from "../../src/ground/db/schema/conversion.ts";
import { definitionRow } from "./definition-rows.ts";

/**
 * Puts a definition into the database as the API would leave it: active since ever unless told otherwise, or a draft by
 * `{ status: "draft", effectiveFrom: null, activatedAt: null }`.
 */
export async function define(overrides: Partial<DefinitionRow> & { storeId: string }): Promise<DefinitionRow> {
  const row = definitionRow(overrides);
  await openDatabase(env.DB).insert(conversionDefinitions).values(row);
  return row;
}

/** Has a draft in the database listen from `now` (ms UTC) on. */
export async function activate({ id }: { id: string }, now = Date.now()): Promise<void> {
  await env.DB.prepare(
    `UPDATE conversion_definitions SET status = 'active', activated_at = ?2,
       effective_from = coalesce(effective_from, ?2), version = version + 1, updated_at = ?2 WHERE id = ?1`,
  )
    .bind(id, now)
    .run();
}
