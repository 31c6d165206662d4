import { importTokenKeys, type TokenKeys, verifyToken } from "../../edge/click/token.ts";
import { errorText } from "../../ground/error-text.ts";
import type { ClickRef } from "../../ground/model/evidence.ts";

// By environment, as the isolate's own state is: see index.ts.
const keysOf = new WeakMap<object, Promise<TokenKeys | null>>();

/** The click that a token names; `null`: it is none of this deployment's, or its keys can't be read, which is logged once. */
export async function clickOfToken(env: Pick<Env, "CLICK_TOKEN_KEYS">, token: string): Promise<ClickRef | null> {
  let keys = keysOf.get(env);
  if (keys === undefined) keysOf.set(env, (keys = importTokenKeys(env.CLICK_TOKEN_KEYS ?? "").catch(unread)));
  const known = await keys;
  const verdict = known === null ? null : await verifyToken(known, token);
  if (verdict?.ok !== true) return null;
  const { clickId, linkId, time } = verdict.token;
  return { clickId, linkId, time };
}

function unread(error: unknown): null {
  console.error(JSON.stringify({ event: "token_unread", message: errorText(error) }));
  return null;
}
