import { type Context, Hono } from "hono";
import type { AppTypes, Deps } from "../../ground/deps.ts";
import { errorText } from "../../ground/error-text.ts";
import { readBounded } from "../../ground/http/body.ts";
import { Problem, problemResponse } from "../../ground/http/problem.ts";
import type { StoreRow } from "../../programme/store/store.ts";
import { admits, senderOf, tooMany } from "../../sales/capture/admit-run.ts";
import { freshStore, storeOf } from "../../sales/capture/intake-write.ts";
import { parseBody } from "../../sales/capture/parse.ts";
import { originOf, originProblem } from "../../sales/capture/request.ts";
import { Untold } from "../../visits/take/values.ts";
import { askerOf, originOfVisit } from "./asker-load.ts";
import { releaseLeases } from "./claim-write.ts";
import { giveNumbers } from "./give-run.ts";
import { MAX_TARGETS, readWish, type ToldWish } from "./read-wish.ts";

/** Largest body, bytes. */
const MAX_BODY = 8_192;

/** How often a page that is looked at says that it shows a number, s. */
const HEARTBEAT_SECONDS = 60;

/**
 * `POST /t/numbers?s={storeKey}`: the numbers that a page is to show instead of its own (see docs/calls.md). Asking again
 * is how a page says that it is still looked at.
 */
export const leaseRoutes = new Hono<AppTypes>()
  .options("/numbers", (c) => {
    return new Response(null, {
      status: 204,
      headers: {
        ...openTo(c.req.raw),
        "Access-Control-Allow-Methods": "POST, OPTIONS",
        "Access-Control-Allow-Headers": "Content-Type",
        "Access-Control-Max-Age": "86400",
      },
    });
  })
  .post("/numbers", async (c) => {
    try {
      return Response.json(await answer(c), { headers: openTo(c.req.raw) });
    } catch (error) {
      const response = problemResponse(problemOf(error), c.var.requestId);
      for (const [name, value] of Object.entries(openTo(c.req.raw))) response.headers.set(name, value);
      return response;
    }
  });

/**
 * For pages of any origin, by name: a page that shares its domain with the short links sends its cookies along, which may
 * say that their owner opted out. None of them is ever answered with anything that the request didn't name.
 */
function openTo({ headers }: Request): Record<string, string> {
  const origin = headers.get("Origin");
  return {
    "Access-Control-Allow-Origin": origin ?? "*",
    ...(origin !== null && { "Access-Control-Allow-Credentials": "true" }),
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "cross-origin",
    Vary: "Origin",
    "X-Content-Type-Options": "nosniff",
  };
}

function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  console.error(JSON.stringify({ event: "numbers_unavailable", message: errorText(error) }));
  return new Problem("unavailable", "No number can be given just now.", [], { "Retry-After": "60" });
}

async function answer(c: Context<AppTypes>) {
  const { deps } = c.env;
  const request = c.req.raw;
  const body = await readBounded(request, MAX_BODY);
  const store = await admitted(deps, request, c.req.query("s") ?? "");
  const told = read(body);
  const asker = await askerOf(deps, request.headers, store);
  const mayKnow = !asker.isBot && asker.allows(told.consent);
  const visitorHash = asker.isBot ? null : await asker.hashOf(told.visitor);
  // Who names a visitor whom nobody may know any more gives back what that one holds.
  if (!mayKnow && visitorHash !== null) await deps.d1.batch(releaseLeases(deps.d1, store.id, visitorHash, deps.now()));
  const origin = await originOfVisit(deps.env, told.origin, store.origins);
  const wishes = told.numbers.map(({ target, shown }) => ({
    ...origin,
    storeId: store.id,
    target,
    asks: true,
    isBot: asker.isBot,
    visitorHash: mayKnow ? visitorHash : null,
    network: asker.network,
    shown,
    visit: told.visit,
    page: told.page,
  }));
  return { numbers: await giveNumbers(deps, wishes), heartbeatSeconds: HEARTBEAT_SECONDS };
}

/** The store that a page names. Throws a `Problem`: 404 for none, 422 for another site's page, 429. */
async function admitted(deps: Deps, request: Request, key: string): Promise<StoreRow> {
  const { env } = deps;
  const sender = senderOf(request.headers);
  const origin = originOf(request);
  let { store, isFresh } = await storeOf(deps, key);
  const isMisplaced = () => store !== null && originProblem(origin, store.origins) !== null;
  if (!isFresh && isMisplaced()) ({ store } = await freshStore(deps, key));
  const isAdmitted =
    store === null ? await admits(env.UNKNOWN_STORES, sender, 1) : await admits(env.PAGE_BEHAVIOUR, `n ${sender}`, 1);
  if (!isAdmitted) throw tooMany("Numbers are asked for too often from there.");
  if (store === null) throw new Problem("not_found", "No store has this key.");
  if (isMisplaced()) throw Problem.invalid("Origin", "is not one of the store's");
  return store;
}

/** Throws a `Problem` (400, 422). */
function read(body: Uint8Array): ToldWish {
  const parsed = parseBody(body);
  if ("refused" in parsed) throw new Problem("malformed_json", parsed.refused.detail);
  try {
    return readWish(parsed.value);
  } catch (error) {
    if (!(error instanceof Untold)) throw error;
    const detail = `A page tells its url, and as targets up to ${MAX_TARGETS} numbers such as +493012345678.`;
    throw new Problem("validation_failed", `${error.message}: ${detail}`);
  }
}
