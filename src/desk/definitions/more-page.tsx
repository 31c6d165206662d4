import type { Context } from "hono";
import type { Child } from "hono/jsx";
import type { Snippet } from "../../conversions/definition/schema.ts";
import { TEMPLATE_IDS, TEMPLATES } from "../../conversions/definition/templates.ts";
import type { AppTypes } from "../../ground/deps.ts";
import { mustAllow } from "../../ground/http/auth.ts";
import { Problem } from "../../ground/http/problem.ts";
import type { Field } from "../form/field.ts";
import { Fields } from "../form/fields.tsx";
import { type Desk, deskOf } from "../frame/desk-load.ts";
import { Card, Empty, ProblemNote } from "../frame/parts.tsx";
import { withQuery } from "../frame/places.ts";
import { Rows } from "../frame/rows.tsx";
import { answerPage } from "../frame/shell-page.tsx";
import { StoreChoice } from "../resource/list-page.tsx";
import { Steps } from "./begin.tsx";
import { BackfillText, previewOf, readBackfill, SnippetText } from "./panels.tsx";
import { DefinitionState, type ShownDefinition } from "./state.tsx";

/** Seconds after which a page with work under way asks for itself anew. */
const REFRESH_SECONDS = 3;

const HERE = { name: "Conversion definitions", path: "/admin/definitions" };

async function readDefinition(desk: Desk, id: string) {
  const row = await desk.api.get<ShownDefinition>(`/conversion-definitions/${encodeURIComponent(id)}`);
  return { row, trail: [HERE, { name: row.name, path: `/admin/definitions/${row.id}` }] };
}

/** Answers the standard conversions, each with what a person has to do, to begin from. */
export function templatesPage(c: Context<AppTypes>): Promise<Response> {
  const desk = deskOf(c);
  mustAllow(desk.actor, ["plans:read"]);
  return answerPage(
    c,
    { title: "Templates", trail: [HERE] },
    <div class="cards">
      {TEMPLATE_IDS.map((id) => (
        <Card title={TEMPLATES[id].name} id={id}>
          <p>{TEMPLATES[id].description}</p>
          {desk.may("plans:write") ? (
            <p>
              <a class="button" href={withQuery("/admin/definitions/new", { begin: id, store: desk.store?.id })}>
                Begin with it<span class="off">: {TEMPLATES[id].name}</span>
              </a>
            </p>
          ) : null}
          <details>
            <summary>What to do for it</summary>
            <Steps id={id} />
          </details>
        </Card>
      ))}
    </div>,
  );
}

const SOUGHT: readonly (Field & { name: string; label: string })[] = [
  { kind: "text", name: "event", label: "Event", hint: "By its name." },
  { kind: "text", name: "goal", label: "Script’s key" },
  { kind: "text", name: "field", label: "Field", hint: "Of a contact, or of an event’s data." },
  { kind: "text", name: "url", label: "Page", hint: "A page’s address." },
];

interface Uses {
  data: { id: string; name: string; status: ShownDefinition["status"]; places: string[] }[];
}

/** Answers which definitions use an event, a script, a page or a field. */
export async function usedInPage(c: Context<AppTypes>): Promise<Response> {
  const desk = deskOf(c);
  mustAllow(desk.actor, ["plans:read"]);
  const { searchParams } = desk.url;
  const store = desk.store ?? desk.stores[0];
  const asked = Object.fromEntries(SOUGHT.map(({ name }) => [name, searchParams.get(name)?.trim() ?? ""]));
  let found: Child = null;
  let problem: Problem | null = null;
  if (store !== undefined && Object.values(asked).some((text) => text !== "")) {
    try {
      const { data } = await desk.api.get<Uses>("/conversion-definitions/used-in", { store: store.id, ...asked });
      found = <Found data={data} />;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      problem = error;
    }
  }
  return answerPage(
    c,
    { title: "Where it is used", trail: [HERE], status: problem === null ? 200 : 422 },
    store === undefined ? (
      <Empty title="There is no store yet.">Definitions belong to stores.</Empty>
    ) : (
      <>
        <form class="filters" aria-label="What is looked for">
          <StoreChoice desk={{ ...desk, store }} all={false} />
          <Fields
            fields={SOUGHT}
            state={{
              filled: new Map(Object.entries(asked).map(([name, text]) => [name, [text]])),
              faults: problem?.fields ?? [],
              free: true,
            }}
          />
          <button>Find</button>
        </form>
        {problem === null ? null : <ProblemNote problem={problem} />}
        {found ?? <p class="note">Name one of them: an event, a script’s key, a field or a page.</p>}
      </>
    ),
  );
}

function Found({ data }: Uses) {
  if (data.length === 0) return <Empty title="No definition uses it." />;
  return (
    <section class="card" aria-label="Definitions that use it">
      <Rows
        caption="Definitions that use it, the oldest first"
        heads={["Definition", "Status", "Where"]}
        rows={data.map(({ id, name, status, places }) => [
          <a href={`/admin/definitions/${id}`}>{name}</a>,
          <DefinitionState status={status} />,
          places.join(", "),
        ])}
      />
    </section>
  );
}

/** Answers the script of a definition, with the value that the page passes. */
export async function snippetPage(c: Context<AppTypes>, id: string): Promise<Response> {
  const desk = deskOf(c);
  mustAllow(desk.actor, ["plans:read"]);
  const { row, trail } = await readDefinition(desk, id);
  const value = desk.url.searchParams.get("value")?.trim() ?? "";
  const snippet = await desk.api.get<Snippet>(`/conversion-definitions/${row.id}/snippet`, { value });
  return answerPage(
    c,
    { title: `Script: ${row.name}`, trail },
    <>
      {row.value.mode === "event" ? (
        <form class="filters" aria-label="The value that the page passes">
          <div class="field">
            <label for="f-value">Value ({row.currency})</label>
            <input id="f-value" name="value" inputmode="decimal" value={value} />
          </div>
          <button>Show</button>
        </form>
      ) : (
        <p class="note">The page passes no value: the definition has its own.</p>
      )}
      <Card title="The script">
        <SnippetText snippet={snippet} />
      </Card>
    </>,
  );
}

/** Answers what a definition, whatever its status, would have come to in the last 30 days. */
export async function previewPage(c: Context<AppTypes>, id: string): Promise<Response> {
  const desk = deskOf(c);
  mustAllow(desk.actor, ["plans:read", "orders:read"]);
  const { row, trail } = await readDefinition(desk, id);
  return answerPage(
    c,
    { title: `The last 30 days: ${row.name}`, trail },
    <section class="card" aria-label="What it would have come to">
      {await previewOf({ desk, names: {} }, row)}
    </section>,
  );
}

/** Answers how far a definition is applied to the past, anew every few seconds while it is. */
export async function progressPage(c: Context<AppTypes>, id: string): Promise<Response> {
  const desk = deskOf(c);
  mustAllow(desk.actor, ["plans:read"]);
  const { row, trail } = await readDefinition(desk, id);
  const backfill = await readBackfill(desk, row.id);
  return answerPage(
    c,
    {
      title: `The past: ${row.name}`,
      trail,
      ...(backfill?.state === "running" && { refresh: REFRESH_SECONDS }),
    },
    <section class="card" aria-label="How far it is">
      {backfill === null ? (
        <p>It was not applied to what happened before it.</p>
      ) : (
        <BackfillText desk={desk} backfill={backfill} />
      )}
    </section>,
  );
}
