import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
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
    createdAt: integer("created_at").notNull(),
    createdBy: text("created_by").notNull(),
  },
  (table) => [
    uniqueIndex("portal_tokens_hash").on(table.tokenHash),
    index("portal_tokens_creator").on(table.creatorId),
  ],
);
