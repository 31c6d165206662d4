import type { Deps } from "../../ground/deps.ts";
import { Problem } from "../../ground/http/problem.ts";
import { addSums } from "../../ground/money/sum.ts";
import type { Visit } from "../frame/admit-page.ts";
import { readHiddenStores } from "./load-accounts.ts";
import { type After, readEntries, readMonths, readParts } from "./load-statement.ts";
import type { StatementEntry, StatementPart } from "./statement.ts";
import type { StatementView } from "./statement-page.ts";
import { moneyWords } from "./words.ts";

/** Entries of one page at most, however short they are. */
const MAX_ENTRIES = 150;

/** Entries that a file is read by. */
const WINDOW_ROWS = 1_000;

/** A month of a creator's: which it is, and what there is of it. */
export interface Month {
  month: string;
  months: string[];
  parts: StatementPart[];
}

/** The month that is asked for, else the latest. Throws a `Problem` (404) for one of which there is nothing to be shown. */
export async function monthOf(deps: Deps, visit: Visit, asked: string | undefined): Promise<Month> {
  const { creatorId } = visit.guest;
  const whose = { creatorId, hiddenStores: await readHiddenStores(deps, creatorId, visit.campaigns) };
  const months = await readMonths(deps, whose);
  const month = asked === undefined ? months[0] : months.find((each) => each === asked);
  if (month === undefined) {
    throw new Problem("not_found", (await moneyWords(visit.language, visit.locale))("noMonth"));
  }
  return { month, months, parts: await readParts(deps, whose, month) };
}

/** What the page of a month shows from the entry number `skip` on, over all parts. */
export async function statementView(
  deps: Deps,
  visit: Visit,
  { month, months, parts }: Month,
  skip: number,
): Promise<StatementView> {
  const total = parts.reduce((sum, { entries }) => sum + entries, 0);
  const skipped = skip < total ? skip : 0;
  const entries: StatementEntry[] = [];
  let before = 0;
  for (const part of parts) {
    const left = MAX_ENTRIES - entries.length;
    const own = Math.max(0, skipped - before);
    before += part.entries;
    if (left === 0 || own >= part.entries) continue;
    entries.push(...(await readEntries(deps, whoOf(visit), part, { month, skip: own, limit: left })));
  }
  return { month, months, parts, entries, skipped };
}

/** An entry of a file, with what was owed in its store and currency once it was booked; minor units. */
export type BookedEntry = StatementEntry & { store: string; balanceMinor: number };

/** All entries of a month, part after part, a page at a time: no more than that is held. Throws what D1 throws. */
export async function* bookedEntries(deps: Deps, visit: Visit, { month, parts }: Month): AsyncGenerator<BookedEntry[]> {
  for (const part of parts) {
    let balanceMinor = part.openingMinor;
    let after: After | null = null;
    for (;;) {
      const rows: StatementEntry[] = await readEntries(deps, whoOf(visit), part, { month, after, limit: WINDOW_ROWS });
      if (rows.length > 0) {
        yield rows.map((entry) => {
          balanceMinor = addSums([balanceMinor, entry.amountMinor]);
          return { ...entry, store: part.store.name, balanceMinor };
        });
      }
      after = rows.at(-1) ?? null;
      if (rows.length < WINDOW_ROWS) break;
    }
  }
}

function whoOf({ guest, campaigns }: Visit) {
  return { creatorId: guest.creatorId, campaigns };
}
