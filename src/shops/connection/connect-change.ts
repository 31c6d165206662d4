import type { Deps } from "../../ground/deps.ts";
import type { Change } from "../../ground/http/commit.ts";
import { validationProblem } from "../../ground/http/openapi.ts";
import { Problem } from "../../ground/http/problem.ts";
import { idOf } from "../../ground/id-text.ts";
import { PROVIDER_TABLE } from "../../ground/model/provider.ts";
import { SHOP_SETTINGS } from "../../ground/model/shop.ts";
import { existingStore, type StoreRow } from "../../programme/store/store.ts";
import { PLATFORM } from "../client/http-send.ts";
import { readProviderOrigins } from "../client/provider-origins.ts";
import { type ShopCheck, ShopFailure, type ShopHttp } from "../platform.ts";
import { CONNECTORS } from "../platforms-load.ts";
import { shopAddressProblem } from "./address.ts";
import { CHECK_MS, graveProblem, problemsOf, signedUrl, webhookUrlOf } from "./check-run.ts";
import type { Connector, GivenConnection } from "./connector-schema.ts";
import { CHECK_FAILING_MS } from "./health-store.ts";
import { type ConnectionRow, shopAt } from "./load-shop.ts";
import { auditedConnection } from "./present.ts";
import { openShopSecrets, sealShopSecrets, sealToken, type ShopSecrets } from "./seal.ts";
import { findConnection, hasShopOrders, makeCodesDue, storeConnectedTo, UNREAD, writeConnection } from "./store.ts";

/** A connection that is planned. */
export interface PlannedConnection extends Change<null> {
  row: ConnectionRow;
  /** The connection that it is in the place of, with its secrets, if that was to another shop. */
  left: { row: ConnectionRow; secrets: ShopSecrets } | null;
  /** Whether the shop could be asked. */
  reached: boolean;
}

/**
 * Plans a store's connection, having asked the shop whether it works. `asked` is the request's URL. Throws a `Problem`:
 * 404, 409 if the store runs on another platform, has orders of another shop, or another store is connected to the shop, 422 for a body that won't do, a platform that can't be connected and
 * a shop that refuses, 503 where no secret can be sealed. A shop that can't be reached now is connected as `failing`.
 */
export async function planConnection(
  deps: Deps,
  storeId: string,
  body: unknown,
  asked: string,
): Promise<PlannedConnection> {
  const { env } = deps;
  const store = await existingStore(deps, storeId);
  const { provider, connector } = connectorOf(store, body);
  const given = read(connector, body);
  const override = readProviderOrigins(env).origins[provider] ?? null;
  const problem = shopAddressProblem(connector.addressOf(given.account), override);
  if (problem !== null) throw Problem.invalid(connector.accountField, problem);

  const elsewhere = await storeConnectedTo(deps, { provider, account: given.account, storeId });
  if (elsewhere !== null) {
    throw new Problem(
      "shop_connected",
      `The store ${elsewhere} is connected to ${given.account}, and each order would count twice. Disconnect that first: DELETE /stores/${elsewhere}/connection.`,
    );
  }
  const before = await findConnection(deps, storeId);
  const known = before === null ? null : await openShopSecrets(env.VISITOR_KEY, storeId, before.secretsSealed);
  const same = before !== null && before.provider === provider && before.account === given.account;
  if (before !== null && !same && connector.ownIds === true && given.moved !== true) {
    await refuseOrdersOfAnother(deps, before, given.account);
  }
  const secrets = withDrawn(deps, connector, connector.merge(given.secrets, same ? (known ?? {}) : {}));
  const missing = connector.missing(secrets);
  if (missing !== null) throw Problem.invalid(missing.path, missing.message);

  const now = deps.now();
  const url = signedUrl(
    provider,
    secrets,
    webhookUrlOf(env, { provider, storeId }, `${new URL(asked).origin}/webhooks/${provider}/${storeId}`),
  );
  const { account, apiVersion } = given;
  const { found, failure, token } = await ask(deps, store, provider, connector, {
    account,
    apiVersion,
    secrets,
    url,
  });
  const secretsSealed = await sealShopSecrets(env.VISITOR_KEY, deps.random, storeId, secrets);
  if (secretsSealed === null) {
    throw new Problem("unavailable", "VISITOR_KEY is not set, which secrets are sealed under.");
  }
  const problems = found === null ? [] : problemsOf(provider, secrets, found, store.currency);
  const worst = failure ?? graveProblem(problems);
  const row: ConnectionRow = {
    ...(same ? before : UNREAD),
    storeId,
    provider,
    account,
    apiVersionAsked: apiVersion,
    apiVersion: found?.apiVersion ?? apiVersion,
    scopes: found?.scopes ?? [],
    // What isn't said of the same shop stays as it was: new credentials must not change how orders count.
    settings: { ...SHOP_SETTINGS, ...(same ? before.settings : {}), ...given.settings },
    secretsSealed,
    tokenSealed: token === null ? null : await sealToken(env.VISITOR_KEY, deps.random, storeId, token.value),
    tokenExpiresAt: token?.expiresAt ?? null,
    state: worst === null ? "connected" : "failing",
    failureCode: worst?.code ?? null,
    failureDetail: worst?.message ?? null,
    failingSince: worst === null ? null : now,
    failures: worst === null ? 0 : 1,
    problems,
    webhookUrl: url,
    checkedAt: now,
    nextCheckAt: now + (worst === null ? CHECK_MS : CHECK_FAILING_MS),
    nextPollAt: now,
    // Codes that are older than the connection may be the shop's own by chance; see what works on them.
    createdAt: same && before.state !== "disconnected" ? before.createdAt : now,
    updatedAt: now,
    disconnectedAt: null,
  };
  const live = before !== null && before.state !== "disconnected";
  return {
    row,
    reached: found !== null,
    left: !same && live && known !== null ? { row: before, secrets: known } : null,
    statements: [
      ...writeConnection(deps, before, row, same),
      ...(same ? [] : [deps.d1.prepare("DELETE FROM shop_webhooks WHERE store_id = ?1").bind(storeId)]),
      ...makeCodesDue(deps.d1, storeId, !same),
    ],
    audit: [
      {
        action: live ? "update" : "create",
        entity: "shopConnection",
        entityId: storeId,
        before: live ? auditedConnection(before, known === null ? null : Object.keys(known)) : null,
        after: auditedConnection(row, Object.keys(secrets)),
      },
    ],
    status: 200,
    body: null,
  };
}

