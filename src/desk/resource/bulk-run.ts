import type { Method } from "../frame/api-load.ts";
import type { Desk } from "../frame/desk-load.ts";
import { wordsOf } from "../form/field.ts";
import type { BulkResult, Shown } from "./resource.ts";

/** Rows done at a time: D1 does one thing after the other anyway. */
const AT_ONCE = 4;

/** What is done to one row: the API's request for it, or why nothing is. */
export type Step = { method: Method; path: string; body?: unknown; text: string } | { skip: string };

/**
 * Makes of a route for one what can be done to many: a dry run reads each row and says what would be sent, the rest does it,
 * each by itself, so that one that is refused stops no other.
 */
export function oneByOne<Row extends Shown>(
  read: (desk: Desk, id: string) => Promise<Row>,
  name: (row: Row) => string,
  step: (row: Row, body: Record<string, unknown>) => Step,
) {
  return async (
    desk: Desk,
    ids: readonly string[],
    body: Record<string, unknown>,
    dryRun: boolean,
  ): Promise<BulkResult[]> => {
    const one = async (id: string): Promise<BulkResult> => {
      try {
        const row = await read(desk, id);
        const planned = step(row, body);
        if ("skip" in planned) return { id, name: name(row), text: planned.skip, ok: false };
        if (dryRun) return { id, name: name(row), text: planned.text, ok: true };
        const sent = await desk.api.send(planned.method, planned.path, planned.body);
        return { id, name: name(row), text: sent.ok ? planned.text : sent.problem.message, ok: sent.ok };
      } catch (error) {
        return { id, name: id, text: (error as Error).message, ok: false };
      }
    };
    const results: BulkResult[] = [];
    for (let first = 0; first < ids.length; first += AT_ONCE) {
      results.push(...(await Promise.all(ids.slice(first, first + AT_ONCE).map(one))));
    }
    return results;
  };
}

/** What the API answers of many that it decided on. */
interface Decided {
  results: readonly {
    id: string;
    change: { from: string; to: string } | null;
    error?: { code: string; detail: string };
  }[];
}

/**
 * Decides on many by the API's own route for that, which says of each what becomes of it. `read` and `name` say what a row
 * is called. Throws the API's `Problem` for what is wrong with the whole, such as a reason that is missing.
 */
export function byRoute<Row extends Shown>(
  path: string,
  action: string,
  read: (desk: Desk, id: string) => Promise<Row>,
  name: (row: Row) => string,
) {
  return async (
    desk: Desk,
    ids: readonly string[],
    body: Record<string, unknown>,
    dryRun: boolean,
    once?: string,
  ): Promise<BulkResult[]> => {
    const sent = await desk.api.send<Decided>("POST", path, { ...body, action, ids, dryRun }, { once });
    if (!sent.ok) throw sent.problem;
    const results: BulkResult[] = [];
    for (let first = 0; first < sent.body.results.length; first += AT_ONCE) {
      const some = sent.body.results.slice(first, first + AT_ONCE);
      results.push(
        ...(await Promise.all(
          some.map(async ({ id, change, error }) => ({
            id,
            name: await read(desk, id).then(name, () => id),
            text: change === null ? (error?.detail ?? "It was refused.") : changeText(change),
            ok: change !== null,
          })),
        )),
      );
    }
    return results;
  };
}

function changeText({ from, to }: { from: string; to: string }): string {
  return from === to ? `stays ${wordsOf(to).toLowerCase()}` : `${wordsOf(from)} → ${wordsOf(to).toLowerCase()}`;
}
