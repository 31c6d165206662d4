import type { Context } from "hono";
import type { Child } from "hono/jsx";
import Papa from "papaparse";
import type { AppTypes } from "../../ground/deps.ts";
import { mustAllow, type Scope } from "../../ground/http/auth.ts";
import { type FieldError, Problem } from "../../ground/http/problem.ts";
import type { Field } from "../form/field.ts";
import { onceFor } from "../form/once-page.ts";
import type { NamedRef } from "../form/read.ts";
import { resolveRefs } from "../form/resolve-load.ts";
import { type Desk, deskOf } from "../frame/desk-load.ts";
import { Card, Chip, Named, ProblemNote } from "../frame/parts.tsx";
import { answerPage } from "../frame/shell-page.tsx";
import { columnsOf, readRows, type ReadRows } from "./rows.ts";

/** Many of something, made by one request out of a table. */
export interface ImportSpec {
  title: string;
  back: { name: string; path: string };
  scope: Scope;
  /** Of the API, and the name of its body's list. */
  api: string;
  list: string;
  /** Rows that the API takes at once. */
  most: number;
  fields: (desk: Desk) => readonly Field[] | Promise<readonly Field[]>;
  intro: Child;
  /** A first line with a row, to begin with. */
  sample: string;
  /** What became of it. */
  results: (desk: Desk, body: unknown, rows: ReadRows["rows"]) => Child;
}

/** Rows that are shown before they are sent. */
const LOOKED_AT = 20;

/** Different names that are looked up for one file; beyond, ids are to be used. */
const MOST_NAMES = 50;

/** Answers the page on which a table is pasted or chosen. */
export async function importPage(c: Context<AppTypes>, spec: ImportSpec): Promise<Response> {
  const desk = deskOf(c);
  mustAllow(desk.actor, [spec.scope]);
  return showing(c, spec, { text: "", problem: null, middle: null, ready: 0, once: crypto.randomUUID() });
}

/** Takes a table: says what its rows say, and once that was seen, sends them. */
export async function takeImport(c: Context<AppTypes>, spec: ImportSpec): Promise<Response> {
  const desk = deskOf(c);
  mustAllow(desk.actor, [spec.scope]);
  const form = await c.req.formData();
  const said = (name: string): string => {
    const value = form.get(name);
    return typeof value === "string" ? value : "";
  };
  const file: unknown = form.get("file");
  const text = file instanceof Blob && file.size > 0 ? await file.text() : said("rows");
  const once = said("_once") || crypto.randomUUID();
  const fields = await spec.fields(desk);
  const { data } = Papa.parse<string[]>(text.trim().replace(/^\uFEFF/, ""), { skipEmptyLines: "greedy" });
  const read = readRows(fields, data);
  const { rows } = read;
  const faults = [...read.faults, ...(await resolved(desk, read.refs))];
  if (rows.length === 0) faults.push({ path: "", message: "There is no row below the first line." });
  if (rows.length > spec.most)
    faults.push({ path: "", message: `There are ${rows.length} rows: ${spec.most} at most go at once.` });
  if (faults.length > 0) {
    const problem = new Problem("validation_failed", "Some of the table has to be mended.", inLines(faults));
    return showing(c, spec, { text, problem, middle: null, ready: 0, once });
  }
  if (said("_step") !== "do") {
    return showing(c, spec, {
      text,
      problem: null,
      middle: <Look header={data[0] ?? []} table={data.slice(1)} />,
      ready: rows.length,
      once,
    });
  }
  const sent = await desk.api.send("POST", spec.api, { [spec.list]: rows }, { once });
  if (!sent.ok) return showing(c, spec, { text, problem: sent.problem, middle: null, ready: rows.length, once });
  return answerPage(
    c,
    { title: spec.title, trail: [spec.back] },
    <>
      {spec.results(desk, sent.body, rows)}
      <p>
        <a class="button" href={spec.back.path}>
          Back to the list
        </a>
      </p>
    </>,
  );
}

/** Faults by the line on which a spreadsheet shows them: the first has the names. */
function inLines(faults: readonly FieldError[]): FieldError[] {
  return faults.slice(0, 50).map(({ path, message }) => {
    const [, row, field] = /^(\d+)\.(.*)$/.exec(path) ?? [];
    return { path: row === undefined ? path : `line ${Number(row) + 2}, ${field}`, message };
  });
}

