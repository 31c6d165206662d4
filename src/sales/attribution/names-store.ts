import { creatorName } from "../../ground/db/names.ts";
import { packJson } from "../../ground/db/pack.ts";

const CREATOR_ID = /crt_[0-9a-hjkmnp-tv-z]{16}/g;

/** The names of the creators whose ids stand in texts, by id; of those who were deleted nothing but the id is left. */
export async function creatorNames(d1: D1Database, texts: readonly string[]): Promise<Map<string, string>> {
  const ids = new Set(texts.flatMap((text) => text.match(CREATOR_ID) ?? []));
  const packs = packJson([...ids]);
  if (packs.length === 0) return new Map();
  const results = await d1.batch<{ id: string; name: string }>(
    packs.map((pack) =>
      d1
        .prepare(
          `SELECT c.id, ${creatorName("c")} AS name FROM json_each(?1) w
           CROSS JOIN creators c ON c.id = w.value AND c.deleted_at IS NULL`,
        )
        .bind(pack),
    ),
  );
  return new Map(results.flatMap((result) => result.results.map(({ id, name }) => [id, name] as const)));
}

/** A text about creators with their names (see {@link creatorNames}) in place of their ids. */
export function withNames(text: string, names: ReadonlyMap<string, string>): string {
  return text.replace(CREATOR_ID, (id) => names.get(id) ?? id);
}
