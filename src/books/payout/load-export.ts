import type { Deps } from "../../ground/deps.ts";
import { majorOf } from "../../ground/money/amount.ts";
import { presentLine } from "./present.ts";
import type { PayoutLine } from "./schema.ts";
import { type LineRow, listLines, type PayoutRow } from "./store.ts";

/** Lines read at once. */
const EXPORT_PAGE = 500;

/** The columns of the export, in order. */
export const EXPORT_COLUMNS = [
  "creatorId",
  "externalId",
  "name",
  "email",
  "amount",
  "currency",
  "reference",
  "payoutId",
  "lineReference",
  "method",
] as const;

/** What a run pays, a page at a time: the amount as a decimal in the currency's major unit. */
export async function* exportRows(deps: Deps, { id, currency, reference }: PayoutRow): AsyncGenerator<unknown[][]> {
  for await (const page of linePages(deps, id)) {
    yield page.map((line) => {
      const cells = {
        ...presentLine(line, currency),
        amount: majorOf(line.amountMinor, currency),
        currency,
        reference,
        payoutId: id,
        lineReference: line.reference,
      };
      return EXPORT_COLUMNS.map((column) => cells[column]);
    });
  }
}

/** All that a run pays, as the API shows it. */
export async function exportLines(deps: Deps, { id, currency }: PayoutRow): Promise<PayoutLine[]> {
  const lines: PayoutLine[] = [];
  for await (const page of linePages(deps, id)) {
    for (const line of page) lines.push(presentLine(line, currency));
  }
  return lines;
}

/** All lines of a run, a page at a time, newest creator first. */
async function* linePages(deps: Deps, payoutId: string): AsyncGenerator<LineRow[]> {
  let after: string | null = null;
  for (;;) {
    const page: LineRow[] = await listLines(deps, payoutId, { after, limit: EXPORT_PAGE });
    yield page;
    after = page.at(-1)?.creatorId ?? null;
    if (page.length < EXPORT_PAGE || after === null) return;
  }
}
