import type { Deps } from "../../ground/deps.ts";
import { Problem } from "../../ground/http/problem.ts";
import { AmountReader } from "../../programme/plan/amount-reader.ts";
import { refuseFaults } from "../../programme/plan/create-change.ts";
import { existingStore } from "../../programme/store/store.ts";
import type { Snippet } from "./schema.ts";
import { snippetOf } from "./snippet.ts";
import { existingDefinition } from "./store.ts";

/**
 * The script of a definition, for pages that load the snippet from `origin`; `value` is what they pass, in major units.
 * Throws a `Problem`: 404, 409 for a definition that listens to no script, 422 for a value that can't be taken.
 */
export async function loadSnippet(deps: Deps, id: string, value: string | undefined, origin: string): Promise<Snippet> {
  const { row } = await existingDefinition(deps, id);
  const { key, currency, status } = row;
  const { mode } = row.value;
  if (row.triggers.every(({ type }) => type !== "script")) {
    const way = status === "draft" ? "Give it" : "Copy it, and give the copy";
    throw new Problem("no_script", `None of its triggers is a script. ${way} one: {"type": "script"}.`);
  }
  if (value !== undefined) {
    if (mode !== "event") {
      throw Problem.invalid("value", `is not taken: the definition's value is ${mode}, whatever a page says`);
    }
    const reader = new AmountReader(currency);
    reader.payment("value", value, currency);
    refuseFaults(reader.faults);
  }
  const store = await existingStore(deps, row.storeId);
  const parts = { key, origin, storeKey: store.key, mode, currency, value: value ?? null };
  return { key, ...snippetOf(parts), listening: status === "active" };
}
