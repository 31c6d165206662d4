import type { Context } from "hono";
import type { Child } from "hono/jsx";
import type { AppTypes } from "../../ground/deps.ts";
import { Problem } from "../../ground/http/problem.ts";
import { type Desk, deskOf } from "../frame/desk-load.ts";
import { withQuery } from "../frame/places.ts";
import { answerPage } from "../frame/shell-page.tsx";
import { changedPart, differencesOf } from "../form/differences.ts";
import type { Field } from "../form/field.ts";
import { Fields, type FormState } from "../form/fields.tsx";
import { FormFaults } from "../form/faults.tsx";
import { type Filled, readForm } from "../form/read.ts";
import { islandsFor } from "../form/islands.ts";
import { changedMeanwhile, SEEN, seenIn, withNow } from "../form/meanwhile.ts";
import { onceFor } from "../form/once-page.ts";
import { resolveRefs } from "../form/resolve-load.ts";
import { filledBy, newForm, showForm } from "../form/show.ts";
import { idsIn, nameAt, valueAt } from "../form/tell.ts";
import { namesOf } from "../frame/names-load.ts";
import { mustDo } from "./may.ts";
import { readRow } from "./one-page.tsx";
import type { FormSpec, Resource, Shown, View } from "./resource.ts";

/** What a form is about. */
interface Subject<Row extends Shown> {
  desk: Desk;
  resource: Resource<Row>;
  form: FormSpec<Row>;
  row: Row | null;
  view: View;
  fields: readonly Field[];
}

/** Answers the form by which a row is made (`id` is `null`) or changed. */
export async function formPage<Row extends Shown>(
  c: Context<AppTypes>,
  resource: Resource<Row>,
  form: FormSpec<Row>,
  id: string | null,
): Promise<Response> {
  const subject = await subjectOf(deskOf(c), resource, form, id);
  const { row, desk, fields, view } = subject;
  const filled =
    row === null
      ? startOf(desk, fields, form.start?.(desk))
      : showForm(fields, form.shown?.(row, desk) ?? row, view.names);
  return showing(c, subject, { filled, faults: [] }, null, null);
}

/** A new form, with what its address says already, such as `?campaignId=`. */
function startOf(desk: Desk, fields: readonly Field[], start: unknown): Filled {
  const filled = newForm(fields);
  for (const [name, texts] of showForm(fields, start)) filled.set(name, texts);
  // Not what is the form's own: whoever made the address chooses none of that.
  for (const [name, value] of desk.url.searchParams)
    if (name !== "store" && !name.startsWith("_")) filled.set(name, [value]);
  const store = desk.store ?? (desk.stores.length === 1 ? desk.stores[0] : undefined);
  if (store !== undefined && !filled.has("storeId")) filled.set("storeId", [store.id]);
  return filled;
}

/** Takes the form: shows what it would come to, does it, or shows what is wrong. */
export async function takeForm<Row extends Shown>(
  c: Context<AppTypes>,
  resource: Resource<Row>,
  form: FormSpec<Row>,
  id: string | null,
): Promise<Response> {
  const subject = await subjectOf(deskOf(c), resource, form, id);
  const { desk, row, fields } = subject;
  const filled = filledBy(await c.req.formData());
  const step = filled.get("_step")?.at(-1) ?? "save";
  if (step === "more") return showing(c, subject, { filled, faults: [] }, null, null);
  const { body: read, faults, refs } = readForm(fields, filled, row === null);
  faults.push(...(await resolveRefs(desk.api, refs)));
  if (faults.length > 0) {
    return showing(
      c,
      subject,
      { filled, faults },
      new Problem("validation_failed", "Some values have to be mended.", faults),
      null,
    );
  }
  // Both by the same form, so that what it doesn't know of makes no difference, and what was emptied does.
  const before = beforeOf(subject);
  // What somebody else changed since the form was opened was nobody's wish here, and is left alone.
  const seen = before === null ? null : (seenIn(filled) ?? before);
  const wanted = row === null || form.whole === true ? read : changedPart(seen, read);
  const meanwhile = before === null || seen === null ? [] : changedMeanwhile(seen, before, wanted);
  if (row !== null && meanwhile.length > 0) {
    const current = showForm(fields, form.shown?.(row, desk) ?? row, subject.view.names);
    const shown = withNow(filled, current, Object.keys(changedPart(seen, read)));
    shown.delete(SEEN);
    const problem = new Problem("validation_failed", "Somebody else changed this while it was open.", meanwhile);
    return showing(c, subject, { filled: shown, faults: meanwhile }, problem, null);
  }
  const body = form.toBody?.(wanted, row, desk) ?? wanted;
  const here = `/admin/${resource.place}`;
  const method = form.method ?? (row === null ? "POST" : "PATCH");
  const api = form.api?.(row, read) ?? (row === null ? resource.api : `${resource.api}/${encodeURIComponent(row.id)}`);
  const isUnchanged = row !== null && Object.keys(body).length === 0;
  if (step === "preview") {
    const refused = isUnchanged ? null : await desk.api.check(method, api, body);
    if (refused !== null) return showing(c, subject, { filled, faults: refused.fields }, refused, null);
    return showing(c, subject, { filled, faults: [] }, null, await previewOf(subject, before, read, wanted, body));
  }
  if (isUnchanged) return c.redirect(`${here}/${encodeURIComponent(row.id)}?done=unchanged`, 303);
  const sent = await desk.api.send<Record<string, unknown>>(method, api, body, {
    ...(method === "POST" && { once: filled.get("_once")?.at(-1) }),
  });
  if (!sent.ok) return showing(c, subject, { filled, faults: sent.problem.fields }, sent.problem, null);
  const answer = form.answer?.(desk, sent.body) ?? null;
  if (answer !== null)
    return answerPage(
      c,
      { title: `${resource.one} made`, trail: [...(resource.trail ?? []), { name: resource.many, path: here }] },
      answer,
    );
  const madeId = typeof sent.body?.["id"] === "string" ? sent.body["id"] : (row?.id ?? null);
  const to = madeId !== null && resource.page !== null ? `${here}/${encodeURIComponent(madeId)}` : here;
  return c.redirect(withQuery(to, { done: row === null ? "created" : "saved" }), 303);
}

