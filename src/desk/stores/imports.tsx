import type { AttributionReport } from "../../shops/amazon/report-schema.ts";
import type { AttributionTag } from "../../shops/amazon/tag-schema.ts";
import { Chip, Count, Facts } from "../frame/parts.tsx";
import type { ImportSpec } from "./import-page.tsx";

/** What became of an entry of a file of tags. */
interface TagResult {
  index: number;
  line: number;
  status: number;
  tag?: AttributionTag;
  error?: { code: string; detail: string; errors?: { path: string; message: string }[] };
}

/** Entries that were refused, as many as are shown. */
const SHOWN = 200;

/** A file of creators' tags. */
export const TAG_IMPORT: ImportSpec = {
  scope: "plans:write",
  also: ["orders:write"],
  allStores: true,
  title: "Import tags",
  intro: (
    <p class="note">
      A CSV with a header: creator_id or external_id, tag, and where rows of reports are known by them ad_group,
      ad_group_id, creative_id, campaign, campaign_id or publisher; or a JSON list of entries. Up to 500, and each is
      checked by itself.
    </p>
  ),
  fields: [],
  api: "attribution-tags",
  list: { name: "Creators’ tags", at: "tags" },
  button: "Import the tags",
  answer: (desk, body, storeId) => {
    const { results, lacking } = body as { results: TagResult[]; lacking: { count: number } };
    const refused = results.filter(({ error }) => error !== undefined);
    return (
      <section class="card" aria-label="What became of the file">
        <p>
          <Chip tone={refused.length === 0 ? "good" : "wait"}>
            {results.length - refused.length} of {results.length} were entered
          </Chip>
        </p>
        {refused.length === 0 ? null : (
          <ul>
            {refused.slice(0, SHOWN).map(({ line, error }) => (
              <li>
                Line {line}: {error?.detail}{" "}
                {(error?.errors ?? []).map(({ path, message }) => `${path} ${message}`).join("; ")}
              </li>
            ))}
          </ul>
        )}
        <p>
          <Count desk={desk} value={lacking.count} /> creators with links of this store lack a tag still.
        </p>
        <div class="row">
          <a class="button" href={`/admin/stores/${storeId}/tags`}>
            All tags
          </a>
          <a class="button" href={`/admin/stores/${storeId}/tags?lacking=true`}>
            Who lacks one
          </a>
        </div>
      </section>
    );
  },
};

/** A report of Amazon Attribution. */
export const REPORT_IMPORT: ImportSpec = {
  scope: "orders:write",
  title: "Import a report",
  intro: (
    <p class="note">
      A performance report of Amazon Attribution by day: CSV, or JSON as Amazon’s API answers. Each day that it covers
      is replaced whole. A line that can’t be read is named, and nothing is imported then. The same report again changes
      nothing.
    </p>
  ),
  fields: [
    {
      kind: "date",
      name: "from",
      label: "First day that it was asked for",
      hint: "Days from it on without a row are emptied. Empty: the report covers the days that it has rows of.",
    },
    { kind: "date", name: "to", label: "Last day, which is in" },
    {
      kind: "choice",
      name: "dateOrder",
      label: "Dates such as 03/11/2026",
      options: [
        { value: "mdy", label: "The month first" },
        { value: "dmy", label: "The day first" },
      ],
      hint: "Only where the file doesn’t tell.",
    },
  ],
  api: "attribution-reports",
  list: { name: "Imported reports", at: "attribution-reports" },
  button: "Import the report",
  answer: (desk, body, storeId) => {
    const report = body as AttributionReport & {
      repeated: boolean;
      unassigned: { sources: number; names: Partial<Record<string, string>>[] };
    };
    const { unassigned } = report;
    return (
      <section class="card" aria-label="What became of the report">
        <p>
          {report.repeated ? (
            <Chip>All of its days said so already: nothing was changed</Chip>
          ) : (
            <Chip tone="good">Imported</Chip>
          )}
        </p>
        <Facts
          facts={[
            ["Days", `${report.firstDay} to ${report.lastDay}`],
            ["Rows", <Count desk={desk} value={report.rows} />],
            ["Lines of totals, passed over", <Count desk={desk} value={report.totalLines} />],
          ]}
        />
        {unassigned.sources === 0 ? null : (
          <>
            <p class="warn">
              {unassigned.sources === 1
                ? "Rows of one source are no creator’s."
                : `Rows of ${unassigned.sources} sources are no creator’s.`}{" "}
              Enter a tag, and they are its.
            </p>
            <ul>
              {unassigned.names.map((names) => (
                <li>{Object.values(names).join(" · ")}</li>
              ))}
            </ul>
          </>
        )}
        <div class="row">
          <a
            class="button"
            href={`/admin/stores/${storeId}/attribution-rows?from=${report.firstDay}&to=${report.lastDay}`}
          >
            Its rows
          </a>
          <a class="button" href={`/admin/stores/${storeId}/attribution-reports`}>
            All reports
          </a>
        </div>
      </section>
    );
  },
};
