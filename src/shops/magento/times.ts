const TIME = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})$/;

/** A time as Magento has it, in UTC without a zone and to the second, ms UTC; `null` if it is none. */
export function msOf(value: unknown): number | null {
  const [, day, time] = (typeof value === "string" && TIME.exec(value)) || [];
  if (day === undefined) return null;
  const ms = Date.parse(`${day}T${time}Z`);
  // 30 February would be read as a day of March.
  return !Number.isNaN(ms) && ms >= 0 && new Date(ms).toISOString().startsWith(day) ? ms : null;
}

/** The same the other way, cut to the second: ms UTC, as filters compare it. */
export function timeText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace("T", " ");
}
