/** News that no page tells: a view of a page began, with its id. */
export const VIEW = 1;

/** Likewise: an answer to consent holds from now on. */
export const CONSENT = 2;

/** Likewise: a view is about to end or to be hidden, perhaps for good. */
export const LEAVE = 3;

/**
 * Hears what happens: each call of `wm` but `consent` by its name, with its arguments; `banner` of a consent
 * platform too; and {@link VIEW}, {@link CONSENT}, {@link LEAVE}.
 */
export type Hears = (what: unknown, first?: unknown, second?: unknown) => void;

/** The parts that hear: the core doesn't know which there are. */
export interface Hooks extends Array<Hears> {
  /** The preview's: takes what would be sent, as JSON. It isn't sent then. */
  show?(body: string): void;
}
