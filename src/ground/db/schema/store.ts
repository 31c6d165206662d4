import type { AttributionSettings } from "../../model/attribution.ts";
import { blob, index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { sql } from "drizzle-orm";
import type { LogoType } from "../../model/logo.ts";
import type { ConsentSetting } from "../../model/link.ts";

/** Merchants' shops. Times here and in every table: ms UTC. */
export const stores = sqliteTable(
  "stores",
  {
    id: text().primaryKey(),
    /** Names the store in public (snippet, pixel); not a secret. */
    key: text().notNull(),
    name: text().notNull(),
    provider: text().notNull(),
    origins: text({ mode: "json" }).$type<string[]>().notNull(),
    currency: text().notNull(),
    timezone: text().notNull(),
    homeUrl: text("home_url"),
    clickParam: text("click_param").notNull(),
    consentPolicy: text("consent_policy").$type<ConsentSetting>(),
    attribution: text({ mode: "json" }).$type<AttributionSettings>().notNull(),
    /** As what people know the shop; `null`: by `name`. */
    brandName: text("brand_name"),
    /** `#rrggbb`; `null`: pages keep their own colour. */
    brandColor: text("brand_color"),
    /** SHA-256 of the logo in `store_logos`, hex. */
    logoHash: text("logo_hash"),
    /** SHA-256 of the server-to-server secret, hex. */
    secretHash: text("secret_hash").notNull(),
    /** The same secret, encrypted: signatures can't be checked by a hash. See `store/secret.ts`. */
    secretSealed: text("secret_sealed"),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
    deletedAt: integer("deleted_at"),
  },
  (table) => [
    uniqueIndex("stores_key")
      .on(table.key)
      .where(sql`deleted_at IS NULL`),
  ],
);

/** Logos of stores, which anybody may see who knows their hash. */
export const storeLogos = sqliteTable(
  "store_logos",
  {
    storeId: text("store_id")
      .primaryKey()
      .references(() => stores.id),
    /** SHA-256 of the bytes, hex. */
    hash: text().notNull(),
    /** Media type. */
    type: text().$type<LogoType>().notNull(),
    bytes: blob({ mode: "buffer" }).notNull(),
  },
  (table) => [index("store_logos_hash").on(table.hash)],
);

/** Short-link hosts beside the default one. */
export const domains = sqliteTable(
  "domains",
  {
    id: text().primaryKey(),
    hostname: text().notNull(),
    storeId: text("store_id").references(() => stores.id),
    cookieDomain: text("cookie_domain"),
    caseSensitive: integer("case_sensitive", { mode: "boolean" }).notNull(),
    /** Where `/` leads; `null`: it is a page. */
    rootUrl: text("root_url"),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
    deletedAt: integer("deleted_at"),
  },
  (table) => [
    uniqueIndex("domains_hostname")
      .on(table.hostname)
      .where(sql`deleted_at IS NULL`),
  ],
);
