import { brokenUnique, type Database } from "../../ground/db/client.ts";
import { brokenOff } from "../../ground/db/premise.ts";
import type { NewId } from "../../ground/id.ts";
import type { CodeRules } from "../../ground/model/provider.ts";
import { dueInShop, findCode, presentCode, replaceText, settleInStore } from "./store.ts";

/** What {@link replaceTaken} needs. */
export interface ReplaceDeps {
  d1: D1Database;
  db: Database;
  newId: NewId;
  random: (bytes: Uint8Array) => void;
}

/**
 * Gives a code another text at `now` (ms UTC), the one it has with a random character behind it, because a shop has
 * that as somebody else's; whoever leads with the code follows. Returns the new text; `null`: the code was changed
 * meanwhile, or another took the new text first. Throws what D1 throws, and an `Error` if no text is free.
 */
export async function replaceTaken(
  { d1, db, newId, random }: ReplaceDeps,
  id: string,
  taken: string,
  rules: CodeRules,
  now: number,
): Promise<string | null> {
  const before = await findCode({ db }, id);
  if (before === null || before.row.text !== taken) return null;
  const settled = await settleInStore({ d1, random }, before.row.storeId, [{ key: id, base: taken, added: 1 }], rules);
  const text = settled.get(id) ?? taken;
  const after = { row: { ...before.row, text, updatedAt: now }, shop: dueInShop(before.shop) };
  try {
    await d1.batch([
      ...replaceText(d1, before.row, text, now),
      d1
        .prepare(
          `INSERT INTO audit_log (id, time, actor, action, entity, entity_id, before, after, request_id)
           VALUES (?1, ?2, 'shops', 'update', 'code', ?3, ?4, ?5, '')`,
        )
        .bind(newId("audit"), now, id, JSON.stringify(presentCode(before)), JSON.stringify(presentCode(after))),
    ]);
  } catch (error) {
    if (brokenOff(error) || brokenUnique(error) !== null) return null;
    throw error;
  }
  return text;
}
