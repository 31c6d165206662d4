import { brokenOff } from "../../ground/db/premise.ts";
import { RETRIES } from "../../ground/db/retries.ts";
import { retryIdempotent } from "../../ground/db/retry.ts";
import type { Deps } from "../../ground/deps.ts";
import { errorText } from "../../ground/error-text.ts";
import { Problem } from "../../ground/http/problem.ts";
import type { SourceStatus } from "../../ground/model/evidence.ts";
import type { StoreRow } from "../../programme/store/store.ts";
import type { HeaderMap } from "./columns.ts";
import type { DateOrder } from "../../ground/file/date-order.ts";
import { localTime } from "../../ground/file/local-time.ts";
import type { PresetName } from "./preset.ts";
import { type FileFormat, type FileReader, openFile } from "./read-file.ts";
import type { RowReading } from "./read-row.ts";
import type { ReconciliationRow } from "./store.ts";
import { failReconciliation, insertReconciliation, insertRows, type ReceivedRow, settleDates } from "./write.ts";

/** Largest file, bytes, and most rows of one. */
const MAX_BYTES = 67_108_864;
const MAX_ROWS = 200_000;

/** Rows that are written at once. */
const PACK = 1_000;

/** Bytes that are read at once: however large the pieces are in which a body comes, few rows are in memory. */
const SLICE = 65_536;

/** What receiving needs. */
export type ReceiveDeps = Pick<Deps, "d1" | "now" | "newId">;

/** How a file is to be taken. */
export interface Upload {
  store: StoreRow;
  /** Id of the API key, or `bootstrap`. */
  actor: string;
  format: FileFormat;
  /** `null`: it is to be found out. */
  preset: PresetName | null;
  map: HeaderMap;
  dryRun: boolean;
  /** Orders placed in this time should be in the file, ms UTC; `null`: its own days. */
  from: number | null;
  to: number | null;
  /** What comes first in dates; `null`: the file has to tell. */
  dateOrder: DateOrder | null;
  /** What statuses mean that the preset doesn't know, by `statusKey`. */
  statuses: ReadonlyMap<string, SourceStatus>;
}

/** The first and the last of times, ms UTC. */
interface Span {
  first: number;
  last: number;
}

/** A file's way into the database, a pack of rows after another. */
class Intake {
  readonly row: ReconciliationRow;
  readonly #deps: ReceiveDeps;
  readonly #file: FileReader;
  readonly #limit: number;
  #pack: ReceivedRow[] = [];
  #opened = false;
  /** By what comes first in dates that have two readings. */
  #spans: Record<DateOrder, Span> = { mdy: { ...NO_SPAN }, dmy: { ...NO_SPAN } };
  #order: DateOrder | null = null;
  /** The last row written with two readings of its time; 0: there is none. */
  #twoReadingsTo = 0;

  constructor(deps: ReceiveDeps, upload: Upload, file: FileReader, limit: number) {
    const now = deps.now();
    this.#deps = deps;
    this.#file = file;
    this.#limit = limit;
    this.row = {
      id: deps.newId("reconciliation"),
      storeId: upload.store.id,
      status: "receiving",
      dryRun: upload.dryRun,
      preset: file.preset ?? "generic",
      format: upload.format === "csv" ? "csv" : "json",
      fileHash: null,
      bytes: 0,
      rows: 0,
      classifiedTo: 0,
      missingAfter: null,
      fromAt: null,
      toAt: null,
      selected: 0,
      applied: 0,
      failure: null,
      actor: upload.actor,
      createdAt: now,
      updatedAt: now,
    };
  }

  /** When the first and the last of the orders were placed, ms UTC; `null`: no row has a time. */
  get span(): Span | null {
    const span = this.#spans[this.#order ?? "mdy"];
    return span.first === Infinity ? null : span;
  }

  async take(bytes: Uint8Array): Promise<void> {
    this.row.bytes += bytes.length;
    if (this.row.bytes > MAX_BYTES) throw tooLarge();
    for (let start = 0; start < bytes.length; start += SLICE) {
      await this.#add(this.#file.push(bytes.subarray(start, start + SLICE)));
    }
  }

