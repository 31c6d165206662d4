/** Days that what consenting visitors did stays in the log, where nothing else is said. */
const DEFAULT_DAYS = 90;

/** Ten years, as long as a report may reach. */
const MAX_DAYS = 3_660;

/** How long visits are kept, and what is wrong with the variable that says so. */
export interface Retention {
  /** Whole days; 0: for ever. */
  days: number;
  /** In words for `/readyz`; `null`: nothing. */
  problem: string | null;
}

/** Reads `VISIT_RETENTION_DAYS`: 0, or 1 to 3660. What can't be read is taken for 90: people were told so. */
export function readVisitRetention(text: string | undefined): Retention {
  if (text === undefined || text.trim() === "") return { days: DEFAULT_DAYS, problem: null };
  const days = Number(text);
  if (Number.isInteger(days) && days >= 0 && days <= MAX_DAYS) return { days, problem: null };
  return { days: DEFAULT_DAYS, problem: `VISIT_RETENTION_DAYS is not 0 to ${MAX_DAYS}: ${DEFAULT_DAYS} days are kept` };
}
