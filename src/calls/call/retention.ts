/** For so long it is known who called, and which visitor that was, ms: thirteen months. */
export const CALLERS_MS = 396 * 86_400_000;
