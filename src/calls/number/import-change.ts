import type { Context } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import { refusedEntry, whileTaken } from "../../ground/http/bulk.ts";
import { created } from "../../ground/http/change.ts";
import { commit } from "../../ground/http/commit.ts";
import { textOfCell } from "../../ground/http/csv.ts";
import type { Answer } from "../../ground/http/idempotency.ts";
import { validationProblem } from "../../ground/http/openapi.ts";
import { Problem } from "../../ground/http/problem.ts";
import { NUMBER_TAKEN, type PlannedNumber, planNumbers, storeOf } from "./create-change.ts";
import { columnOf, type NumberLine, readNumbers } from "./csv.ts";
import { numberRecord } from "./present.ts";
import { type ImportResult, type NewNumber, newNumber, type NumberImport } from "./schema.ts";
import { insertNumbers } from "./write.ts";

/** A row of a file has the store from beside it. */
const newRow = newNumber.omit({ storeId: true });

type GivenNumber = Omit<NewNumber, "storeId">;

/**
 * Registers the numbers of a file, or only checks them, whatever becomes of the others; the answer has a result for each
 * row. Throws a `Problem` (422) for a file that can't be read at all.
 */
export async function importNumbers(c: Context<AppTypes>, given: NumberImport): Promise<Answer> {
  return whileTaken("number_taken", () => attemptImport(c, given));
}

async function attemptImport(c: Context<AppTypes>, { storeId, csv, dryRun }: NumberImport): Promise<Answer> {
  const { deps } = c.env;
  return commit(c, async () => {
    await storeOf(deps, storeId);
    const lines = linesOf(csv);
    const parsed = lines.map(({ number }) => parsedOf(number));
    const valid = parsed.filter((row): row is GivenNumber => !(row instanceof Problem));
    const planned = (await planNumbers(deps, c.var.actor.id, storeId, valid)).values();
    const plans = parsed.map((row): PlannedNumber => {
      if (row instanceof Problem) return { problem: row };
      const next = planned.next();
      if (next.done === true) throw new Error("fewer numbers were planned than were valid");
      return next.value;
    });
    const made = plans.filter((plan) => "row" in plan);
    const body: ImportResult = {
      dryRun,
      created: made.length,
      refused: plans.length - made.length,
      results: plans.map((plan, index) => resultOf(plan, lines[index]?.line ?? 0, dryRun)),
    };
    const isWritten = !dryRun && made.length > 0;
    return {
      statements: isWritten
        ? insertNumbers(
            deps.d1,
            storeId,
            made.map(({ row }) => row),
            made.flatMap(({ open }) => open ?? []),
          )
        : [],
      audit: isWritten ? made.flatMap((plan) => created("phoneNumber", numberRecord(plan)).audit) : [],
      status: 200,
      body,
      conflicts: NUMBER_TAKEN,
    };
  });
}

function linesOf(csv: string): NumberLine[] {
  try {
    return readNumbers(csv, textOfCell);
  } catch (error) {
    if (error instanceof RangeError) throw Problem.invalid("csv", error.message);
    throw error;
  }
}

function parsedOf(number: NumberLine["number"]): GivenNumber | Problem {
  if ("fault" in number) return Problem.invalid("", String(number["fault"]));
  const result = newRow.safeParse(number);
  return result.success ? result.data : validationProblem(result.error.issues);
}

/** Faults are told by the file's own columns. */
function resultOf(plan: PlannedNumber, line: number, dryRun: boolean): ImportResult["results"][number] {
  if ("row" in plan) {
    const { id, number } = plan.row;
    return { line, status: 201, number, ...(!dryRun && { id }) };
  }
  const { index: _, status, error } = refusedEntry(0, plan.problem);
  const errors = error.errors.map(({ path, message }) => inFile(columnOf(path), message));
  const [first] = errors;
  const told = first === undefined || error.code !== "validation_failed";
  const detail = told ? error.detail : first.path === "" ? first.message : `${first.path}: ${first.message}`;
  return { line, status, error: { ...error, detail, errors } };
}

/** A fault of a column, by what its cells may be. */
function inFile(path: string, message: string): { path: string; message: string } {
  return { path, message: path === "offline" ? "must be yes or no" : message };
}