/** Looks each name up once, however many rows have it. */
async function resolved(desk: Desk, refs: readonly NamedRef[]): Promise<FieldError[]> {
  const groups = [...Map.groupBy(refs, ({ of, text }) => `${of} ${text}`).values()];
  if (groups.length > MOST_NAMES) {
    return [{ path: "", message: `More than ${MOST_NAMES} names would have to be looked up: please use ids.` }];
  }
  return resolveRefs(
    desk.api,
    groups.flatMap(([first, ...others]) =>
      first === undefined
        ? []
        : [
            {
              ...first,
              put: (id: string) => {
                for (const ref of [first, ...others]) ref.put(id);
              },
            },
          ],
    ),
  );
}

interface Showing {
  text: string;
  problem: Problem | null;
  middle: Child;
  /** Rows that can be sent as they stand. */
  ready: number;
  once: string;
}

async function showing(
  c: Context<AppTypes>,
  spec: ImportSpec,
  { text, problem, middle, ready, once }: Showing,
): Promise<Response> {
  const columns = columnsOf(await spec.fields(deskOf(c)));
  return answerPage(
    c,
    { title: spec.title, trail: [spec.back], status: problem === null ? 200 : 422 },
    <>
      {problem === null ? null : <ProblemNote problem={problem} />}
      {middle}
      <form method="post" enctype="multipart/form-data" class="form">
        <p>{spec.intro}</p>
        <input type="hidden" name="_once" value={onceFor(new Map([["_once", [once]]]), problem)} />
        <div class="field">
          <label for="f-file">
            A file <small>(CSV, UTF-8)</small>
          </label>
          <input type="file" id="f-file" name="file" accept=".csv,text/csv,text/plain,text/tab-separated-values" />
        </div>
        <div class="field">
          <label for="f-rows">Or rows, as copied from a spreadsheet</label>
          <textarea id="f-rows" name="rows" rows={10} class="code" spellcheck={false} aria-describedby="f-rows-hint">
            {text === "" ? spec.sample : text}
          </textarea>
          <p class="hint" id="f-rows-hint">
            The first line names the columns: {columns.join(", ")}. {spec.most} rows at most.
          </p>
        </div>
        <div class="row">
          {ready === 0 ? null : (
            <button class="main" name="_step" value="do">
              Import {ready}
            </button>
          )}
          <button class={ready === 0 ? "main" : ""} name="_step" value="look">
            See what it comes to
          </button>
          <a href={spec.back.path}>Cancel</a>
        </div>
      </form>
    </>,
  );
}

function Look({ header, table }: { header: readonly string[]; table: readonly (readonly string[])[] }) {
  return (
    <Card title={`${table.length} ${table.length === 1 ? "row" : "rows"}, nothing sent yet`}>
      <div class="wide" tabindex={0} role="region" aria-label="Rows">
        <table>
          <thead>
            <tr>
              {header.map((name) => (
                <th scope="col">{name}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {table.slice(0, LOOKED_AT).map((cells) => (
              <tr>
                {header.map((_name, place) => (
                  <td>{cells[place] ?? ""}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {table.length > LOOKED_AT ? <p class="note">and {table.length - LOOKED_AT} more</p> : null}
    </Card>
  );
}

/** What a bulk route of the API says of each entry. */
export interface EntryResult {
  index: number;
  status: number;
  error?: { detail: string; errors: readonly FieldError[] } | undefined;
}

/** Each row with what became of it. `name`: what a row is called, `id`: of what was made. */
export function EntryResults<Result extends EntryResult>({
  results,
  name,
  idOf,
}: {
  results: readonly Result[];
  name: (index: number, result: Result) => string;
  idOf: (result: Result) => string | undefined;
}) {
  const made = results.filter(({ error }) => error === undefined).length;
  return (
    <Card title={`${made} of ${results.length} made`}>
      <table class="stack">
        <thead>
          <tr>
            <th scope="col">Row</th>
            <th scope="col">Result</th>
            <th scope="col">Why</th>
          </tr>
        </thead>
        <tbody>
          {/* What needs a look comes first. */}
          {results
            .toSorted((a, b) => Number(a.error === undefined) - Number(b.error === undefined) || a.index - b.index)
            .map((result) => {
              const id = idOf(result);
              const called = name(result.index, result);
              return (
                <tr>
                  <th scope="row">
                    {id === undefined ? (
                      `Line ${result.index + 2}: ${called}`
                    ) : (
                      <Named id={id} names={{ [id]: called }} />
                    )}
                  </th>
                  <td data-label="Result">
                    <span>
                      <Chip tone={result.error === undefined ? "good" : "bad"}>
                        {result.error === undefined ? "Made" : "Refused"}
                      </Chip>
                    </span>
                  </td>
                  <td data-label="Why">
                    <span>
                      {result.error?.detail}{" "}
                      {result.error?.errors.map(({ path, message }) => `${path} ${message}`).join("; ")}
                    </span>
                  </td>
                </tr>
              );
            })}
        </tbody>
      </table>
    </Card>
  );
}
