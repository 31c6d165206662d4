import * as z from "./zod.ts";
import { Problem, PROBLEMS, type ProblemCode } from "./problem.ts";

/** Tries at most when other requests take something between check and write. */
const MAX_ATTEMPTS = 3;

/** Runs a bulk request anew while another request takes, between check and write, what one of its entries wants. */
export async function whileTaken<Result>(code: ProblemCode, attempt: () => Promise<Result>): Promise<Result> {
  for (let attempts = 1; ; attempts++) {
    try {
      return await attempt();
    } catch (error) {
      if (attempts === MAX_ATTEMPTS || !(error instanceof Problem) || error.code !== code) throw error;
    }
  }
}

/** Why an entry of a bulk request was refused, in its result. */
export const entryError = z.object({
  code: z.string(),
  detail: z.string(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })),
});

/** Things that one request decides on at most. */
export const MAX_DECIDED = 200;

/**
 * What became of each thing that a request decided on, in its order: `id` and `state` are the fields of a thing's id and
 * of where it may stand.
 */
export function decisionsOf<Id extends z.ZodType<string>, State extends z.ZodType<string>>(id: Id, state: State) {
  return z.object({
    dryRun: z.boolean().openapi({ description: "Whether nothing was changed: `change` says what would be." }),
    counts: z.object({ changed: z.int(), refused: z.int() }),
    results: z.array(
      z.object({
        index: z.int(),
        id,
        status: z.int().openapi({ description: "As a request for this one alone would have answered." }),
        change: z.object({ from: state, to: state }).nullable().openapi({ description: "`null`: it was refused." }),
        error: entryError.optional(),
      }),
    ),
  });
}

/** The answer of {@link decisionsOf}: `plans` has what becomes of each of `ids`, or why it can't. */
export function decisionsBody<State extends string>(
  ids: readonly string[],
  plans: ReadonlyMap<string, { from: State; to: State } | Problem>,
  dryRun: boolean,
) {
  const results = ids.map((id, index) => {
    const plan = plans.get(id);
    if (plan === undefined) throw new Error(`nothing was planned for ${id}`);
    if (plan instanceof Problem) return { ...refusedEntry(index, plan), id, change: null };
    return { index, id, status: 200, change: { from: plan.from, to: plan.to } };
  });
  const refused = results.filter(({ change }) => change === null).length;
  return { dryRun, counts: { changed: results.length - refused, refused }, results };
}

/** The result of an entry of a bulk request that was refused. */
export function refusedEntry(index: number, { code, message, fields }: Problem) {
  return { index, status: PROBLEMS[code].status, error: { code, detail: message, errors: [...fields] } };
}
