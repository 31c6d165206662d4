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

/** The result of an entry of a bulk request that was refused. */
export function refusedEntry(index: number, { code, message, fields }: Problem) {
  return { index, status: PROBLEMS[code].status, error: { code, detail: message, errors: fields } };
}
