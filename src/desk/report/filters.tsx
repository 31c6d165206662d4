import type { Problem } from "../../ground/http/problem.ts";
import type { Desk } from "../frame/desk-load.ts";
import { withQuery } from "../frame/places.ts";
import { Fields } from "../form/fields.tsx";
import { StoreChoice } from "../resource/list-page.tsx";
import type { Asked } from "./ask-load.ts";
import { closedFields, isSaid, openFields, withInitial } from "./fields.ts";
import { PeriodFields } from "./period-choice.tsx";
import type { Report } from "./report.ts";

/** Parameters of an address that are no filter of the API: they stay as others change. */
const KEPT = ["by", "columns"] as const;

/** The filters of a report: store, days, spacing and comparison in the open, the rest folded. */
export function ReportFilters<R extends F, F extends object>({
  desk,
  report,
  asked,
  problem,
}: {
  desk: Desk;
  report: Report<R, F>;
  asked: Asked;
  problem: Problem | null;
}) {
  const closed = [...report.filters, ...closedFields(report)];
  const open = openFields(report);
  const shown = withInitial([...open, ...closed], asked.filled);
  const state = { filled: shown.filled, faults: problem?.fields ?? [], free: true };
  const { searchParams, pathname } = desk.url;
  const own = new Set(closed.map(({ name }) => name));
  const all = report.store === "any" && desk.actor.storeIds === null;
  const isFiltered = [...closed, ...open].some((field) => isSaid(field, searchParams));
  return (
    <form class="filters" aria-label="Filters">
      {KEPT.filter((name) => !own.has(name) && searchParams.get(name)).map((name) => (
        <input type="hidden" name={name} value={searchParams.get(name) ?? ""} />
      ))}
      {desk.stores.length > 1 ? (
        <StoreChoice desk={desk} all={all} />
      ) : desk.store === null ? null : (
        <input type="hidden" name="store" value={desk.store.id} />
      )}
      <PeriodFields period={asked.period} faults={state.faults} />
      <Fields fields={shown.fields.slice(0, open.length)} state={state} />
      {closed.length === 0 ? null : (
        <details open={closed.some((field) => isSaid(field, searchParams))}>
          <summary>More filters</summary>
          <div class="filters">
            <Fields fields={shown.fields.slice(open.length)} state={state} />
          </div>
        </details>
      )}
      <button>Show</button>
      {isFiltered ? (
        <a
          href={withQuery(pathname, {
            store: desk.store?.id,
            ...Object.fromEntries(
              ["days", "from", "to", ...KEPT]
                .filter((name) => (name === "by" ? !own.has("by") : true))
                .map((name) => [name, searchParams.get(name)]),
            ),
          })}
        >
          Clear
        </a>
      ) : null}
    </form>
  );
}
