import * as z from "../../ground/http/zod.ts";
import { idField, timeOut } from "../../ground/http/fields.ts";
import { pageQuery } from "../../ground/http/pagination.ts";
import { ALARM_KINDS } from "./store.ts";

/** Query of `GET /alarms`. */
export const alarmQuery = pageQuery.extend({
  open: z
    .enum(["true", "false"])
    .optional()
    .openapi({ description: "`true`: only those that nobody resolved; `false`: only the resolved ones." }),
  kind: z.enum(ALARM_KINDS).optional(),
  store: idField("store")
    .optional()
    .openapi({ description: "Only those that are about this store, or a thing of it." }),
});

/** An alarm as the API shows it. */
export const alarmSchema = z
  .object({
    id: idField("alarm"),
    kind: z.string().openapi({ example: "rollup_drift" }),
    subject: z.string().openapi({ description: "What it is about: with `kind`, what makes it the same alarm." }),
    detail: z.record(z.string(), z.unknown()).openapi({ description: "The numbers behind it." }),
    raisedAt: timeOut,
    lastSeenAt: timeOut,
    resolvedAt: timeOut.nullable(),
  })
  .openapi("Alarm");

/** See {@link alarmSchema}. */
export type AlarmBody = z.infer<typeof alarmSchema>;
