import type { SourceStatus } from "../order/evidence.ts";
import type { TimeForm } from "./read-time.ts";

/** What a column of an export may hold. */
export const FIELDS = [
  "order_id",
  "placed_at",
  "placed_time",
  "currency",
  "total",
  "subtotal",
  "discount",
  "shipping",
  "tax",
  "refunded",
  "refunds",
  "status",
  "cancelled_at",
  "codes",
] as const;

/** One of {@link FIELDS}. */
export type Field = (typeof FIELDS)[number];

/** How a shop system writes its exports of orders. */
export interface Preset {
  /** Headers that a field may have, the best first. */
  headers: Readonly<Partial<Record<Field, readonly string[]>>>;
  /** Fields without which it can't be read. */
  needed: readonly Field[];
  times: readonly TimeForm[];
  /** By its words in lower case, with a space for `_` and `-`. */
  statuses: Readonly<Record<string, SourceStatus>>;
  /** Whether a status that isn't listed is a fault; else it says nothing: shops have statuses of their own. */
  strictStatus: boolean;
  /** Whether lines after the first of an order have its items alone, with blank amounts. */
  itemLines: boolean;
  /** Whether codes stand among other things that are said of them: `code:lea10|amount:5.00`. */
  namedCodes: boolean;
}

const PRESET_TABLE = {
  // The tracker's own form, in its own words.
  generic: {
    headers: {
      order_id: ["order_id"],
      placed_at: ["placed_at"],
      currency: ["currency"],
      total: ["total"],
      subtotal: ["subtotal"],
      discount: ["discount"],
      shipping: ["shipping"],
      tax: ["tax"],
      refunded: ["refunded"],
      status: ["status"],
      codes: ["codes"],
    },
    needed: ["order_id", "currency", "total"],
    times: ["iso"],
    statuses: { pending: "pending", paid: "paid", cancelled: "cancelled", refunded: "refunded" },
    strictStatus: true,
    itemLines: false,
    namedCodes: false,
  },
  // "Shopify Order Export — Column Reference" (columns of Admin > Orders > Export), and Shopify's
  // "OrderFinancialStatus" for the words.
  shopify: {
    headers: {
      order_id: ["Name"],
      placed_at: ["Created at"],
      currency: ["Currency"],
      total: ["Total"],
      subtotal: ["Subtotal"],
      discount: ["Discount Amount"],
      shipping: ["Shipping"],
      tax: ["Taxes"],
      refunded: ["Refunded Amount"],
      status: ["Financial Status"],
      cancelled_at: ["Cancelled at"],
      codes: ["Discount Code"],
    },
    needed: ["order_id", "currency", "total", "status"],
    times: ["iso"],
    statuses: {
      pending: "pending",
      authorized: "pending",
      "partially paid": "pending",
      expired: "pending",
      paid: "paid",
      "partially refunded": "paid",
      refunded: "refunded",
      voided: "cancelled",
    },
    strictStatus: false,
    itemLines: true,
    namedCodes: false,
  },
  // "Import and Export of WooCommerce Orders" (order_date, order_subtotal, refund_items), and the default
  // columns of "WooCommerce Customer / Order / Coupon Export" (date, refunded_total).
  woocommerce: {
    headers: {
      order_id: ["order_id"],
      placed_at: ["order_date", "date"],
      currency: ["order_currency"],
      total: ["order_total"],
      subtotal: ["order_subtotal"],
      discount: ["discount_total"],
      shipping: ["shipping_total"],
      tax: ["tax_total"],
      refunded: ["refunded_total"],
      refunds: ["refund_items"],
      status: ["status", "order_status"],
      codes: ["coupon_items"],
    },
    needed: ["order_id", "total", "status"],
    times: ["iso", "month_first"],
    statuses: {
      "checkout draft": "pending",
      pending: "pending",
      "pending payment": "pending",
      "on hold": "pending",
      processing: "paid",
      completed: "paid",
      cancelled: "cancelled",
      failed: "cancelled",
      refunded: "refunded",
    },
    strictStatus: false,
    itemLines: false,
    namedCodes: true,
  },
  // The default template of BigCommerce's order export, as Shopify's transporter reads it ("BigCommerce
  // Order TopLevelAttributes"), and "Orders template" of Shift for its statuses.
  bigcommerce: {
    headers: {
      order_id: ["Order ID"],
      placed_at: ["Order Date"],
      placed_time: ["Order Time"],
      currency: ["Order Currency Code"],
      total: ["Order Total (inc tax)"],
      subtotal: ["Subtotal (ex tax)", "Subtotal (inc tax)"],
      shipping: ["Shipping Cost (ex tax)", "Shipping Cost (inc tax)"],
      tax: ["Tax Total"],
      refunded: ["Refund Amount"],
      status: ["Order Status"],
      codes: ["Coupon Details"],
    },
    needed: ["order_id", "total", "status"],
    times: ["month_first", "month_name", "iso"],
    statuses: {
      incomplete: "pending",
      pending: "pending",
      "awaiting payment": "pending",
      "manual verification required": "pending",
      "awaiting fulfillment": "paid",
      "awaiting shipment": "paid",
      "awaiting pickup": "paid",
      "partially shipped": "paid",
      shipped: "paid",
      completed: "paid",
      disputed: "paid",
      "partially refunded": "paid",
      cancelled: "cancelled",
      declined: "cancelled",
      refunded: "refunded",
    },
    strictStatus: false,
    itemLines: false,
    namedCodes: true,
  },
  // "Orders Workspace" of the Magento user guide. The grid names no currency: its base amounts are in the
  // store's. Dates are written by the grid's `M j, Y h:i:s A`, in the store's time zone.
  magento: {
    headers: {
      order_id: ["ID"],
      placed_at: ["Purchase Date"],
      total: ["Grand Total (Base)", "Grand Total (Purchased)"],
      subtotal: ["Subtotal"],
      shipping: ["Shipping and Handling"],
      refunded: ["Total Refunded"],
      status: ["Status"],
    },
    needed: ["order_id", "placed_at", "total", "status"],
    times: ["month_name", "iso"],
    statuses: {
      pending: "pending",
      "pending payment": "pending",
      "payment review": "pending",
      "on hold": "pending",
      holded: "pending",
      "suspected fraud": "pending",
      fraud: "pending",
      processing: "paid",
      complete: "paid",
      canceled: "cancelled",
      closed: "refunded",
    },
    strictStatus: false,
    itemLines: false,
    namedCodes: false,
  },
} as const satisfies Readonly<Record<string, Preset>>;

/** The name of a preset. */
export type PresetName = keyof typeof PRESET_TABLE;

/** Every preset, by its name. */
export const PRESETS: Readonly<Record<PresetName, Preset>> = PRESET_TABLE;

/** The names of all presets. */
export const PRESET_NAMES = Object.keys(PRESET_TABLE) as [PresetName, ...PresetName[]];
