import * as z from "../../ground/http/zod.ts";
import { and, desc, eq, isNotNull, isNull } from "drizzle-orm";
import { below } from "../../ground/db/filter.ts";
import { mustChange } from "../../ground/db/premise.ts";
import { deadLetters } from "../../ground/db/schema/click.ts";
import type { Deps } from "../../ground/deps.ts";
import { requires } from "../../ground/http/auth.ts";
import { unchanged, updated } from "../../ground/http/change.ts";
import { carryOut } from "../../ground/http/commit.ts";
import { idField, idParams, isoOf, timeOut } from "../../ground/http/fields.ts";
import { adminRoutes, createRouter, jsonContent, jsonPage, problems } from "../../ground/http/openapi.ts";
import { byId, listHandler, pageQuery, type Stretch } from "../../ground/http/pagination.ts";
import { Problem } from "../../ground/http/problem.ts";
import { ingestLetter, recordReplay } from "./replay-run.ts";

const route = adminRoutes("Operations");

const deadLetterSchema = z
  .object({
    id: idField("deadLetter"),
    queue: z.string(),
    reason: z.string(),
    bytes: z.int().openapi({ description: "Of its body, which is emptied once its clicks are in the log." }),
    receivedAt: timeOut,
    replayedAt: timeOut.nullable(),
  })
  .openapi("DeadLetter");

const listQuery = pageQuery.extend({
  open: z
    .enum(["true", "false"])
    .optional()
    .openapi({ description: "`true`: only those that weren't replayed; `false`: only those that were." }),
});

const present = (row: typeof deadLetters.$inferSelect): z.infer<typeof deadLetterSchema> => ({
  id: row.id,
  queue: row.queue,
  reason: row.reason,
  bytes: row.body.length,
  receivedAt: isoOf(row.receivedAt),
  replayedAt: isoOf(row.replayedAt),
});

/** `/dead-letters`: queue messages that were kept because they could not be processed. */
export const deadLetterRoutes = createRouter()
  .openapi(
    route("get", "/dead-letters", requires("settings:read"), {
      summary: "List kept queue messages",
      request: { query: listQuery },
      responses: { 200: jsonPage(deadLetterSchema, "A page, newest first"), ...problems() },
    }),
    listHandler(byId, listLetters, present),
  )
  .openapi(
    route("post", "/dead-letters/{id}/replay", requires("settings:write"), {
      summary: "Process a kept message after all",
      description:
        "Harmless to repeat: a click that is in the log already is passed over, and a message that was replayed is left as it is. Where only a part can be read, that part is logged and the message keeps the rest, as `unreadable`.",
      request: { params: idParams("deadLetter") },
      responses: {
        200: jsonContent(deadLetterSchema, "The message as it is now"),
        ...problems("not_found", "unreadable"),
      },
    }),
    async (c) => {
      const { deps } = c.env;
      const { id } = c.req.valid("param");
      return carryOut(c, async () => {
        const [letter] = await deps.db.select().from(deadLetters).where(eq(deadLetters.id, id));
        if (letter === undefined) throw new Problem("not_found", `There is no dead letter ${id}.`);
        if (letter.replayedAt !== null) return unchanged(present(letter));
        const change = await ingestLetter(deps.env, deps.config, letter, deps.now());
        if (change === null) throw new Problem("unreadable", "This message can't be read; it stays as it is.");
        const after = present({ ...letter, ...change });
        return {
          ...updated("dead_letter", present(letter), after, "replay"),
          statements: [recordReplay(deps.d1, letter, change), mustChange(deps.d1)],
        };
      });
    },
  );

/** Kept messages, from new to old, starting after the id `after`. */
async function listLetters(
  { db }: Deps,
  { after, limit }: Stretch,
  { open }: z.infer<typeof listQuery>,
): Promise<(typeof deadLetters.$inferSelect)[]> {
  const { replayedAt } = deadLetters;
  const asked = open === undefined ? undefined : open === "true" ? isNull(replayedAt) : isNotNull(replayedAt);
  return db
    .select()
    .from(deadLetters)
    .where(and(below(deadLetters.id, after), asked))
    .orderBy(desc(deadLetters.id))
    .limit(limit);
}
