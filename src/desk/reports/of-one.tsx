import type { ReportNumbers, ReportRow } from "../../reports/report/schema.ts";
import type { Report, ReportView } from "../report/report.ts";
import { ReportTable } from "../report/table.tsx";
import { BY_DIMENSION, FILTERS, PERFORMANCE } from "./performance.tsx";

/** `/admin/campaigns/{id}/performance`: its creators. */
export const CAMPAIGN_PERFORMANCE: Report<ReportRow<"creators">, ReportNumbers> = {
  ...BY_DIMENSION.creators,
  title: "Performance",
  about:
    "A row for everybody in the campaign. Where campaigns share a tracking plan, each shows all that its creators do under the plan.",
  filters: FILTERS.filter(({ name }) => name !== "campaign"),
  tabs: () => [],
};

/** `/admin/creators/{id}/report`: the campaigns of a creator. */
export const CREATOR_REPORT: Report<ReportRow<"campaigns">, ReportNumbers> = {
  ...BY_DIMENSION.campaigns,
  title: "Report",
  about: "A row for each campaign that the creator is in, or has clicks or sales under; below, their links and codes.",
  filters: FILTERS.filter(({ name }) => name !== "creator"),
  tabs: () => [],
  notes: (answer, view) => (
    <>
      {PERFORMANCE.notes(answer, view)}
      <Own
        title="Their links"
        report={BY_DIMENSION.links}
        rows={(answer as Partial<CreatorReport>).links}
        view={view}
      />
      <Own
        title="Their codes"
        report={BY_DIMENSION.codes}
        rows={(answer as Partial<CreatorReport>).codes}
        view={view}
      />
    </>
  ),
};

/** What the report on a creator has beside its campaigns: over the whole time. */
interface CreatorReport {
  links: ReportRow<"links">[];
  codes: ReportRow<"codes">[];
}

/** Links, or codes, that are shown: the reports on these have all. */
const MOST_OWN = 50;

function Own<R extends ReportNumbers>({
  title,
  report,
  rows = [],
  view,
}: {
  title: string;
  report: Report<R, ReportNumbers>;
  rows: readonly R[] | undefined;
  view: ReportView;
}) {
  const [first] = rows;
  if (first === undefined) return null;
  const plain: Report<R, ReportNumbers> = { ...report, title, sorts: [], foot: () => [] };
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      <ReportTable
        report={plain}
        answer={{ data: rows.slice(0, MOST_OWN), total: first }}
        view={view}
        shown={{ sort: null, interval: "total", all: false }}
      />
      {rows.length > MOST_OWN ? (
        <p class="note">
          These are the first {MOST_OWN} of {view.desk.formats.count(rows.length)}.
        </p>
      ) : null}
    </section>
  );
}
