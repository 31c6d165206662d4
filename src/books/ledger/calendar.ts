import { inZone } from "../../ground/time/in-zone.ts";

/**
 * The day (2026-11-22) that a time (ms UTC) is on in a time zone: the locale writes dates as ISO 8601 does. Throws a
 * `RangeError` for a zone that isn't known.
 */
export const dayIn = inZone("en-CA", { year: "numeric", month: "2-digit", day: "2-digit" });
