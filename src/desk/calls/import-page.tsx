import type { Context } from "hono";
import type { ImportResult } from "../../calls/number/schema.ts";
import type { AppTypes } from "../../ground/deps.ts";
import { mustAllow } from "../../ground/http/auth.ts";
import type { Problem } from "../../ground/http/problem.ts";
import { deskOf } from "../frame/desk-load.ts";
import { Chip } from "../frame/parts.tsx";
import { answerPage } from "../frame/shell-page.tsx";
import type { Field } from "../form/field.ts";
import { Fields } from "../form/fields.tsx";
import { FormFaults } from "../form/faults.tsx";
import { type Filled, readForm } from "../form/read.ts";
import { resolveRefs } from "../form/resolve-load.ts";
import { filledBy } from "../form/show.ts";

const FIELDS: readonly Field[] = [
  { kind: "ref", of: "store", name: "storeId", label: "Store", required: true },
  {
    kind: "textarea",
    name: "csv",
    label: "Rows",
    required: true,
    rows: 8,
    hint: "CSV with a header that names its columns: number, label, target, channel, creator, campaign, link, offline, forwards_to, rented_from, rented_until, pool. Only number has to be there. What the list exports can be pasted here.",
  },
];

/** `/admin/numbers/import`: many numbers at once, looked at before they are registered. */
export async function importPage(c: Context<AppTypes>): Promise<Response> {
  const desk = deskOf(c);
  mustAllow(desk.actor, ["plans:write"]);
  const store = desk.store ?? (desk.stores.length === 1 ? desk.stores[0] : undefined);
  const filled: Filled =
    c.req.method === "POST"
      ? filledBy(await c.req.formData())
      : new Map(store === undefined ? [] : [["storeId", [store.id]]]);
  const { body, faults, refs } = readForm(FIELDS, filled, true);
  let problem: Problem | null = null;
  let result: ImportResult | null = null;
  if (c.req.method === "POST") {
    faults.push(...(await resolveRefs(desk.api, refs)));
    const dryRun = filled.get("_step")?.at(-1) !== "do";
    const sent = await desk.api.send<ImportResult>("POST", "/phone-numbers/import", { ...body, dryRun });
    if (sent.ok) result = sent.body;
    else ({ problem } = sent);
  } else faults.length = 0;
  const shown = problem === null ? faults : [...problem.fields];
  const isDone = result !== null && !result.dryRun;
  return answerPage(
    c,
    {
      title: "Import numbers",
      trail: [{ name: "Numbers", path: "/admin/numbers" }],
      status: problem === null ? 200 : 422,
      done: isDone ? `${result?.created ?? 0} numbers were registered.` : null,
    },
    <>
      <FormFaults problem={problem} fields={FIELDS} />
      {result === null ? null : <Results result={result} />}
      <form method="post" class="form" novalidate>
        <Fields fields={FIELDS} state={{ filled, faults: shown }} />
        <div class="row">
          <button class={result === null || isDone ? "main" : ""} name="_step" value="look">
            See what it comes to
          </button>
          {result !== null && result.dryRun && result.created > 0 ? (
            <button class="main" name="_step" value="do">
              Register {result.created}
            </button>
          ) : null}
        </div>
      </form>
    </>,
  );
}

function Results({ result }: { result: ImportResult }) {
  return (
    <section class="card" aria-label="Result of each row">
      <p>
        {result.dryRun ? "Would be registered" : "Registered"}: {result.created}; refused: {result.refused}.
        {result.dryRun ? " Nothing has happened yet." : ""}
      </p>
      <table class="stack">
        <caption class="off">Result of each row</caption>
        <thead>
          <tr>
            <th scope="col" class="num">
              Line
            </th>
            <th scope="col">Number</th>
            <th scope="col">Result</th>
          </tr>
        </thead>
        <tbody>
          {result.results.map(({ line, number, id, error }) => (
            <tr>
              <th scope="row" data-label="Line" class="num">
                {line}
              </th>
              <td data-label="Number">
                {id === undefined ? <span>{number ?? "–"}</span> : <a href={`/admin/numbers/${id}`}>{number ?? id}</a>}
              </td>
              <td data-label="Result">
                <span>
                  {error === undefined ? (
                    <Chip tone="good">Well</Chip>
                  ) : (
                    <>
                      <Chip tone="bad">Refused</Chip> {error.detail}
                    </>
                  )}
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
