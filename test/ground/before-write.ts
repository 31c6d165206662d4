import { env } from "cloudflare:workers";
import { vi } from "vitest";

/**
 * Lets something happen right before the next batch of statements is sent to D1 of which one holds
 * `writing`, by default a write of the API: the worst moment there is.
 */
export function beforeNextWrite(happen: () => Promise<unknown>, writing = "INSERT INTO audit_log (id, time"): void {
  const write = env.DB.batch.bind(env.DB);
  const spy = vi.spyOn(env.DB, "batch");
  if (installed !== null && spy.getMockImplementation() === installed) {
    waiting.push({ happen, writing });
    return;
  }
  waiting = [{ happen, writing }];
  installed = async (statements: D1PreparedStatement[]) => {
    // Clicks, codes and orders are written behind answers too, at any moment; the API's writes have an audit entry.
    if (statements.some((statement) => sqlOf(statement).includes(waiting[0]?.writing ?? ""))) {
      await waiting.shift()?.happen();
    }
    return write(statements);
  };
  spy.mockImplementation(installed as typeof env.DB.batch);
}

/** What is to happen before the next writes of the API, and what sees to it. */
let waiting: { happen: () => Promise<unknown>; writing: string }[] = [];
let installed: unknown = null;

/** The text of a statement, which D1's class keeps but doesn't declare. */
function sqlOf(statement: D1PreparedStatement): string {
  const { statement: text } = statement as unknown as { statement?: unknown };
  if (typeof text !== "string") throw new Error("D1's statements don't show their text any more");
  return text;
}
