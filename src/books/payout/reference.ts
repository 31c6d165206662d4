/** Longest prefix: with a million payments, what they are known by has the 35 characters that SEPA takes. */
export const MAX_PREFIX = 11;

/** What references of payments begin with where nobody says. */
export const DEFAULT_PREFIX = "WM";

/** What the run itself is known by to banks, who refuse to be told of it twice: `WM-06C4V8E5M1K2N3P4`. */
export function messageId(payoutId: string): string {
  return referenceStem(DEFAULT_PREFIX, payoutId);
}

/** How the references of a run's payments begin. */
export function referenceStem(prefix: string, payoutId: string): string {
  return `${prefix}-${payoutId.slice(payoutId.indexOf("_") + 1).toUpperCase()}`;
}

/**
 * What a payment is known by from end to end, 35 characters at most: `WM-06C4V8E5M1K2N3P4-17`. `number`: that of its line
 * in the run, from 1, newest creator first.
 */
export function lineReference(stem: string, number: number): string {
  return `${stem}-${number}`;
}