/** What the form says of the row as it is, so that what it doesn't know makes no difference; `null`: there is no row. */
function beforeOf<Row extends Shown>({ desk, row, fields, form }: Subject<Row>): Record<string, unknown> | null {
  return row === null ? null : readForm(fields, showForm(fields, form.shown?.(row, desk) ?? row), false).body;
}

async function subjectOf<Row extends Shown>(
  desk: Desk,
  resource: Resource<Row>,
  form: FormSpec<Row>,
  id: string | null,
): Promise<Subject<Row>> {
  mustDo(desk, form);
  const { row, view } = id === null ? { row: null, view: { desk, names: {} } } : await readRow(desk, resource, id);
  const fields = typeof form.fields === "function" ? await form.fields(desk, row) : form.fields;
  return { desk, resource, form, row, view, fields };
}

/** What a form would come to: each value that changes, and what the API says of it. */
async function previewOf<Row extends Shown>(
  subject: Subject<Row>,
  before: unknown,
  read: Record<string, unknown>,
  wanted: Record<string, unknown>,
  body: Record<string, unknown>,
): Promise<Child> {
  const { form, desk, row, fields, view } = subject;
  const now = (before ?? {}) as Record<string, unknown>;
  // Of something new all is told that is sent; a change may be sent in another form than it was read.
  const then = row === null ? body : wanted;
  const differences = differencesOf(Object.fromEntries(Object.keys(then).map((name) => [name, now[name]])), then);
  const names = await namesOf(desk, idsIn(differences), {
    ...Object.fromEntries(desk.stores.map(({ id, name }) => [id, name])),
    ...view.names,
  });
  const telling = { formats: desk.formats, names };
  return (
    <section class="card" aria-label="What it would come to">
      <h2>{row === null ? "This would be made" : "This would change"}</h2>
      {differences.length === 0 ? (
        <p>Nothing is different.</p>
      ) : (
        <table class="stack">
          <thead>
            <tr>
              <th scope="col">Value</th>
              {row === null ? null : <th scope="col">Now</th>}
              <th scope="col">Then</th>
            </tr>
          </thead>
          <tbody>
            {differences.map(({ path, before, after }) => (
              <tr>
                <th scope="row">{nameAt(fields, path, read)}</th>
                {row === null ? null : (
                  <td data-label="Now">
                    <span>{valueAt(fields, path, now, before, telling)}</span>
                  </td>
                )}
                <td data-label="Then">
                  <span>{valueAt(fields, path, read, after, telling)}</span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {form.preview === undefined
        ? null
        : await form
            .preview(desk, body, row, read)
            .catch((error: unknown) => <p class="warn">{(error as Error).message}</p>)}
    </section>
  );
}

async function showing<Row extends Shown>(
  c: Context<AppTypes>,
  subject: Subject<Row>,
  state: FormState,
  problem: Problem | null,
  preview: Child,
): Promise<Response> {
  const { desk, resource, form, row, view, fields } = subject;
  const here = `/admin/${resource.place}`;
  const title =
    form.title ?? (row === null ? `New ${resource.one.toLowerCase()}` : `Edit ${resource.title(row, view)}`);
  const trail = [...(resource.trail ?? []), { name: resource.many, path: here }];
  const own = row === null || resource.page === null ? here : `${here}/${encodeURIComponent(row.id)}`;
  if (row !== null) trail.push({ name: resource.title(row, view), path: own });
  const intro = form.intro === undefined ? null : await form.intro(desk, row);
  return answerPage(
    c,
    { title, trail, status: problem === null ? 200 : 422, islands: [...islandsFor(fields), ...(form.islands ?? [])] },
    <>
      {intro}
      <FormFaults problem={problem} fields={fields} />
      {preview}
      <form method="post" class="form" novalidate>
        {/* What Enter presses: the first button of a form. */}
        <button class="off" tabindex={-1} aria-hidden="true" name="_step" value="save">
          Save
        </button>
        <input type="hidden" name="_once" value={onceFor(state.filled, problem)} />
        {row === null ? null : (
          <input
            type="hidden"
            name={SEEN}
            value={state.filled.get(SEEN)?.at(-1) ?? JSON.stringify(beforeOf(subject))}
          />
        )}
        <Fields fields={fields} state={state} />
        <div class="row">
          <button class="main" name="_step" value="save">
            {form.button ?? (row === null ? `Make ${resource.one.toLowerCase()}` : "Save")}
          </button>
          <button name="_step" value="preview">
            Preview
          </button>
          <a href={own}>Cancel</a>
        </div>
      </form>
    </>,
  );
}