  async end(): Promise<void> {
    await this.#add(this.#file.end());
    this.#order = this.#file.dateOrder();
    if (this.#pack.length > 0 || !this.#opened) await this.#write();
    if (this.#order !== null && this.#twoReadingsTo > 0) {
      await settleDates(this.#deps, this.row.id, this.#order, this.#twoReadingsTo);
    }
  }

  /** Tells what became of a file that did not come to its end; the cron does if this can't. */
  async giveUp(error: unknown): Promise<void> {
    if (!this.#opened) return;
    const failure = error instanceof Problem ? error.message : `The upload broke off after ${this.row.rows} rows.`;
    try {
      await failReconciliation(this.#deps, this.row.id, "receiving", failure, this.#deps.now()).run();
    } catch (storage) {
      console.error(JSON.stringify({ event: "upload_not_closed", id: this.row.id, message: errorText(storage) }));
    }
  }

  async #add(readings: readonly RowReading[]): Promise<void> {
    for (const { externalId, names, row, fault, unclear } of readings) {
      this.row.rows += 1;
      if (this.row.rows > this.#limit) throw tooLarge();
      if (row !== null && row.placedAt !== null) {
        extend(this.#spans.mdy, row.placedAt);
        extend(this.#spans.dmy, row.dayFirst ?? row.placedAt);
        if (row.dayFirst !== undefined) this.#twoReadingsTo = this.row.rows;
      }
      this.#pack.push({ n: this.row.rows, externalId, names, data: row, fault, unclear: unclear === true });
      if (this.#pack.length === PACK) await this.#write();
    }
  }

  async #write(): Promise<void> {
    const { d1, now } = this.#deps;
    this.row.preset = this.#file.preset ?? this.row.preset;
    this.row.updatedAt = now();
    const { id, rows, bytes, updatedAt } = this.row;
    const statements = [
      ...(this.#opened ? [] : [insertReconciliation(this.#deps, this.row)]),
      ...insertRows(this.#deps, id, this.#pack, { rows, bytes, now: updatedAt }),
    ];
    this.#opened = true;
    try {
      await retryIdempotent(() => d1.batch(statements), RETRIES);
    } catch (error) {
      if (brokenOff(error)) throw new Problem("unavailable", "The upload took too long and was given up.");
      throw error;
    }
    this.#pack = [];
  }
}

const NO_SPAN: Span = { first: Infinity, last: -Infinity };

function extend(span: Span, time: number): void {
  span.first = Math.min(span.first, time);
  span.last = Math.max(span.last, time);
}

/**
 * Takes a file as it comes: it is read, hashed and written in packs, and never held whole. Answers its
 * reconciliation, which stands at `receiving` still, as it is to be once all is known of it. Throws a
 * `Problem` for what is no export (400, 422) or too large (413); what came before is marked as failed then.
 */
export async function receive(
  deps: ReceiveDeps,
  upload: Upload,
  body: ReadableStream<Uint8Array> | null,
  limit = MAX_ROWS,
): Promise<ReconciliationRow> {
  const local = localTime(upload.store.timezone);
  const file = openFile({ ...upload, currency: upload.store.currency, local, now: deps.now() });
  const intake = new Intake(deps, upload, file, limit);
  const digest = new crypto.DigestStream("SHA-256");
  const hash = digest.getWriter();
  try {
    for await (const bytes of body ?? []) {
      // The digest takes its bytes over before the write is done.
      await hash.write(bytes);
      await intake.take(bytes);
    }
    await intake.end();
  } catch (error) {
    await hash.abort(error).catch(() => {});
    digest.digest.catch(() => {});
    await intake.giveUp(error);
    throw error;
  }
  await hash.close();
  const { row, span } = intake;
  const from = upload.from ?? (span === null ? null : local.dayStart(span.first));
  // An order that is placed after the file was made can't be in it.
  const end = span === null ? null : Math.min(local.nextDayStart(span.last), Math.max(row.createdAt, span.last + 1));
  const to = upload.to ?? end;
  const ranged = from !== null && to !== null;
  return {
    ...row,
    status: "classifying",
    fileHash: new Uint8Array(await digest.digest).toHex(),
    fromAt: ranged ? from : null,
    toAt: ranged ? to : null,
    updatedAt: deps.now(),
  };
}

/** Refuses a body (413) whose announced length is past the limit, before any of it is read. */
export function refuseLength(length: string | undefined): void {
  if (Number(length ?? 0) > MAX_BYTES) throw tooLarge();
}

function tooLarge(): Problem {
  return new Problem("body_too_large", `A file may have ${MAX_BYTES} bytes and ${MAX_ROWS} rows at most.`);
}
