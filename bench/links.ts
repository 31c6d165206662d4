import type { D1 } from "./miniflare.ts";

const STORE_ID = "str_01hq8zv5t2aaaaaa";
const CREATOR_ID = "crt_01hq8zv5t2aaaaaa";

/** UTM values with variables in them, as a tracking plan writes them. */
const UTM = { source: "{{username}}", medium: "creator", campaign: "spring-looks", content: "{{slug}}" };

/** Loads a store with the policy that sets a cookie, a creator and so many links. Throws what D1 throws. */
export async function loadLinks(db: D1, count: number): Promise<void> {
  const links = Array.from({ length: count }, (_, index) => ({
    id: `lnk_01hq8zv5t2a${String(index).padStart(5, "0")}`,
    slug: `bench${index}`,
    url: `https://shop.example/products/${index}?color=blue`,
  }));
  await db.batch([
    db
      .prepare(
        `INSERT INTO stores (id, key, name, provider, origins, currency, timezone, click_param, consent_policy, attribution,
           secret_hash, created_at, updated_at)
         VALUES (?1, 'bench', 'Bench', 'generic', '["https://shop.example"]', 'EUR', 'UTC', 'wm_click', 'implied',
           '{"windowDays":30}', '', 0, 0)`,
      )
      .bind(STORE_ID),
    db
      .prepare(
        `INSERT INTO creators (id, first_name, last_name, handles, created_at, updated_at)
         VALUES (?1, 'Léa', 'Moreau', '{"instagram":"lea.makes"}', 0, 0)`,
      )
      .bind(CREATOR_ID),
    db
      .prepare(
        `INSERT INTO links (id, domain, slug, slug_key, url, kind, store_id, creator_id, utm, disabled, created_at, updated_at)
         SELECT value ->> 'id', '', value ->> 'slug', value ->> 'slug', value ->> 'url', 'affiliate', ?2, ?3, ?4, 0, 0, 0
         FROM json_each(?1)`,
      )
      .bind(JSON.stringify(links), STORE_ID, CREATOR_ID, JSON.stringify(UTM)),
  ]);
}
