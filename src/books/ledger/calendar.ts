import { inZone } from "../../ground/zone.ts";

/** The day (2026-11-22) that a time (ms UTC) is on in a time zone. Throws a `RangeError` for a zone that isn't known. */
// This locale writes dates as ISO 8601 does.
export const dayIn = inZone("en-CA", { year: "numeric", month: "2-digit", day: "2-digit" });
