import type { Platform } from "../platform.ts";
import { callsTo } from "./calls-send.ts";
import { check, NEEDED } from "./check-send.ts";
import { registerHooks, withdrawHooks } from "./hooks-send.ts";
import { readMessage, TOPICS } from "./message.ts";
import { order, ordersSince, refundsSince } from "./orders-send.ts";
import { changeCode, makeCode, readCode, withdrawCode } from "./promotions-send.ts";
import { termsOf } from "./terms.ts";
import { verify } from "./verify.ts";

/**
 * BigCommerce by its REST API: orders by v2, refunds, promotions and webhooks by v3. `secrets`: `accessToken` and
 * `clientSecret` of one store-level API account. Its messages only name an order, so each is asked for.
 */
export const bigcommerce: Platform = {
  id: "bigcommerce",
  topics: TOPICS,
  scopes: NEEDED,
  verify,
  // The secret is the API account's own, and its account the store's.
  shopOf: () => null,
  isPing: () => false,
  read: readMessage,
  open(access, http) {
    const calls = callsTo(access, http);
    return {
      check: (webhookUrl) => check(calls, access, webhookUrl),
      registerWebhooks: (webhookUrl) => registerHooks(calls, access, webhookUrl),
      withdrawWebhooks: () => withdrawHooks(calls, access.storeId),
      order: (orderId) => order(calls, orderId),
      ordersSince: (since, cursor) => ordersSince(calls, since, cursor),
      refundsSince: (since, cursor) => refundsSince(calls, since, cursor),
      makeCode: (spec) => makeCode(calls, spec),
      readCode: (externalId, text) => readCode(calls, externalId, text),
      changeCode: (externalId, spec) => changeCode(calls, externalId, spec),
      withdrawCode: (externalId) => withdrawCode(calls, externalId),
    };
  },
  termsOf: (spec) => termsOf(spec),
  // Promotions hold both dates.
  termsChangeAt: () => null,
};
