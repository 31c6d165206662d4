import type { AttributionSettings } from "../../model/attribution.ts";
import { integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { sql } from "drizzle-orm";
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

/** Short-link hosts beside the default one. */
export const domains = sqliteTable(
  "domains",
  {
    id: text().primaryKey(),
    hostname: text().notNull(),
    storeId: text("store_id").references(() => stores.id),
    cookieDomain: text("cookie_domain"),
    caseSensitive: integer("case_sensitive", { mode: "boolean" }).notNull(),
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
