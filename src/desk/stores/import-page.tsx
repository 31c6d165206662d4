import type { Context } from "hono";
import type { Child } from "hono/jsx";
import type { AppTypes } from "../../ground/deps.ts";
import { Problem } from "../../ground/http/problem.ts";
import type { Scope } from "../../ground/http/auth.ts";
import type { Store } from "../../programme/store/schema.ts";
import { type Desk, deskOf } from "../frame/desk-load.ts";
import { answerPage } from "../frame/shell-page.tsx";
import type { Field } from "../form/field.ts";
import { Fields, type FormState } from "../form/fields.tsx";
import { FormFaults } from "../form/faults.tsx";
import { readForm } from "../form/read.ts";
import { filledBy, newForm } from "../form/show.ts";
import { mustDo, type Needs } from "../resource/may.ts";

/** Largest file that a form may bring, bytes, and what comes around it: the API takes as much. */
const MAX_FILE = 8_388_608;
const AROUND_FILE = 65_536;

/** A page by which a file goes to a store's route. */
export interface ImportSpec extends Needs {
  scope: Scope;
  title: string;
  /** What the file is to be, said above the form. */
  intro: Child;
  /** Parameters of the API's query. */
  fields: readonly Field[];
  /** Of the API, behind the store's path. */
  api: string;
  /** The list that it adds to: its name, and its place behind the store's. */
  list: { name: string; at: string };
  button: string;
  answer: (desk: Desk, body: unknown, storeId: string) => Child;
}

/** Answers the form that asks for the file. */
export async function importPage(c: Context<AppTypes>, spec: ImportSpec): Promise<Response> {
  const desk = deskOf(c);
  mustDo(desk, spec);
  return asking(c, spec, await storeOf(c, desk), { filled: newForm(spec.fields), faults: [] }, null);
}

/** Takes the file to the API, and shows what became of it. */
export async function takeImport(c: Context<AppTypes>, spec: ImportSpec): Promise<Response> {
  const desk = deskOf(c);
  mustDo(desk, spec);
  if (Number(c.req.header("content-length") ?? 0) > MAX_FILE + AROUND_FILE) {
    throw new Problem("body_too_large", "A file may have 8 MiB here.");
  }
  const store = await storeOf(c, desk);
  const form = await c.req.formData();
  const filled = filledBy(form);
  const { body, faults } = readForm(spec.fields, filled, true);
  const file = form.get("file");
  if (file === null || typeof file === "string" || file.size === 0) {
    faults.push({ path: "file", message: "must be chosen" });
  }
  if (file === null || typeof file === "string" || faults.length > 0) {
    const problem = new Problem("validation_failed", "Some values have to be mended.", faults);
    return asking(c, spec, store, { filled, faults }, problem);
  }
  const isJson = file.type === "application/json" || /\.json$/i.test(file.name);
  const sent = await desk.api.send("POST", `/stores/${store.id}/${spec.api}`, file, {
    query: body as Record<string, string>,
    contentType: isJson ? "application/json" : "text/csv",
    once: filled.get("_once")?.at(-1),
  });
  if (!sent.ok) return asking(c, spec, store, { filled, faults: sent.problem.fields }, sent.problem);
  return answerPage(c, { title: spec.title, trail: trailOf(spec, store) }, spec.answer(desk, sent.body, store.id));
}

function storeOf(c: Context<AppTypes>, desk: Desk): Promise<Store> {
  return desk.api.get<Store>(`/stores/${encodeURIComponent(c.req.param("id") ?? "")}`);
}

function trailOf({ list }: ImportSpec, { id, name }: Store): { name: string; path: string }[] {
  return [
    { name: "Stores", path: "/admin/stores" },
    { name, path: `/admin/stores/${id}` },
    { name: list.name, path: `/admin/stores/${id}/${list.at}` },
  ];
}

function asking(
  c: Context<AppTypes>,
  spec: ImportSpec,
  store: Store,
  state: FormState,
  problem: Problem | null,
): Promise<Response> {
  const fault = state.faults.find(({ path }) => path === "file");
  return answerPage(
    c,
    { title: spec.title, trail: trailOf(spec, store), status: problem === null ? 200 : 422 },
    <>
      <FormFaults problem={problem} fields={[{ kind: "text", name: "file", label: "File" }, ...spec.fields]} />
      {spec.intro}
      <form method="post" enctype="multipart/form-data" class="form" novalidate>
        <input type="hidden" name="_once" value={crypto.randomUUID()} />
        <div class={fault === undefined ? "field" : "field faulty"}>
          <label for="f-file">File</label>
          <input
            id="f-file"
            type="file"
            name="file"
            accept=".csv,.json,text/csv,application/json"
            required
            {...(fault !== undefined && { "aria-invalid": "true", "aria-describedby": "f-file-fault" })}
          />
          {fault === undefined ? null : (
            <p class="fault" id="f-file-fault">
              {fault.message}
            </p>
          )}
        </div>
        <Fields fields={spec.fields} state={state} />
        <div class="row">
          <button class="main">{spec.button}</button>
          <a href={`/admin/stores/${store.id}/${spec.list.at}`}>Cancel</a>
        </div>
      </form>
    </>,
  );
}
