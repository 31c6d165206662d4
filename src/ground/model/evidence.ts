/** The ways by which reports come in: a page's own, a server's, and `shop`, the platform of a connected shop. */
export const REPORT_SOURCES = ["snippet", "pixel", "order", "postback", "shop"] as const;

/** One of {@link REPORT_SOURCES}. */
export type ReportSource = (typeof REPORT_SOURCES)[number];

/** Where a piece of evidence came from: `call` is a deal that somebody entered for a call. */
export const EVIDENCE_SOURCES = [...REPORT_SOURCES, "import", "call"] as const;

/** One of {@link EVIDENCE_SOURCES}. */
export type EvidenceSource = (typeof EVIDENCE_SOURCES)[number];

/** How far a piece of evidence is believed: a browser can only claim, a server that proves who it is confirms. */
export type Trust = "claimed" | "confirmed";

/** What a shop may say of where an order stands. */
export const SOURCE_STATUSES = ["pending", "paid", "cancelled", "refunded"] as const;

/** One of {@link SOURCE_STATUSES}. */
export type SourceStatus = (typeof SOURCE_STATUSES)[number];

/** One line of an order. */
export interface OrderItem {
  sku: string;
  name?: string | undefined;
  quantity: number;
  /** Of one, minor units. */
  priceMinor: number;
  category?: string | undefined;
}

/** Amounts that go with an order's total, minor units; `null` where nothing says them. */
export interface OrderAmounts {
  subtotalMinor: number | null;
  discountMinor: number | null;
  shippingMinor: number | null;
  taxMinor: number | null;
  refundedMinor: number | null;
}

/** The fields of an order's amounts, in the order in which they are shown. */
export const AMOUNT_FIELDS = [
  "totalMinor",
  "subtotalMinor",
  "discountMinor",
  "shippingMinor",
  "taxMinor",
  "refundedMinor",
] as const satisfies readonly ("totalMinor" | keyof OrderAmounts)[];

/** The amounts of an order as confirmed evidence alone has them, minor units; `null` where it says nothing. */
export interface ConfirmedAmounts extends OrderAmounts {
  /** ISO 4217. */
  currency: string;
  totalMinor: number;
  items: OrderItem[] | null;
}

/** A click that a verified token names. */
export interface ClickRef {
  clickId: string;
  linkId: string;
  /** ms UTC. */
  time: number;
}

/** A call that made an order. */
export interface CallRef {
  callId: string;
}

/** What one piece of evidence says of an order; what it doesn't say is left out. */
export interface EvidenceData {
  /** ISO 4217; amounts are in its minor units. */
  currency?: string | undefined;
  totalMinor?: number | undefined;
  subtotalMinor?: number | undefined;
  discountMinor?: number | undefined;
  shippingMinor?: number | undefined;
  taxMinor?: number | undefined;
  refundedMinor?: number | undefined;
  status?: SourceStatus | undefined;
  items?: OrderItem[] | undefined;
  /** ms UTC. */
  placedAt?: number | undefined;
  codes?: string[] | undefined;
  clicks?: ClickRef[] | undefined;
  /** Why tokens that came along were not believed. */
  badClicks?: string[] | undefined;
  customerHash?: string | undefined;
  /** The same of the e-mail address, where a shop knows its customers by another id: it tells own purchases. */
  emailHash?: string | undefined;
  /** The customer's phone number, hashed as callers' are (see `callerHash` of a call): a server's word alone. */
  phoneHash?: string | undefined;
  /** The calls that made it: deals alone name any. */
  calls?: CallRef[] | undefined;
  /** What an order renews that a subscription made: see `ShopOrder`. */
  renewalOf?: string | undefined;
  /** What people call the order, where that isn't its id: a connected shop's word alone. */
  orderNumber?: string | undefined;
  country?: string | undefined;
  test?: boolean | undefined;
  /** When this became true by the server's own word, ms UTC: the same with the same time is one statement. */
  updatedAt?: number | undefined;
}

/** One report of an order. */
export interface Evidence {
  /** SHA-256 of what was reported, hex: the same report is one piece of evidence, however often it comes. */
  hash: string;
  source: EvidenceSource;
  trust: Trust;
  /**
   * When what it says became true, ms UTC: the server's own word, else when it last arrived, for a shop that
   * says the same once more means it. A browser's clock is not believed.
   */
  sourceTime: number;
  /** First arrival, ms UTC. */
  receivedAt: number;
  /** Whether it is a claim that came once the order was approved, or did not count by then: it is kept, and decides nothing. */
  late?: boolean;
  /** The shop's id of the order. */
  externalId: string;
  data: EvidenceData;
}
