import type { FieldError } from "../../ground/http/problem.ts";
import { Fields } from "../form/fields.tsx";
import { withQuery } from "../frame/places.ts";
import type { Filter } from "../resource/resource.ts";
import { type Period, PERIODS } from "./period.ts";

/** What of an address is no part of a period: the rest stays as the period changes. */
function restOf(url: URL): Record<string, string> {
  return Object.fromEntries(
    [...url.searchParams].filter(([name]) => !["days", "from", "to", "cursor", "offset"].includes(name)),
  );
}

/** The spans that a page offers, each with an address of its own. */
export function PeriodChoice({ url, period }: { url: URL; period: Period }) {
  const rest = restOf(url);
  return (
    <nav class="tabs" aria-label="Period">
      {PERIODS.map((days) => (
        <a
          href={withQuery(url.pathname, { ...rest, days: String(days) })}
          {...(period.days === days && { "aria-current": "true" as const })}
        >
          {days} days
        </a>
      ))}
    </nav>
  );
}

/** A first and a last day, or the times that the address names instead. */
export function periodFields(period: Period): Filter[] {
  return (["from", "to"] as const).map((name) => ({
    kind: isDay(period[name]) ? ("date" as const) : ("text" as const),
    name,
    label: name === "from" ? "From" : "To",
  }));
}

/** The same as they stand in a form, with what is wrong with them. */
export function PeriodFields({ period, faults = [] }: { period: Period; faults?: readonly FieldError[] }) {
  const filled = new Map([
    ["from", [period.from ?? ""]],
    ["to", [period.to ?? ""]],
  ]);
  return <Fields fields={periodFields(period)} state={{ filled, faults, free: true }} />;
}

function isDay(text: string | null): boolean {
  return text === null || /^\d{4}-\d\d-\d\d$/.test(text);
}
