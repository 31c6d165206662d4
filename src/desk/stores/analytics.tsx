import type { Store } from "../../programme/store/schema.ts";
import type { AnalyticsExport, AnalyticsExportTest } from "../../visits/export/schema.ts";
import type { Desk } from "../frame/desk-load.ts";
import { orNone } from "../frame/or-none.ts";
import { Chip, Count, Empty, Facts, Moment } from "../frame/parts.tsx";
import type { Field } from "../form/field.ts";
import { mayDo } from "../resource/may.ts";
import type { Action } from "../resource/resource.ts";

const FORMATS = [
  { value: "ndjson", label: "An event a line (NDJSON)" },
  { value: "ga4", label: "Google Analytics 4 (Measurement Protocol)" },
  { value: "meta", label: "Meta (Conversions API)" },
] as const;

const exportOf = (desk: Desk, id: string): Promise<AnalyticsExport | null> =>
  orNone(desk.api.get<AnalyticsExport>(`/stores/${id}/analytics-export`));

function secrets(format: string, label: string, fields: readonly { name: string; label: string }[]): Field {
  return {
    kind: "group",
    name: null,
    label,
    when: { name: "format", is: [format] },
    fields: fields.map((field) => ({ kind: "secret", empty: "omit", ...field })),
  };
}

async function fieldsOf(desk: Desk, { id }: Store): Promise<Field[]> {
  const now = desk.may("settings:read") ? await exportOf(desk, id) : null;
  return [
    {
      kind: "choice",
      name: "format",
      label: "Format",
      required: true,
      initial: now?.format ?? "ndjson",
      options: FORMATS,
    },
    {
      kind: "url",
      name: "endpoint",
      label: "Where it goes",
      required: true,
      initial: now?.endpoint ?? "",
      placeholder: "https://www.google-analytics.com/mp/collect",
      hint: "An https address of the public internet. Redirects are not followed.",
    },
    secrets("ndjson", "Secret of the receiver", [{ name: "secrets.token", label: "Bearer token" }]),
    secrets("ga4", "Secrets of Google Analytics", [
      { name: "secrets.measurementId", label: "Measurement id" },
      { name: "secrets.apiSecret", label: "API secret" },
    ]),
    secrets("meta", "Secret of Meta", [{ name: "secrets.accessToken", label: "Access token" }]),
    { kind: "switch", name: "enabled", label: "Switched on", initial: now?.enabled ?? true },
  ];
}

/** What can be done to the export of what a store's visitors do. */
export const ANALYTICS_ACTIONS: readonly Action<Store>[] = [
  {
    name: "analytics-export",
    label: "Set the export",
    scope: "settings:write",
    also: ["reports:read"],
    aside: true,
    method: "PUT",
    api: ({ id }) => `/stores/${id}/analytics-export`,
    text: "What consenting visitors do from now on is sent there every minute, each event at least once, under names that are those of nobody. Secrets are sealed, and never shown again; those that are left empty stay, for the same format and address.",
    fields: fieldsOf,
    done: "The export is set.",
  },
  {
    name: "analytics-export-test",
    label: "Send a test event",
    scope: "settings:write",
    aside: true,
    api: ({ id }) => `/stores/${id}/analytics-export/test`,
    text: "A view of the page / by the visitor “test” is sent at once.",
    done: "It was sent.",
    answer: (_desk, body, { id }) => {
      const { taken, status, failure } = body as AnalyticsExportTest;
      return (
        <section class="card" aria-label="What was answered">
          <Facts
            facts={[
              ["Taken", taken ? <Chip tone="good">Yes</Chip> : <Chip tone="bad">No</Chip>],
              ["HTTP status", status === null ? "None came" : String(status)],
              ["Why not", failure],
            ]}
          />
          <p>
            <a class="button" href={`/admin/stores/${id}`}>
              Back to the store
            </a>
          </p>
        </section>
      );
    },
  },
  {
    name: "analytics-export-end",
    label: "End the export",
    scope: "settings:write",
    aside: true,
    risky: true,
    method: "DELETE",
    api: ({ id }) => `/stores/${id}/analytics-export`,
    text: "Nothing more is sent, what waits included, and its secrets are forgotten.",
    done: "The export is ended.",
    onwards: ({ id }) => `/admin/stores/${id}`,
  },
];

/** What a store's own page says of the export. */
export async function analyticsPanel(desk: Desk, { id }: Store) {
  const now = await exportOf(desk, id);
  const buttons = (
    <div class="row">
      {ANALYTICS_ACTIONS.filter((action) => mayDo(desk, action) && (now !== null || action.method === "PUT")).map(
        ({ name, label, risky, method }) => (
          <a class={risky === true ? "button risky" : "button"} href={`/admin/stores/${id}/${name}`}>
            {method === "PUT" && now !== null ? "Change" : label}
          </a>
        ),
      )}
    </div>
  );
  if (now === null) {
    return (
      <Empty title="Nothing is sent on." action={buttons}>
        What visitors with consent do on the shop’s pages can go on to a tool for analytics.
      </Empty>
    );
  }
  return (
    <>
      <Facts
        facts={[
          ["State", <ExportState now={now} />],
          ["Format", FORMATS.find(({ value }) => value === now.format)?.label],
          ["Goes to", <code>{now.endpoint}</code>],
          ["Secrets", now.hasSecrets ? "Kept" : "None"],
          ["Waiting", <Count desk={desk} value={now.waiting} />],
          ["Why it fails", now.failure],
          ["Since", now.failingSince && <Moment desk={desk} time={now.failingSince} />],
          ["Tried again", now.nextAttemptAt && <Moment desk={desk} time={now.nextAttemptAt} />],
          ["Set", <Moment desk={desk} time={now.createdAt} />],
          ["Changed", <Moment desk={desk} time={now.updatedAt} />],
        ]}
      />
      {buttons}
    </>
  );
}

function ExportState({ now: { enabled, failure } }: { now: AnalyticsExport }) {
  if (!enabled) return <Chip>Off</Chip>;
  return failure === null ? <Chip tone="good">On</Chip> : <Chip tone="bad">Failing</Chip>;
}
