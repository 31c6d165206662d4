import type { Context } from "hono";
import type { Child } from "hono/jsx";
import type { AppTypes } from "../../ground/deps.ts";
import { Problem } from "../../ground/http/problem.ts";
import { type Desk, deskOf } from "../frame/desk-load.ts";
import { withQuery } from "../frame/places.ts";
import { answerPage } from "../frame/shell-page.tsx";
import type { Field } from "../form/field.ts";
import { Fields, type FormState } from "../form/fields.tsx";
import { FormFaults } from "../form/faults.tsx";
import { islandsFor } from "../form/islands.ts";
import { changedMeanwhile, SEEN, seenIn } from "../form/meanwhile.ts";
import { onceFor } from "../form/once-page.ts";
import { readForm } from "../form/read.ts";
import { resolveRefs } from "../form/resolve-load.ts";
import { filledBy, newForm } from "../form/show.ts";
import { mustDo } from "./may.ts";
import { readRow } from "./one-page.tsx";
import type { Action, Resource, Shown, View } from "./resource.ts";

/** Answers the page that says what an action does, and asks for what it needs. */
export async function actionPage<Row extends Shown>(
  c: Context<AppTypes>,
  resource: Resource<Row>,
  action: Action<Row>,
  id: string,
): Promise<Response> {
  const desk = deskOf(c);
  mustDo(desk, action);
  const { row, view } = await readRow(desk, resource, id);
  const fields = await fieldsOf(action, desk, row);
  return asking(c, resource, action, row, view, fields, { filled: newForm(fields), faults: [] }, null);
}

/** Does it, or says why it can't be done. */
export async function takeAction<Row extends Shown>(
  c: Context<AppTypes>,
  resource: Resource<Row>,
  action: Action<Row>,
  id: string,
): Promise<Response> {
  const desk = deskOf(c);
  mustDo(desk, action);
  const { row, view } = await readRow(desk, resource, id);
  const fields = await fieldsOf(action, desk, row);
  const filled = filledBy(await c.req.formData());
  if (filled.get("_step")?.at(-1) === "more")
    return asking(c, resource, action, row, view, fields, { filled, faults: [] }, null);
  const { body, faults, refs } = readForm(fields, filled, true);
  faults.push(...(await resolveRefs(desk.api, refs)));
  if (faults.length > 0) {
    const problem = new Problem("validation_failed", "Some values have to be mended.", faults);
    return asking(c, resource, action, row, view, fields, { filled, faults }, problem);
  }
  const method = action.method ?? "POST";
  const seen = method === "PUT" ? seenIn(filled) : null;
  const meanwhile = seen === null ? [] : changedMeanwhile(seen, shownBy(fields), body);
  if (meanwhile.length > 0) {
    const problem = new Problem("validation_failed", "Somebody else changed this while it was open.", meanwhile);
    const shown = new Map([...filled].filter(([name]) => name !== SEEN));
    return asking(c, resource, action, row, view, fields, { filled: shown, faults: meanwhile }, problem);
  }
  const content =
    action.toBody === undefined
      ? fields.length === 0 || action.toQuery !== undefined
        ? undefined
        : body
      : action.toBody(body, row, desk);
  const sent = await desk.api.send(method, action.api(row), content, {
    ...(method === "POST" && { once: filled.get("_once")?.at(-1) }),
    ...(action.toQuery !== undefined && { query: action.toQuery(body, row) }),
  });
  if (!sent.ok)
    return asking(c, resource, action, row, view, fields, { filled, faults: sent.problem.fields }, sent.problem);
  const here = `/admin/${resource.place}`;
  const answer = action.answer?.(desk, sent.body, row) ?? null;
  if (answer !== null) {
    return answerPage(
      c,
      {
        title: action.label,
        trail: [
          ...(resource.trail ?? []),
          ...(resource.list === null ? [] : [{ name: resource.many, path: here }]),
          { name: resource.title(row, view), path: `${here}/${encodeURIComponent(row.id)}` },
        ],
        done: action.done,
      },
      answer,
    );
  }
  const to =
    action.onwards?.(row, sent) ??
    (method === "DELETE" || resource.page === null ? here : `${here}/${encodeURIComponent(row.id)}`);
  return c.redirect(withQuery(to, { done: action.name }), 303);
}

/** What a form says that nobody has filled in: where it replaces something, what that is now. */
function shownBy(fields: readonly Field[]): Record<string, unknown> {
  return readForm(fields, newForm(fields), true).body;
}

async function fieldsOf<Row>(action: Action<Row>, desk: Desk, row: Row): Promise<readonly Field[]> {
  return typeof action.fields === "function" ? action.fields(desk, row) : (action.fields ?? []);
}

async function asking<Row extends Shown>(
  c: Context<AppTypes>,
  resource: Resource<Row>,
  action: Action<Row>,
  row: Row,
  view: View,
  fields: readonly Field[],
  state: FormState,
  problem: Problem | null,
): Promise<Response> {
  const here = `/admin/${resource.place}`;
  const path = resource.page === null ? here : `${here}/${encodeURIComponent(row.id)}`;
  const name = resource.title(row, view);
  const preview: Child =
    action.preview === undefined
      ? null
      : await action.preview(view.desk, row).catch((error: unknown) => <p class="warn">{(error as Error).message}</p>);
  return answerPage(
    c,
    {
      title: `${action.label}: ${name}`,
      islands: islandsFor(fields),
      status: problem === null ? 200 : 422,
      trail: [
        ...(resource.trail ?? []),
        ...(resource.list === null ? [] : [{ name: resource.many, path: here }]),
        { name, path },
      ],
    },
    <>
      <FormFaults problem={problem} fields={fields} />
      <section class="card" aria-label={action.label}>
        {action.text === undefined ? null : (
          <p>{typeof action.text === "string" ? action.text : action.text(row, view)}</p>
        )}
        {preview}
        <form method="post" class="form" novalidate>
          <input type="hidden" name="_once" value={onceFor(state.filled, problem)} />
          {action.method === "PUT" ? (
            <input
              type="hidden"
              name={SEEN}
              value={state.filled.get(SEEN)?.at(-1) ?? JSON.stringify(shownBy(fields))}
            />
          ) : null}
          <Fields fields={fields} state={state} />
          <div class="row">
            <button class={action.risky === true ? "risky" : "main"}>{action.label}</button>
            <a href={path}>Cancel</a>
          </div>
        </form>
      </section>
    </>,
  );
}
