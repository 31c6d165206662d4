import type { SourceStatus } from "../../ground/model/evidence.ts";
import { statusKey, TRANSLATED_STATUSES } from "./status-words.ts";
import type { TimeForm } from "../../ground/file/read-time.ts";

/** What a column of an export may hold. */
export const FIELDS = [
  "order_id",
  "order_number",
  "placed_at",
  "placed_time",
  "currency",
  "total",
  "ordered_total",
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
  /** By its words, as `statusKey` has them; beside what is the same everywhere (see `statusOf`). */
  statuses: Readonly<Record<string, SourceStatus>>;
  /** Whether a status that isn't listed is a fault; else it is kept as it stands: shops have statuses of their own. */
  strictStatus: boolean;
  /** Whether its subtotal is that before discounts; else after them, as the tracker has it. */
  grossSubtotal: boolean;
  /** Whether lines after the first of an order have its items alone, with blank amounts. */
  itemLines: boolean;
  /**
   * How codes are written: one after another; as items `code:lea10|description:…|amount:5.00`; or as
   * `Coupon Code: LEA10, Coupon Value: 5.00`.
   */
  codes: "plain" | "items" | "labelled";
}

const PRESET_TABLE = {
  // The tracker's own form, in its own words.
  generic: {
    headers: {
      order_id: ["order_id"],
      order_number: ["order_number"],
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
    grossSubtotal: false,
    codes: "plain",
  },
  // "Shopify Order Export — Column Reference" (columns of Admin > Orders > Export), and Shopify's
  // "OrderFinancialStatus" for the words. Pixels and webhooks name an order by its `Id`, people by its `Name`.
  shopify: {
    headers: {
      order_id: ["Id"],
      order_number: ["Name"],
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
    // Spreadsheets that saved it again write dates in their own way.
    times: ["iso", "numeric"],
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
    grossSubtotal: false,
    codes: "plain",
  },
  // "Import and Export of WooCommerce Orders" (order_date, order_subtotal, refund_items), the default
  // columns of "WooCommerce Customer / Order / Coupon Export" (date, refunded_total), and those of "Advanced
  // Order Export For WooCommerce" (Order Number, Order Total Amount, Coupon Code).
  woocommerce: {
    headers: {
      order_id: ["order_id"],
      order_number: ["order_number"],
      placed_at: ["order_date", "date"],
      currency: ["order_currency", "currency"],
      total: ["order_total", "Order Total Amount"],
      subtotal: ["order_subtotal", "Order Subtotal Amount"],
      discount: ["discount_total", "Cart Discount Amount"],
      shipping: ["shipping_total", "Order Shipping Amount"],
      tax: ["tax_total", "Order Total Tax Amount"],
      refunded: ["refunded_total", "Order Refund Amount"],
      refunds: ["refund_items"],
      status: ["status", "order_status"],
      codes: ["coupon_items", "coupons", "Coupon Code"],
    },
    needed: ["order_id", "total", "status"],
    times: ["iso", "numeric", "month_name", "day_name"],
    statuses: {
      "checkout draft": "pending",
      pending: "pending",
      "pending payment": "pending",
      "on hold": "pending",
      processing: "paid",
      // Dutch.
      "in behandeling": "paid",
      completed: "paid",
      cancelled: "cancelled",
      failed: "cancelled",
      refunded: "refunded",
    },
    strictStatus: false,
    itemLines: false,
    grossSubtotal: true,
    codes: "items",
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
    times: ["numeric", "month_name", "day_name", "iso"],
    statuses: {
      incomplete: "pending",
      pending: "pending",
      "awaiting payment": "pending",
      "manual verification required": "pending",
      "awaiting fulfillment": "paid",
      "awaiting fulfilment": "paid",
      "awaiting shipment": "paid",
      "awaiting pickup": "paid",
      "partially shipped": "paid",
      shipped: "paid",
      completed: "paid",
      disputed: "paid",
      "partially refunded": "paid",
      cancelled: "cancelled",
      canceled: "cancelled",
      declined: "cancelled",
      refunded: "refunded",
    },
    strictStatus: false,
    itemLines: false,
    grossSubtotal: true,
    codes: "labelled",
  },
  // "Orders Workspace" of the Magento user guide. The grid names no currency: its base amounts (subtotal and
  // shipping too) are in the store's, the purchased total and what was refunded in the order's. Dates are written
  // by the grid's `M j, Y h:i:s A`, in the store's time zone.
  magento: {
    headers: {
      order_id: ["ID"],
      placed_at: ["Purchase Date"],
      total: ["Grand Total (Base)", "Grand Total (Purchased)"],
      ordered_total: ["Grand Total (Purchased)"],
      subtotal: ["Subtotal"],
      shipping: ["Shipping and Handling"],
      refunded: ["Total Refunded"],
      status: ["Status"],
    },
    needed: ["order_id", "placed_at", "total", "status"],
    times: ["month_name", "day_name", "numeric", "iso"],
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
      cancelled: "cancelled",
      closed: "refunded",
      // Closed, in German, French, Spanish, Italian, Dutch, Portuguese and Polish.
      geschlossen: "refunded",
      fermee: "refunded",
      ferme: "refunded",
      cerrado: "refunded",
      chiuso: "refunded",
      gesloten: "refunded",
      fechado: "refunded",
      zamkniete: "refunded",
    },
    strictStatus: false,
    itemLines: false,
    grossSubtotal: true,
    codes: "plain",
  },
} as const satisfies Readonly<Record<string, Preset>>;

/** The name of a preset. */
export type PresetName = keyof typeof PRESET_TABLE;

/** Every preset, by its name. */
export const PRESETS: Readonly<Record<PresetName, Preset>> = PRESET_TABLE;

/** The names of all presets. */
export const PRESET_NAMES = Object.keys(PRESET_TABLE) as [PresetName, ...PresetName[]];

/** What a status means in exports of a preset; `null` if nobody knows. */
export function statusOf(text: string, { statuses }: Preset): SourceStatus | null {
  const key = statusKey(text);
  return (Object.hasOwn(statuses, key) ? statuses[key] : undefined) ?? TRANSLATED_STATUSES.get(key) ?? null;
}
