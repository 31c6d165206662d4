import type { SourceStatus } from "../../../src/ground/model/evidence.ts";
import type { HeaderMap } from "../../../src/books/reconcile/columns.ts";
import type { DateOrder } from "../../../src/ground/file/date-order.ts";
import { localTime } from "../../../src/ground/file/local-time.ts";
import type { PresetName } from "../../../src/books/reconcile/preset.ts";
import { type FileFormat, type FileReader, openFile } from "../../../src/books/reconcile/read-file.ts";
import type { RowReading } from "../../../src/books/reconcile/read-row.ts";
import { statusKey } from "../../../src/books/reconcile/status-words.ts";

/** How a test has a file read: a shop in Berlin that sells in euros, unless told otherwise. */
export interface Reading {
  format?: FileFormat;
  preset?: PresetName | null;
  map?: HeaderMap;
  currency?: string;
  zone?: string;
  /** When the file comes, ms UTC. */
  now?: number;
  dateOrder?: DateOrder | null;
  statuses?: Record<string, SourceStatus>;
}

const NOW = Date.UTC(2026, 11, 1);

/** A reader as the API opens it. */
export function reader({ currency = "EUR", zone = "Europe/Berlin", statuses = {}, ...options }: Reading) {
  const words = Object.entries(statuses).map(([word, status]) => [statusKey(word), status] as const);
  const known = { format: "csv", preset: null, map: {}, now: NOW, dateOrder: null } as const;
  return openFile({ ...known, ...options, currency, local: localTime(zone), statuses: new Map(words) });
}

/** What a reader makes of pieces, one after another; times as they are once the file's dates are decided. */
export function readPieces(file: FileReader, pieces: Iterable<Uint8Array>): RowReading[] {
  const readings = [...[...pieces].flatMap((piece) => file.push(piece)), ...file.end()];
  const order = file.dateOrder();
  return readings.map((reading) => {
    if (reading.fault !== null || reading.row.dayFirst === undefined) return reading;
    const { dayFirst, ...row } = reading.row;
    return { ...reading, row: order === "dmy" ? { ...row, placedAt: dayFirst } : row };
  });
}

/** What is read of a whole file. */
export function read(text: string, options: Reading = {}): RowReading[] {
  return readPieces(reader(options), [new TextEncoder().encode(text)]);
}

/** The rows of a file that has no fault. */
export function rowsOf(text: string, options: Reading = {}) {
  return read(text, options).map(({ row, fault }) => {
    if (row === null) throw new Error(fault);
    return row;
  });
}

/** The faults of a file's rows; `null` for a row that can be read. */
export function faultsOf(text: string, options: Reading = {}): (string | null)[] {
  return read(text, options).map(({ fault }) => fault);
}

/** The header of an export of Shopify's admin, as of 2026. */
const SHOPIFY_HEADER =
  "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,Shipping,Taxes,Total,Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem compare at price,Lineitem sku,Lineitem requires shipping,Lineitem taxable,Lineitem fulfillment status,Billing Name,Billing Street,Billing Address1,Billing Address2,Billing Company,Billing City,Billing Zip,Billing Province,Billing Country,Billing Phone,Shipping Name,Shipping Street,Shipping Address1,Shipping Address2,Shipping Company,Shipping City,Shipping Zip,Shipping Province,Shipping Country,Shipping Phone,Notes,Note Attributes,Cancelled at,Payment Method,Payment Reference,Refunded Amount,Vendor,Outstanding Balance,Employee,Location,Device ID,Id,Tags,Risk Level,Source,Lineitem discount";

/** A line of a header's cells, of which only some are filled. */
function line(header: string, cells: Record<string, string>): string {
  const names = header.split(",").map((name) => name.replaceAll('"', ""));
  for (const name of Object.keys(cells)) if (!names.includes(name)) throw new Error(`no column ${name}`);
  return names.map((name) => cells[name] ?? "").join(",");
}

const shopify = (cells: Record<string, string>) => line(SHOPIFY_HEADER, cells);

/** Four orders: with two items and a note of two lines, refunded in part, cancelled, and not paid yet. */
export const SHOPIFY = [
  SHOPIFY_HEADER,
  shopify({
    Name: "#1001",
    Email: "lea@example.com",
    "Financial Status": "paid",
    "Paid at": "2026-11-20 09:00:02 +0100",
    Currency: "EUR",
    Subtotal: "89.90",
    Shipping: "4.90",
    Taxes: "15.14",
    Total: "94.80",
    "Discount Code": "LEA10",
    "Discount Amount": "10.00",
    "Created at": "2026-11-20 09:00:00 +0100",
    "Lineitem quantity": "1",
    "Lineitem name": '"Mug, blue"',
    Notes: '"Please ring\nthe ""upper"" bell"',
    "Refunded Amount": "0.00",
    Id: "5512345678901",
  }),
  shopify({ Name: "#1001", Email: "lea@example.com", "Lineitem quantity": "2", "Lineitem name": "Plate" }),
  shopify({
    Name: "#1002",
    "Financial Status": "partially_refunded",
    Currency: "EUR",
    Subtotal: "1200.00",
    Shipping: "0.00",
    Taxes: "191.60",
    Total: "1200.00",
    "Discount Code": '"ZOE10, VIP"',
    "Discount Amount": "0.00",
    "Created at": "2026-11-20 23:30:00 +0100",
    "Refunded Amount": "200.00",
    Id: "5512345678902",
  }),
  shopify({
    Name: "#1003",
    "Financial Status": "voided",
    Currency: "EUR",
    Subtotal: "10.00",
    Total: "10.00",
    "Created at": "2026-11-21 08:00:00 +0100",
    "Cancelled at": "2026-11-21 08:10:00 +0100",
    "Refunded Amount": "0.00",
  }),
  shopify({
    Name: "#1004",
    "Financial Status": "authorized",
    Currency: "JPY",
    Total: "5000",
    "Created at": "2026-11-21 08:00:00 +0100",
    "Refunded Amount": "0",
  }),
  "",
].join("\r\n");
