import type { ExportedEvent } from "./exported.ts";
import { ga4Body } from "./ga4.ts";
import { metaBody } from "./meta.ts";

/** In which form events are sent on. */
export type ExportFormat = "ndjson" | "ga4" | "meta";

/** The secrets of an export; each format has its own. */
export type ExportSecrets = Readonly<Partial<Record<SecretName, string>>>;

/** Names of secrets. */
export type SecretName = "token" | "measurementId" | "apiSecret" | "accessToken";

/** The secrets that a format takes, and those without which nothing can be sent. */
export const SECRETS_OF: Readonly<
  Record<ExportFormat, { takes: readonly SecretName[]; needs: readonly SecretName[] }>
> = {
  ndjson: { takes: ["token"], needs: [] },
  ga4: { takes: ["measurementId", "apiSecret"], needs: ["measurementId", "apiSecret"] },
  meta: { takes: ["accessToken"], needs: ["accessToken"] },
};

/** What is known of the store whose events are sent. */
export interface SendContext {
  storeId: string;
  /** ms UTC. */
  now: number;
  /** Of the shop's pages, such as `https://shop.example`; empty: it isn't known. */
  origin: string;
  /** Step with which a checkout begins; `null`: none is planned. */
  firstStep: string | null;
  secrets: ExportSecrets;
  /** Whether an event may still be sent: not once its visitor asked to be forgotten. */
  maySend: (event: ExportedEvent) => boolean;
}

/** One request. */
export interface ExportRequest {
  /** Events that are done with once it was taken, those among them that the format has no words for. */
  events: number;
  /** `null`: nothing of them is to be sent. */
  body: string | null;
}

/** Most events of a request. Google takes 25, all of one browser; Meta a thousand. */
const MOST: Readonly<Record<ExportFormat, number>> = { ndjson: 500, ga4: 25, meta: 500 };

/**
 * The requests that send a row's events on, in an order that is the same whenever the row is read: so that so many events
 * of it are known to be sent. What may not be sent leaves its place empty.
 */
export function requestsOf(
  format: ExportFormat,
  events: readonly ExportedEvent[],
  context: SendContext,
): ExportRequest[] {
  const groups = format === "ga4" ? [...Map.groupBy(events, ({ visitor }) => visitor).values()] : [events];
  return groups.flatMap((group) =>
    chunksOf(group, MOST[format]).map((chunk) => ({
      events: chunk.length,
      body: bodyOf(format, chunk.filter(context.maySend), context),
    })),
  );
}

function bodyOf(format: ExportFormat, events: readonly ExportedEvent[], context: SendContext): string | null {
  if (events.length === 0) return null;
  switch (format) {
    case "ga4":
      return ga4Body(events, context);
    case "meta":
      return metaBody(events, context);
    case "ndjson":
      return events.map((event) => `${lineOf(context.storeId, event)}\n`).join("");
  }
}

function lineOf(storeId: string, { time, ...event }: ExportedEvent): string {
  return JSON.stringify({ storeId, time: new Date(time).toISOString(), ...event });
}

/** Where and how a format is sent: the address, and headers. Secrets stand where its receiver looks for them. */
export function addressOf(
  format: ExportFormat,
  endpoint: string,
  secrets: ExportSecrets,
): { url: string; headers: Record<string, string> } {
  const headers: Record<string, string> = {
    "user-agent": "Waymark-Analytics",
    "content-type": format === "ndjson" ? "application/x-ndjson" : "application/json",
  };
  if (format === "ndjson" && secrets.token !== undefined) headers["authorization"] = `Bearer ${secrets.token}`;
  if (format !== "ga4") return { url: endpoint, headers };
  const url = new URL(endpoint);
  url.searchParams.set("measurement_id", secrets.measurementId ?? "");
  url.searchParams.set("api_secret", secrets.apiSecret ?? "");
  return { url: url.href, headers };
}

function chunksOf<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_none, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
