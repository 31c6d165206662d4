import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

/** Keys of the admin API. Only hashes: a copy of the database opens nothing. */
export const apiKeys = sqliteTable(
  "api_keys",
  {
    id: text().primaryKey(),
    name: text().notNull(),
    /** First characters of the key, so that people can tell keys apart. */
    prefix: text().notNull(),
    /** SHA-256 of the key, hex. A key has 160 random bits, so a slow hash would add nothing. */
    hash: text().notNull(),
    scopes: text({ mode: "json" }).$type<string[]>().notNull(),
    /** The stores that it is limited to; `null`: none, it is a key of all stores. */
    storeIds: text("store_ids", { mode: "json" }).$type<string[]>(),
    createdAt: integer("created_at").notNull(),
    expiresAt: integer("expires_at"),
    lastUsedAt: integer("last_used_at"),
    revokedAt: integer("revoked_at"),
  },
  (table) => [uniqueIndex("api_keys_hash").on(table.hash)],
);

/** Who is signed in at the desk. Only hashes: a copy of the database opens nothing. */
export const deskSessions = sqliteTable(
  "desk_sessions",
  {
    id: text().primaryKey(),
    /** SHA-256 of the cookie's token, hex: 256 random bits, so a slow hash would add nothing. */
    tokenHash: text("token_hash").notNull(),
    /** Id of the API key that was shown, `bootstrap`, or `access` for somebody whom Cloudflare Access let in. */
    keyId: text("key_id").notNull(),
    /**
     * SHA-256 of the bootstrap key, or of what Access was asked by, hex: the session ends when that is changed. `null` for all
     * others.
     */
    keyHash: text("key_hash"),
    /** By what people tell it from others: the key's name, or who Access says it is. */
    name: text().notNull(),
    /** Browser and system in words, such as "Firefox on macOS". */
    browser: text().notNull(),
    createdAt: integer("created_at").notNull(),
    lastUsedAt: integer("last_used_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
    revokedAt: integer("revoked_at"),
  },
  (table) => [
    uniqueIndex("desk_sessions_token").on(table.tokenHash),
    index("desk_sessions_expires").on(table.expiresAt),
  ],
);

/** Who changed what. */
export const auditLog = sqliteTable(
  "audit_log",
  {
    id: text().primaryKey(),
    time: integer().notNull(),
    /** Id of the API key, or `bootstrap`. */
    actor: text().notNull(),
    action: text().notNull(),
    entity: text().notNull(),
    entityId: text("entity_id").notNull(),
    before: text({ mode: "json" }).$type<unknown>(),
    after: text({ mode: "json" }).$type<unknown>(),
    requestId: text("request_id").notNull(),
  },
  (table) => [index("audit_log_entity").on(table.entityId)],
);

/** Answers to `POST`s that named an `Idempotency-Key`, for 24 h. */
export const idempotencyKeys = sqliteTable(
  "idempotency_keys",
  {
    /** SHA-256 of actor, method, path and key; `.0001` and so on after it where an answer takes several rows. */
    hash: text().primaryKey(),
    /** SHA-256 of the request body. */
    bodyHash: text("body_hash").notNull(),
    status: integer().notNull(),
    /** The answer, compressed and encrypted under the key itself: some answers show a secret once. */
    answer: text().notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [index("idempotency_keys_created").on(table.createdAt)],
);
