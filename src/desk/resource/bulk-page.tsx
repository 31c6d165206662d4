import type { Context } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import { Problem } from "../../ground/http/problem.ts";
import { deskOf } from "../frame/desk-load.ts";
import { withQuery } from "../frame/places.ts";
import { answerPage } from "../frame/shell-page.tsx";
import { Fields } from "../form/fields.tsx";
import { FormFaults } from "../form/faults.tsx";
import { readForm } from "../form/read.ts";
import { resolveRefs } from "../form/resolve-load.ts";
import { filledBy, newForm } from "../form/show.ts";
import { mustDo } from "./may.ts";
import { Results } from "./results.tsx";
import type { BulkResult, ListSpec, Resource, Shown } from "./resource.ts";

/** Rows at most that one form may name: what a page of a list has, four times. */
const MOST = 200;

/** Takes what was ticked: first says what it would come to for each, then, once that was seen, does it. */
export async function takeBulk<Row extends Shown>(
  c: Context<AppTypes>,
  resource: Resource<Row>,
  list: ListSpec<Row>,
): Promise<Response> {
  const desk = deskOf(c);
  const filled = filledBy(await c.req.formData());
  const action = list.bulk?.find(({ name }) => name === filled.get("_action")?.at(-1));
  if (action === undefined) throw Problem.invalid("_action", "must be something that can be done to many");
  mustDo(desk, action);
  const ids = [...new Set(filled.get("id") ?? [])];
  if (ids.length > MOST) throw Problem.invalid("id", `names ${ids.length}; ${MOST} at most are done at a time`);
  const here = `/admin/${resource.place}`;
  const back = withQuery(here, Object.fromEntries(desk.url.searchParams));
  const around = {
    title: `${action.label}: ${ids.length}`,
    trail: [...(resource.trail ?? []), { name: resource.many, path: back }],
  };
  if (ids.length === 0) {
    return answerPage(
      c,
      { ...around, title: action.label, status: 422 },
      <p class="warn">
        Nothing is ticked. <a href={back}>Back to the list</a>
      </p>,
    );
  }
  const fields = action.fields ?? [];
  const step = filled.get("_step")?.at(-1) ?? "look";
  const { body, faults, refs } = readForm(fields, filled, true);
  if (step !== "look") faults.push(...(await resolveRefs(desk.api, refs)));
  let problem =
    step !== "look" && faults.length > 0
      ? new Problem("validation_failed", "Some values have to be mended.", faults)
      : null;
  let done: BulkResult[] | null = null;
  if (step === "do" && problem === null) {
    try {
      done = await action.run(desk, ids, body, false, filled.get("_once")?.at(-1));
    } catch (error) {
      // What is wrong with the whole, such as a reason that is missing.
      if (!(error instanceof Problem)) throw error;
      problem = error;
    }
  }
  const isDone = done !== null;
  const results = done ?? (await action.run(desk, ids, problem === null ? body : {}, true));
  const well = results.filter(({ ok }) => ok).length;
  return answerPage(
    c,
    { ...around, done: isDone ? `Done for ${well} of ${results.length}.` : null, status: problem === null ? 200 : 422 },
    <>
      <FormFaults problem={problem} fields={fields} />
      <section class="card" aria-label="What it comes to">
        {isDone ? null : (
          <p>
            {well === results.length
              ? `All ${well} can be done.`
              : `${well} of ${results.length} can be done; the others stay as they are.`}{" "}
            Nothing has happened yet.
          </p>
        )}
        <Results
          caption={isDone ? "What became of each" : "What would become of each"}
          noun={resource.one}
          results={results}
          isDone={isDone}
        />
        {isDone ? (
          <p>
            <a class="button" href={back}>
              Back to the list
            </a>
          </p>
        ) : (
          <form method="post" class="form" novalidate>
            <input type="hidden" name="_action" value={action.name} />
            <input type="hidden" name="_once" value={crypto.randomUUID()} />
            {ids.map((id) => (
              <input type="hidden" name="id" value={id} />
            ))}
            <Fields
              fields={fields}
              state={{ filled: step === "look" ? newForm(fields) : filled, faults: problem?.fields ?? [] }}
            />
            <div class="row">
              <button
                class={action.risky === true ? "risky" : "main"}
                name="_step"
                value="do"
                disabled={well === 0 && fields.length === 0}
              >
                {action.label} ({well})
              </button>
              {fields.length === 0 ? null : (
                <button name="_step" value="again">
                  See what it comes to
                </button>
              )}
              <a href={back}>Cancel</a>
            </div>
          </form>
        )}
      </section>
    </>,
  );
}
