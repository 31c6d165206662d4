import { env } from "cloudflare:workers";
import { Webhook } from "standardwebhooks";
import { pageOf } from "../../src/ground/http/pagination.ts";
import { deliverWebhooks, type Outside } from "../../src/operate/webhook/deliver-run.ts";
import type { EventType } from "../../src/ground/model/event.ts";
import {
  deliverySchema,
  endpointSchema,
  endpointWithSecret,
  type EventBody,
} from "../../src/operate/webhook/schema.ts";
import { api, bodyOf } from "../ground/api.ts";

/** Creates an endpoint. */
export async function createEndpoint(body: Record<string, unknown> = {}) {
  const answer = await api("POST", "/webhook-endpoints", { url: "https://hooks.example.com/waymark", ...body });
  return bodyOf(endpointWithSecret, answer);
}

/** Changes an endpoint. */
export async function changeEndpoint(endpointId: string, body: Record<string, unknown>) {
  return bodyOf(endpointSchema, await api("PATCH", `/webhook-endpoints/${endpointId}`, body));
}

/** The deliveries to an endpoint, newest event first. */
export async function deliveriesTo(endpointId: string, query = "") {
  const answer = await api("GET", `/webhook-endpoints/${endpointId}/deliveries${query}`);
  return bodyOf(pageOf(deliverySchema), answer).data;
}

/** A message as an endpoint got it. */
export interface Message {
  url: string;
  headers: Record<string, string>;
  /** The body's text, which is what is signed. */
  text: string;
  event: EventBody;
  init: RequestInit<RequestInitCfProperties>;
}

/** The message of a call of `fetch`. */
export function messageOf([url, init = {}]: Parameters<typeof fetch>): Message {
  if (typeof url !== "string" || typeof init.body !== "string") throw new Error("not what a webhook sends");
  const headers = Object.fromEntries(new Headers(init.headers as HeadersInit));
  return { url, headers, text: init.body, event: JSON.parse(init.body) as EventBody, init };
}

/** Which of these secrets a message is signed with, as the standardwebhooks package verifies it. */
export function signers(message: Message | undefined, secrets: readonly string[]): string[] {
  return secrets.filter((secret) => {
    try {
      return new Webhook(secret).verify(message?.text ?? "", message?.headers ?? {}) !== undefined;
    } catch {
      return false;
    }
  });
}

/** Answers every message with a status. */
export const answering =
  (status: number, body: BodyInit | null = null): (() => Response) =>
  () =>
    new Response(body, { status });

/**
 * The world as far as webhooks reach: endpoints that take whatever they get, unless told otherwise, and chance
 * without any. Time is that of `Date`.
 */
export function world(answer: (message: Message) => Response | Promise<Response> = answering(204)) {
  const messages: Message[] = [];
  const outside: Outside = {
    fetch: async (...call) => {
      const message = messageOf(call);
      messages.push(message);
      return answer(message);
    },
    now: () => Date.now(),
    random: () => 0.5,
  };
  return { messages, run: async (bindings: Env = env) => deliverWebhooks(bindings, outside) };
}

/** Writes events as a trigger would: of an order, unless told otherwise. Answers their numbers. */
export async function happen(
  count = 1,
  type: EventType = "order.approved",
  storeId: string | null = null,
  data: unknown = {},
): Promise<number[]> {
  const { results } = await env.DB.prepare(
    `INSERT INTO events (type, store_id, subject_id, data, time)
     WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
     SELECT ?2, ?3, 'ord_000000000000000' || (i % 10), ?4, ?5 FROM n RETURNING seq`,
  )
    .bind(count, type, storeId, JSON.stringify(data), Date.now())
    .all<{ seq: number }>();
  return results.map(({ seq }) => seq);
}

/** All events in the table. */
export async function allEvents() {
  const { results } = await env.DB.prepare(
    "SELECT type, store_id AS storeId, subject_id AS subjectId, data FROM events ORDER BY seq",
  ).all<{ type: string; storeId: string | null; subjectId: string; data: string }>();
  return results;
}
