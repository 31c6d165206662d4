import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { Language } from "../../language/language.ts";
import { creators } from "./link.ts";

/** Links by which creators see their own numbers. */
export const portalTokens = sqliteTable(
  "portal_tokens",
  {
    id: text().primaryKey(),
    creatorId: text("creator_id")
      .notNull()
      .references(() => creators.id),
    /** SHA-256 of the token, hex. */
    tokenHash: text("token_hash").notNull(),
    label: text(),
    /** `null`: it doesn't expire. */
    expiresAt: integer("expires_at"),
    revokedAt: integer("revoked_at"),
    lastUsedAt: integer("last_used_at"),
    /** What its page was last told to speak; `null`: what the browser asks for. */
    language: text().$type<Language>(),
    createdAt: integer("created_at").notNull(),
    createdBy: text("created_by").notNull(),
  },
  (table) => [
    uniqueIndex("portal_tokens_hash").on(table.tokenHash),
    index("portal_tokens_creator").on(table.creatorId),
  ],
);

/**
 * What creators have a part in beside what they own by `creator_id`: further shares of what is split, what browsers claim
 * for several, and what the ledger took back from somebody. Triggers on orders, conversions and the ledger fill it. What a
 * row is worth by now is read where it points: nothing is taken out when credit moves on.
 */
export const stakes = sqliteTable(
  "stakes",
  {
    /** Of the order or conversion. */
    id: text().notNull(),
    creatorId: text("creator_id").notNull(),
    kind: text().$type<"order" | "conversion">().notNull(),
    /** When it was placed or happened, ms UTC. */
    time: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.id, table.creatorId] }),
    index("stakes_creator").on(table.creatorId, table.kind, table.time),
  ],
);
