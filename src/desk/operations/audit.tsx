import type { Audit } from "../../journal/audit/schema.ts";
import type { Page } from "../frame/api-load.ts";
import type { Desk } from "../frame/desk-load.ts";
import { Moment, Named } from "../frame/parts.tsx";
import { Value } from "../frame/values.tsx";
import { differencesOf } from "../form/differences.ts";
import { wordsOf } from "../form/field.ts";
import { withQuery } from "../frame/places.ts";
import type { Resource, View } from "../resource/resource.ts";
import { idInSubject } from "./alarm-words.ts";

/** A change, with what its actor is called. */
export type AuditRow = Audit & { actorName?: string };

/** Kinds of things that changes are of, as the API names them. */
const ENTITIES = [
  "abuseReport",
  "alarm",
  "analyticsExport",
  "apiKey",
  "attributionReport",
  "attributionTag",
  "blockedHost",
  "callSettings",
  "campaign",
  "carrierConnection",
  "channelCost",
  "click_archive",
  "click_log_layout",
  "click_packing",
  "code",
  "commission_rule",
  "contact",
  "conversion",
  "conversionDefinition",
  "conversionRate",
  "creator",
  "dead_letter",
  "deal",
  "domain",
  "exchangeRate",
  "ledgerEntry",
  "link",
  "numberPool",
  "order",
  "payer",
  "payout",
  "payoutDetailProposal",
  "payoutDetails",
  "period",
  "phoneNumber",
  "plan",
  "portalLink",
  "reconciliation",
  "report",
  "rollup_rebuild",
  "shopConnection",
  "store",
  "taggingPlan",
  "webhookDelivery",
  "webhookEndpoint",
];

/** By what things are called, the best first. */
const NAMES = ["name", "hostname", "description", "url", "host", "slug", "code", "externalId", "number", "label"];

/** Values deep within a change stand as they are. */
const DEEPEST = 4;

/** A choice of these, and of what the address names beside them. */
function entityOptions(asked: string | null) {
  const names = asked === null || asked === "" || ENTITIES.includes(asked) ? ENTITIES : [...ENTITIES, asked];
  return names.map((value) => ({ value, label: wordsOf(value) }));
}

/** What changed, one line each: before and after. Whole things are folded. */
function Changes({ row: { before, after, requestId }, view: { desk, names } }: { row: AuditRow; view: View }) {
  if (!isPlain(before) || !isPlain(after)) {
    const whole = after ?? before ?? null;
    return (
      <details>
        <summary>{whole === null ? "The request" : after === null ? "As it was" : "As it became"}</summary>
        {whole === null ? null : <Value desk={desk} names={names} value={whole} />}
        <p>
          Request <code>{requestId}</code>
        </p>
      </details>
    );
  }
  const differences = differencesOf(before, after).filter(({ path }) => path !== "updatedAt");
  return (
    <>
      {differences.length === 0 ? (
        "Nothing but the time"
      ) : (
        <ul>
          {differences.map(({ path, before, after }) => (
            <li>
              {path.split(".").map(wordsOf).join(" › ")}:{" "}
              <del>
                <Value desk={desk} names={names} value={before} depth={DEEPEST} />
              </del>{" "}
              →{" "}
              <ins>
                <Value desk={desk} names={names} value={after} depth={DEEPEST} />
              </ins>
            </li>
          ))}
        </ul>
      )}
      <details>
        <summary>The request</summary>
        <code>{requestId}</code>
      </details>
    </>
  );
}

/** What was changed: by its name, leading to it, and to its history. */
function Subject({ row, view }: { row: AuditRow; view: View }) {
  const { entity, entityId, after, before } = row;
  const id = idInSubject(entityId);
  const name = view.names[entityId] ?? nameIn(after) ?? nameIn(before);
  return (
    <>
      {wordsOf(entity)}{" "}
      {id === null ? (
        entityId
      ) : (
        <>
          <Named id={id} names={{ ...view.names, ...(name !== null && id === entityId && { [id]: name }) }} />
          {entityId.replace(id, "")}
        </>
      )}{" "}
      <small>
        <a href={withQuery("/admin/audit", { entity, entityId })}>its history</a>
      </small>
    </>
  );
}

/** What something calls itself; `null`: it has no name. */
function nameIn(shown: unknown): string | null {
  if (!isPlain(shown)) return null;
  const found = NAMES.map((name) => (shown as Record<string, unknown>)[name]).find(
    (name) => typeof name === "string" && name !== "",
  );
  return typeof found === "string" ? found : null;
}

function isPlain(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function Actor({ row: { actor, actorName } }: { row: AuditRow }) {
  if (actor === "bootstrap") return <>The deployment’s own key</>;
  if (actor.startsWith("access:")) return <>{actor.slice(7)}</>;
  if (actor.startsWith("ptk_")) {
    return (
      <>
        A creator, by portal link <code>{actor}</code>
      </>
    );
  }
  if (!actor.startsWith("key_")) return <>{actor}</>;
  return <Named id={actor} names={actorName === undefined ? {} : { [actor]: actorName }} />;
}

/** What the keys are called that made changes, where somebody may know. */
async function withActors(desk: Desk, rows: readonly AuditRow[]): Promise<readonly AuditRow[]> {
  if (!desk.may("settings:read") || !rows.some(({ actor }) => actor.startsWith("key_"))) return rows;
  const { data } = await desk.api.get<Page<{ id: string; name: string }>>("/api-keys", { limit: 200 });
  const names = new Map(data.map(({ id, name }) => [id, name]));
  return rows.map((row) => {
    const actorName = names.get(row.actor);
    return actorName === undefined ? row : { ...row, actorName };
  });
}

/** `/admin/audit`: who did what to what. */
export const AUDIT: Resource<AuditRow> = {
  place: "audit",
  one: "Change",
  many: "Audit",
  api: "/audit",
  read: "audit:read",
  title: ({ action, entity }) => `${wordsOf(action)} ${wordsOf(entity)}`,
  page: null,
  list: {
    csv: "desk",
    expand: true,
    beside: withActors,
    filters: ({ url }) => [
      {
        kind: "choice",
        name: "entity",
        label: "Kind of thing",
        options: entityOptions(url.searchParams.get("entity")),
      },
      { kind: "text", name: "entityId", label: "Its id", max: 40 },
      {
        kind: "text",
        name: "actor",
        label: "Who",
        max: 40,
        hint: "Id of an API key or of a portal link, or bootstrap.",
      },
    ],
    empty: {
      title: "Nothing was changed yet.",
      text: "Every change is written down with itself: who, what, before and after.",
    },
    columns: [
      {
        label: "When",
        main: true,
        cell: ({ time }, { desk }) => <Moment desk={desk} time={time} />,
        csv: ({ time }) => time,
      },
      {
        label: "Who",
        cell: (row) => (
          <span class="words">
            <Actor row={row} />
          </span>
        ),
        csv: ({ actor, actorName }) => actorName ?? actor,
      },
      {
        label: "Did what",
        cell: (row, view) => (
          <>
            {wordsOf(row.action)}: <Subject row={row} view={view} />
          </>
        ),
        csv: ({ action, entity, entityId }) => `${action} ${entity} ${entityId}`,
      },
      {
        label: "What changed",
        cell: (row, view) => <Changes row={row} view={view} />,
        csv: ({ before, after, requestId }) => JSON.stringify({ before, after, requestId }),
      },
    ],
  },
};
