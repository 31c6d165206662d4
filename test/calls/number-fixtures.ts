import { env } from "cloudflare:workers";
import { numberSchema } from "../../src/calls/number/schema.ts";
import { listedPool } from "../../src/calls/pool/schema.ts";
import { api, bodyOf } from "../ground/api.ts";

let count = 0;

/** A number that nobody has yet, E.164. */
export function nextNumber(): string {
  count += 1;
  return `+4930${String(1_000_000 + count)}`;
}

/** Registers a number of a store's by the API, bound to nothing unless told otherwise. */
export async function registerNumber(body: Record<string, unknown> & { storeId: string }) {
  return bodyOf(numberSchema, await api("POST", "/phone-numbers", { number: nextNumber(), ...body }));
}

/** Says by the API what a number stands for. */
export async function bind(id: string, body: Record<string, unknown>) {
  return bodyOf(numberSchema, await api("POST", `/phone-numbers/${id}/bind`, body));
}

/** Makes a pool of a store's by the API. */
export async function createPool(body: Record<string, unknown> & { storeId: string }) {
  return bodyOf(listedPool, await api("POST", "/number-pools", { name: "Pool", target: nextNumber(), ...body }));
}

/** How many rows there are of a table, or of those that a condition behind its name meets. */
export async function countOf(table: string): Promise<number> {
  return (await env.DB.prepare(`SELECT count(*) AS n FROM ${table}`).first<number>("n")) ?? -1;
}
