/** Where an order stands, apart from what became of its commission once it was approved (see `stateOf`). */
export type OrderStatus =
  | "received"
  | "contested"
  | "pending"
  | "approved"
  | "disputed"
  | "declined"
  | "orphan"
  | "test";

/** A decision on whether an order's commission is owed: by hand, or by an import that somebody applied. */
export interface Review {
  decision: "approved" | "declined" | "disputed";
  reason: string;
  /** Id of the API key, or `bootstrap`. */
  actor: string;
  /** ms UTC. */
  at: number;
  /** By which an import declined it; `null`: by hand. Decisions of before that was kept lack it (see `lackOf`). */
  lack?: Lack | null;
}

/** That an export of the shop lacks an order. */
export interface Lack {
  reconciliationId: string;
  /** When the export came, ms UTC. */
  asOf: number;
  /** When the shop last said anything of the order, ms UTC (see `toldOf`); `null`: never. */
  toldAt: number | null;
  /** The decision by hand in whose place it is. */
  instead: Review | null;
}