/** Throws a `Problem` (409) if a store has orders of the shop that it was connected to: another has others by the same ids. */
async function refuseOrdersOfAnother({ d1 }: Deps, { storeId, account }: ConnectionRow, other: string): Promise<void> {
  if (!(await hasShopOrders(d1, storeId))) return;
  throw new Problem(
    "shop_differs",
    `The store has orders of ${account}, and ${other} may have others by the same numbers, which would take their places. Connect another shop to a store of its own. If it is the same shop, at another address now, say so by "moved": true.`,
  );
}

/** How the store's platform is connected to. Throws a `Problem`: 409 if the body is for another, 422 if it can't be. */
function connectorOf(store: StoreRow, body: unknown): { provider: ConnectionRow["provider"]; connector: Connector } {
  const provider = store.provider as ConnectionRow["provider"];
  const said = typeof body === "object" && body !== null && "provider" in body ? body.provider : undefined;
  const names = Object.keys(CONNECTORS).join(", ");
  if (typeof said === "string" && said !== provider) {
    throw new Problem(
      "provider_differs",
      `The store's provider is ${provider}. Send what connects that, or change it first: PATCH /stores/${store.id} {"provider": …}.`,
      [{ path: "provider", message: `must be ${provider}, or be left out` }],
    );
  }
  if (provider === "ast") {
    throw new Problem(
      "provider_differs",
      `The store's provider is ast, which reports by itself and is connected to nothing. A shop of ${names} is, once PATCH /stores/${store.id} {"provider": …} says so.`,
    );
  }
  const connector = CONNECTORS[provider];
  if (connector === undefined) {
    throw new Problem(
      "not_supported_yet",
      `${PROVIDER_TABLE[provider].name} can't be connected yet; ${names} can. Its orders can be reported to /t/orders, and its exports reconciled.`,
    );
  }
  return { provider, connector };
}

/** A body as its platform reads it. Throws a `Problem` (422) that names each path at fault. */
function read(connector: Connector, body: unknown): GivenConnection {
  const { success, data, error } = connector.body.safeParse(body);
  if (!success) throw validationProblem(error.issues);
  return data;
}

/** The secrets, with the one for webhooks that we draw ourselves where the platform takes it from us. */
function withDrawn({ random }: Deps, { signedBy }: Connector, secrets: ShopSecrets): ShopSecrets {
  if (signedBy === null || !signedBy.drawn || secrets[signedBy.secret] !== undefined) return secrets;
  const bytes = new Uint8Array(32);
  random(bytes);
  return { ...secrets, [signedBy.secret]: idOf("", bytes) };
}

/** Asks a shop whether it can be worked with. Throws a `Problem` (422) if it refuses. */
async function ask(
  { env }: Deps,
  { id: storeId, clickParam }: StoreRow,
  provider: ConnectionRow["provider"],
  connector: Connector,
  { url, ...given }: { account: string; apiVersion: string | null; secrets: ShopSecrets; url: string | null },
): Promise<{ found: ShopCheck | null; failure: ShopFailure | null; token: ShopHttp["token"] }> {
  let token: ShopHttp["token"] = null;
  const { shop } = shopAt(env, {
    provider,
    platform: await connector.load(),
    parts: { storeId, ...given },
    clickParam,
    token,
    keep: async (value, expiresAt) => {
      token = { value, expiresAt };
    },
    outside: PLATFORM,
  });
  try {
    const found = await shop.check(url);
    return { found, failure: null, token };
  } catch (error) {
    if (!(error instanceof ShopFailure)) throw error;
    if (!error.passing) throw new Problem("shop_refused", `${error.code}: ${error.message}`);
    return { found: null, failure: error, token };
  }
}
