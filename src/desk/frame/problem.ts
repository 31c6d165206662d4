import { Problem, type ProblemCode } from "../../ground/http/problem.ts";

/** Whether what was thrown is the API's problem of this code. */
export function isProblem(error: unknown, code: ProblemCode): error is Problem {
  return error instanceof Problem && error.code === code;
}
