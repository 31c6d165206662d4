import { Problem } from "../../ground/http/problem.ts";

/** What is asked for, or `null` where the API says that there is none (404). Throws every other `Problem`. */
export async function orNone<Value>(asked: Promise<Value>): Promise<Value | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Problem && error.code === "not_found") return null;
    throw error;
  }
}
