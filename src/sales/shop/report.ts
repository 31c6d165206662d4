import type { ShopMessage } from "../../shops/platform.ts";
import type { ShopCustomer, ShopOrder, ShopReading } from "../../ground/model/shop-order.ts";
import type { Report } from "../capture/inbox-store.ts";
import { phoneName } from "../capture/customer.ts";
import { customerOf } from "../capture/redact.ts";
import type { CustomerHashOf } from "../capture/report.ts";

/** What a row of the inbox has that came from a connected shop. There is nothing of a person in it but keyed hashes. */
export type ShopBody =
  | ({ order: ShopOrder } & CustomerHashes)
  /** An order that the shop only named: it is to be asked for. */
  | { fetch: string }
  /** An order that is gone from the shop; `at` is ms UTC, `null`: since it came. */
  | { deleted: string; at: number | null }
  | { privacy: PrivacyRequest; customerHashes: string[]; orderIds: string[] }
  | { unreadable: { orderId: string | null; outline: unknown } }
  | { ignored: { topic: string | null } };

/** Hashes of one customer, as far as there are any. */
export interface CustomerHashes {
  /** Of the shop's own id, or else of the e-mail address. */
  customerHash?: string;
  /** Of the e-mail address, where there is an id beside it. */
  emailHash?: string;
  /** Of the phone number, as callers' are. */
  phoneHash?: string;
}

/** What a shopper, or the law, asks of a shop's apps. */
export type PrivacyRequest = "customer_data" | "redact_customer" | "redact_shop";

/** The store that reports are of. */
export interface ReportedStore {
  id: string;
  key: string;
}

/** Rows that wait for the shop's answer, which the inbox's own run leaves to `fetch-run.ts`. */
export const TO_BE_FETCHED = "to_be_fetched";

/** The reason of a row that a shop can't give an order of. */
export const SKIPPED = "skipped_by_shop";

/** Longest word of a shop that is kept with a refusal, characters. */
const MAX_DETAIL = 500;

/**
 * The report of an order as a shop's message or list has it. Both of one state are one report, for nothing else is
 * in it. `topic` is the message's; `null`: it comes from a list.
 */
export async function readingReport(
  store: ReportedStore,
  reading: ShopReading,
  topic: string | null,
  customerHashOf: CustomerHashOf,
): Promise<Report> {
  switch (reading.kind) {
    case "none":
      return ignoredReport(store, topic, reading.reason, "The shop has no order there, or none that was placed yet.");
    case "unreadable": {
      const { orderId, outline, path, detail } = reading;
      const body: ShopBody = { unreadable: { orderId, outline } };
      return { ...common(store, body), verdict: "refused", reason: { code: "unreadable", path, detail: cut(detail) } };
    }
    case "order": {
      const { warnings, ...said } = orderOf(reading.order);
      const hashes = await hashesOf(store, reading.customer, customerHashOf);
      const body: ShopBody = { order: { ...said, warnings }, ...hashes };
      return {
        ...common(store, body),
        // How hard it was to read is nothing that the shop said.
        identity: JSON.stringify({ order: said, ...hashes }),
        verdict: "pending",
        reason: null,
      };
    }
  }
}

/** The report of an order that the shop could not give, so that it isn't passed over in silence. */
export function skippedReport(store: ReportedStore, orderId: string | null, detail: string): Report {
  const body: ShopBody = { unreadable: { orderId, outline: {} } };
  return { ...common(store, body), verdict: "refused", reason: { code: SKIPPED, path: "", detail: cut(detail) } };
}

