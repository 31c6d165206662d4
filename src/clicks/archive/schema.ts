import * as z from "../../ground/http/zod.ts";
import { timeOut } from "../../ground/http/fields.ts";

const keyField = z.string().min(1).max(200).openapi({ example: "clicks/2026/08/21/1-20000.ndjson.gz" });

/** Body of `POST /archives/restore`. */
export const restoreRequest = z.strictObject({ key: keyField });

/** A file of archived clicks as the API shows it. */
export const archiveSchema = z
  .object({
    key: keyField.openapi({ description: "Its name in the R2 bucket." }),
    database: z.int().nullable().openapi({
      description:
        "The database of the log whose batches it has (0: `DB`); `null`: it has clicks as rows, of before the log was packed.",
    }),
    firstSeq: z.int(),
    lastSeq: z.int(),
    rows: z.int().openapi({ description: "Clicks in it." }),
    bytes: z.int().openapi({ description: "As stored, compressed." }),
    sha256: z.string().openapi({ description: "Of the text before compression, hex." }),
    earliest: timeOut,
    latest: timeOut,
    createdAt: timeOut,
    verifiedAt: timeOut.nullable().openapi({ description: "When it had been read back and found whole." }),
    deletedAt: timeOut
      .nullable()
      .openapi({ description: "When its clicks had left the log; `null` while they are there, as after a restore." }),
  })
  .openapi("Archive");

/** See {@link archiveSchema}. */
export type Archive = z.infer<typeof archiveSchema>;
