import type { conversions } from "../../ground/db/schema/conversion.ts";
import type { Explanation, Method, Share } from "../../ground/model/attribution.ts";
import type { ConversionOrigin, GoalEvent } from "../../ground/model/conversion.ts";
import type { ClickRef, Trust } from "../../ground/model/evidence.ts";
import type { DefinitionRow } from "../definition/store.ts";

/** A conversion, as it is kept. */
export type ConversionRow = typeof conversions.$inferSelect;

/** A click whose token was verified, and who says that it belongs to the event. */
export interface ClickProof extends ClickRef {
  trust: Trust;
  /** See `Touch`. */
  claims?: readonly string[];
  claimedAt?: number | null;
}

/** An event with what may have led to it. */
export interface CountEvent extends GoalEvent {
  /** A click token as it came, which may be anything: it is verified as the event is recorded. */
  click?: string | null;
  /** Clicks that are verified already. */
  clicks?: readonly ClickProof[];
  /** Texts of codes that came along. */
  codes?: readonly string[];
  /** Ids of the calls that it is of, by their carrier's word. */
  calls?: readonly string[];
}

/** Who is credited with a conversion, and why. */
export interface Credit {
  explanation: Explanation;
  shares: Share[];
  method: Method | null;
  contested: boolean;
  creatorId: string | null;
  campaignId: string | null;
  planId: string | null;
  linkId: string | null;
  codeId: string | null;
}

/** An event that meets a trigger of a definition. */
export interface Match {
  definition: DefinitionRow;
  /** Place of the trigger among the definition's, from 0. */
  triggerIndex: number;
  event: CountEvent;
  /** Whose it is for sure; left out or `null`: whoever the event's customer or visitor is known as. */
  contactId?: string | null;
  orderId?: string | null;
  /** The conversion that made it. */
  causeId?: string | null;
  /** Left out: it stands for itself. */
  follows?: Followed;
  /** When a server says that it happened, ms UTC, where the event's own time may be a browser's. */
  confirmedAt?: number | null;
}

/** What a conversion takes over from what made it, an order or another conversion, whenever that changes. */
export interface Followed {
  credit: Credit;
  /** Minor units, and ISO 4217; `null`: nothing is known of an amount. */
  total: { amountMinor: number; currency: string } | null;
  /** Whether what made it is undone. */
  withdrawn: boolean;
}

/** All that is said of one event under one definition; without matches what is known of it is looked at anew. */
export interface Item {
  definition: DefinitionRow;
  /** Of the event. */
  key: string;
  matches: readonly Match[];
  origin: ConversionOrigin;
}

/** A contact, as far as conversions ask for it. */
export interface KnownContact {
  id: string;
  customerHash: string;
  fields: Readonly<Record<string, string | number | boolean>>;
}