/** The report of a verified message; `null` where it says nothing that is to be kept. */
export async function messageReport(
  store: ReportedStore,
  message: ShopMessage,
  customerHashOf: CustomerHashOf,
): Promise<Report | null> {
  const { topic } = message;
  switch (message.kind) {
    case "order":
      return readingReport(store, message.reading, topic, customerHashOf);
    case "fetch":
      return {
        ...common(store, { fetch: message.orderId }),
        // Each time the order may be another.
        restates: true,
        verdict: "waiting",
        reason: { code: TO_BE_FETCHED, path: "", detail: "The shop named the order alone, and is asked for it." },
      };
    case "deleted": {
      const body: ShopBody = { deleted: message.orderId, at: message.at };
      return { ...common(store, body), restates: message.at === null, verdict: "pending", reason: null };
    }
    case "customer_data":
    case "redact_customer": {
      const { customerId: id, email, orderIds } = message;
      const hashes = await hashesOf(store, { id, email, phone: null }, customerHashOf);
      const customerHashes = [hashes.customerHash, hashes.emailHash].filter((hash) => hash !== undefined);
      return privacyReport(store, { privacy: message.kind, customerHashes, orderIds });
    }
    case "redact_shop":
      return privacyReport(store, { privacy: message.kind, customerHashes: [], orderIds: [] });
    case "ignored":
      return ignoredReport(store, topic, message.reason, message.detail);
    case "ping":
    case "uninstalled":
      return null;
  }
}

function privacyReport(store: ReportedStore, body: ShopBody & { privacy: PrivacyRequest }): Report {
  // Asked once more, it is done once more: something may have come since.
  return { ...common(store, body), restates: true, verdict: "pending", reason: null };
}

/** One row a store, topic and reason: that it came is all there is to know. */
function ignoredReport(store: ReportedStore, topic: string | null, code: string, detail: string): Report {
  const body: ShopBody = { ignored: { topic } };
  return {
    ...common(store, body),
    identity: JSON.stringify([code, body]),
    verdict: "kept",
    reason: { code, path: "", detail: cut(detail) },
  };
}

function common({ id, key }: ReportedStore, body: ShopBody) {
  // It is found again by it when what renews the same is told of, however late: see `tidyInbox`.
  const isRenewal = "order" in body && body.order.renewalOf !== null;
  return {
    source: "shop" as const,
    storeKey: key,
    storeId: id,
    restates: false,
    body: JSON.stringify(body),
    meta: { origin: null, country: null, consent: "unstated" as const, ...(isRenewal && { renewal: true as const }) },
  };
}

/** An order with its fields in one sequence, so that the same order is the same text. */
function orderOf(order: ShopOrder): ShopOrder {
  return {
    orderId: order.orderId,
    number: order.number,
    updatedAt: order.updatedAt,
    placedAt: order.placedAt,
    currency: order.currency,
    total: order.total,
    goods: order.goods,
    giftCards: order.giftCards,
    discount: order.discount,
    shipping: order.shipping,
    tax: order.tax,
    refunded: order.refunded,
    status: order.status,
    state: order.state,
    codes: order.codes,
    click: order.click,
    items: order.items.map(({ sku, name, quantity, price }) => ({ sku, name, quantity, price })),
    test: order.test,
    gateway: order.gateway,
    channel: order.channel,
    renewalOf: order.renewalOf,
    country: order.country,
    warnings: order.warnings,
  };
}

async function hashesOf(
  { id: storeId }: ReportedStore,
  customer: ShopCustomer,
  customerHashOf: CustomerHashOf,
): Promise<CustomerHashes> {
  const [id, email] = [customerOf(customer.id), customerOf(customer.email)];
  const phone = customer.phone === null ? null : phoneName(customer.phone);
  const hashOf = async (known: string | null) => (known === null ? null : customerHashOf(storeId, known));
  const [ofId, ofEmail, ofPhone] = await Promise.all([hashOf(id), hashOf(email), hashOf(phone)]);
  const customerHash = ofId ?? ofEmail;
  return {
    ...(customerHash !== null && { customerHash }),
    ...(ofId !== null && ofEmail !== null && { emailHash: ofEmail }),
    ...(ofPhone !== null && { phoneHash: ofPhone }),
  };
}

function cut(detail: string): string {
  return detail.slice(0, MAX_DETAIL).toWellFormed();
}
