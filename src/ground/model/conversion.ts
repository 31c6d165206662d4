import type { Trust } from "./evidence.ts";

/** What may make a conversion, by the kind of signal. */
export const TRIGGER_TYPES = [
  "url",
  "event",
  "script",
  "segment",
  "conversion",
  "identified",
  "order",
  "call",
  "manual",
] as const;

/** One of {@link TRIGGER_TYPES}. */
export type TriggerType = (typeof TRIGGER_TYPES)[number];

/** How a text is compared, without regard to case. */
export const TEXT_MATCHES = ["equals", "contains", "starts"] as const;

/** One of {@link TEXT_MATCHES}. */
export type TextMatch = (typeof TEXT_MATCHES)[number];

/** How a property of an event is compared. Texts are compared without regard to case, numbers as numbers. */
export const EVENT_OPERATORS = ["equals", "not_equals", "contains", "greater", "less", "exists", "missing"] as const;

/** One of {@link EVENT_OPERATORS}. */
export type EventOperator = (typeof EVENT_OPERATORS)[number];

/** What an event has to say of itself. */
export interface EventCondition {
  /** A field of the event's own data, at its top; `page`, `country` and `value` are the event's whatever it says. */
  property: string;
  is: EventOperator;
  /** Left out for `exists` and `missing`. */
  value?: string | number | boolean | undefined;
}

/** How a contact's field is compared. The last two are about dates: days from then until now. */
export const FIELD_OPERATORS = [
  "equals",
  "not_equals",
  "contains",
  "greater",
  "less",
  "exists",
  "missing",
  "within_days",
  "before_days",
] as const;

/** One of {@link FIELD_OPERATORS}. */
export type FieldOperator = (typeof FIELD_OPERATORS)[number];

/** How often something was done. */
interface Times {
  is: "at_least" | "at_most";
  times: number;
  /** Of the last so many days; left out: of all that is known. */
  withinDays?: number | undefined;
}

/** What is so of a contact. */
export type SegmentCondition =
  | { about: "field"; field: string; is: FieldOperator; value?: string | number | boolean | undefined }
  /** `event`: a tracked event by its name; `goal`: a script's by its key; `url`: a page whose address contains it. */
  | ({ about: "event" | "goal" | "url"; name: string } & Times)
  /** Orders that are bought: confirmed, and not cancelled, refunded whole, declined or a test. */
  | ({ about: "order" } & Times)
  /** What these orders come to, minor units of the store's currency; orders in another count for nothing. */
  | { about: "spent"; is: "greater" | "less"; amountMinor: number; withinDays?: number | undefined }
  /** Clicks on links, of any creator or of these. */
  | ({
      about: "click";
      creatorId?: string | undefined;
      campaignId?: string | undefined;
      linkId?: string | undefined;
    } & Times);

/** One way to a conversion: all of its conditions have to hold. */
export type Trigger =
  /** A page that was looked at, by its address without query and fragment. */
  | { type: "url"; url: { is: TextMatch; value: string }; where: EventCondition[] }
  /** `wm('track', event, …)`. */
  | { type: "event"; event: string; where: EventCondition[] }
  /** `wm('conversion', key, …)`: each execution. */
  | { type: "script"; where: EventCondition[] }
  /** A contact that comes to meet all of these. */
  | { type: "segment"; all: SegmentCondition[] }
  /** A conversion of another definition. */
  | { type: "conversion"; definitionId: string }
  /** An anonymous visitor who becomes known. */
  | { type: "identified" }
  /** An order that is bought, by which of its customer's it is; `minimumMinor` in the definition's currency. */
  | { type: "order"; which: "any" | "first" | "returning"; minimumMinor: number | null; skus: string[] }
  /** A call that lasted as long as that. */
  | { type: "call"; minTalkSeconds: number; numbers: string[] }
  /** By hand, or by a server. */
  | { type: "manual" };

/** Where a conversion's value comes from; amounts are minor units of the definition's currency. */
export type ConversionValue =
  | { mode: "none" }
  | { mode: "static"; amountMinor: number }
  /** The event's own `value` and `currency`, read as an order's amount. */
  | { mode: "event" }
  /** A field of the contact, in major units. */
  | { mode: "field"; field: string }
  /** The total of the order that made it. */
  | { mode: "order" };

/** How often a contact converts at most. */
export interface ConversionLimit {
  times: number;
  /** Within so many days, whichever; `null`: for ever. */
  windowDays: number | null;
}

/** Where a definition stands. */
export type DefinitionStatus = "draft" | "active" | "archived";

/** How a conversion came to be. */
export type ConversionOrigin = "live" | "backfill" | "manual";

/** Why a conversion that was recorded doesn't count. */
export type UncountedReason =
  /** The contact has as many as it may. */
  | "limit"
  /** What made it is undone: the order was cancelled, or is a test. */
  | "withdrawn";

/** Why a conversion that should have a value has none. */
export type ValueNote =
  | "value_missing"
  | "value_unusable"
  | "currency_other"
  | "no_contact"
  | "field_missing"
  | "field_unusable"
  | "no_order";

/** Where a conversion's commission stands; `none`: no plan pays for it. */
export type ConversionCommission = "none" | "pending" | "approved" | "declined";

/** A person's decision on a conversion's commission. */
export interface ConversionReview {
  decision: "approved" | "declined";
  reason: string | null;
  /** Id of the API key, or `bootstrap`. */
  actor: string;
  /** ms UTC. */
  at: number;
}

/** What may meet a trigger, as the inbox, an order, a call or a hand told it. */
export interface GoalEvent {
  /** What makes it the same event: `e:` and the sender's own id, `i:` and the inbox's, `order:…`, `call:…`, `conversion:…`, `identified:…`. */
  key: string;
  storeId: string;
  kind: "page" | "track" | "conversion" | "identify" | "order" | "call" | "manual";
  /** Name of a tracked event, or a script's key; else `null`. */
  name: string | null;
  /** Address of the page without query and fragment. */
  page: string | null;
  /** ISO 3166-1 alpha-2. */
  country: string | null;
  /** Its own data, without anything of a person. */
  data: Record<string, unknown>;
  /** Of the browser, with consent alone: a keyed hash. */
  visitorHash: string | null;
  /** What the store knows the customer by: a keyed hash. */
  customerHash: string | null;
  /** One opening of a page: all that tells visitors apart without consent. */
  view: string | null;
  trust: Trust;
  /** ms UTC. */
  time: number;
}
