import type { Context } from "hono";
import type { Child } from "hono/jsx";
import { errorText } from "../../ground/error-text.ts";
import type { AppTypes } from "../../ground/deps.ts";
import { Problem } from "../../ground/http/problem.ts";
import { type Desk, deskOf } from "../frame/desk-load.ts";
import { Card, Facts, ProblemNote } from "../frame/parts.tsx";
import { answerPage } from "../frame/shell-page.tsx";
import { flashOf } from "./flash.ts";
import { mayDo } from "./may.ts";
import type { PageSpec, Panel, Resource, Shown, View } from "./resource.ts";

/** Seconds after which a page with work under way asks for itself anew. */
const REFRESH_SECONDS = 3;

/** Reads a row, with what its ids are called. Throws the API's `Problem`. */
export async function readRow<Row extends Shown>(
  desk: Desk,
  resource: Resource<Row>,
  id: string,
): Promise<{ row: Row; view: View }> {
  const { page, find } = resource;
  const stores = Object.fromEntries(desk.stores.map(({ id, name }) => [id, name]));
  if (find !== undefined) {
    const { row, names } = await find(desk, id);
    return { row, view: { desk, names: { ...stores, ...names } } };
  }
  const answer = await desk.api.get<unknown>(
    page?.api?.(encodeURIComponent(id)) ?? `${resource.api}/${encodeURIComponent(id)}`,
    {
      ...page?.query,
    },
  );
  const row = page?.pick === undefined ? (answer as Row) : page.pick(answer);
  const { names = {} } = answer as { names?: Record<string, string> };
  return {
    row,
    view: { desk, names: { ...stores, ...names } },
  };
}

/** Answers the page of a row: what it is, what can be done, and what belongs to it. */
export async function onePage<Row extends Shown>(
  c: Context<AppTypes>,
  resource: Resource<Row>,
  page: PageSpec<Row>,
  id: string,
): Promise<Response> {
  const desk = deskOf(c);
  const { row, view } = await readRow(desk, resource, id);
  const here = `/admin/${resource.place}/${encodeURIComponent(row.id)}`;
  const actions = (resource.actions ?? []).filter(
    (action) => action.aside !== true && mayDo(desk, action) && action.fits?.(row) !== false,
  );
  const panels = (page.panels ?? []).filter(
    ({ scope, fits }) => (scope === undefined || desk.may(scope)) && fits?.(row) !== false,
  );
  const shown = await Promise.all(panels.map((panel) => showPanel(panel, view, row)));
  return answerPage(
    c,
    {
      title: resource.title(row, view),
      trail: [
        ...(resource.trail ?? []),
        ...(resource.list === null ? [] : [{ name: resource.many, path: `/admin/${resource.place}` }]),
      ],
      done: flashOf(desk.url, resource),
      ...(page.busy?.(row) === true && { refresh: REFRESH_SECONDS }),
      actions: (
        <>
          {resource.edit !== undefined && mayDo(desk, resource.edit) && resource.edit.fits?.(row) !== false ? (
            <a class="button" href={`${here}/edit`}>
              Edit
            </a>
          ) : null}
          {actions.map(({ name, label, risky }) => (
            <a class={risky === true ? "button risky" : "button"} href={`${here}/${name}`}>
              {label}
            </a>
          ))}
        </>
      ),
    },
    <>
      {page.head?.(row, view) ?? null}
      <Card>
        <Facts facts={[...page.facts(row, view), ["Id", <code>{row.id}</code>]]} />
      </Card>
      {shown}
    </>,
  );
}

async function showPanel<Row>({ title, show }: Panel<Row>, view: View, row: Row): Promise<Child> {
  try {
    const content = await show(view, row);
    return content === null ? null : <Card title={title}>{content}</Card>;
  } catch (error) {
    if (!(error instanceof Problem)) {
      console.error(JSON.stringify({ event: "desk_panel_failed", panel: title, message: errorText(error) }));
    }
    return (
      <Card title={title}>
        {error instanceof Problem ? (
          <ProblemNote problem={error} />
        ) : (
          <p class="problem">This part can’t be shown just now.</p>
        )}
      </Card>
    );
  }
}
