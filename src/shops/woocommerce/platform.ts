import type { Platform } from "../platform.ts";
import { callsTo } from "./calls-send.ts";
import { check } from "./check-send.ts";
import { changeCode, makeCode, readCode, withdrawCode } from "./coupons-send.ts";
import { readMessage, TOPICS } from "./message.ts";
import { order, ordersSince, refundsSince } from "./orders-send.ts";
import { termsChangeAt, termsOf } from "./terms.ts";
import { isPing, verify } from "./verify.ts";
import { registerWebhooks, withdrawWebhooks } from "./webhooks-send.ts";

/**
 * WooCommerce by its REST API v3 (5.8 and later, which can list by the time of a change). `secrets`: `consumerKey`,
 * `consumerSecret` of a key with the permission Read/Write, and `webhookSecret`, which is ours; it has to do without the
 * characters that HTML escapes, since WooCommerce signs by the secret with those unescaped.
 */
export const woocommerce: Platform = {
  id: "woocommerce",
  topics: TOPICS,
  scopes: ["read", "write"],
  verify,
  // Its secret is the connection's own.
  shopOf: () => null,
  isPing,
  read: readMessage,
  open(access, http, clickParam) {
    const calls = callsTo(access, http);
    return {
      check: (webhookUrl) => check(calls, access, webhookUrl),
      registerWebhooks: (webhookUrl) => registerWebhooks(calls, access, webhookUrl),
      withdrawWebhooks: () => withdrawWebhooks(calls, access.storeId),
      order: (orderId) => order(calls, orderId, clickParam),
      ordersSince: (since, cursor) => ordersSince(calls, since, cursor, clickParam),
      refundsSince: (since, cursor) => refundsSince(calls, since, cursor, clickParam),
      makeCode: (spec, now) => makeCode(calls, access, spec, now),
      readCode: (externalId, text) => readCode(calls, access, externalId, text),
      changeCode: (externalId, spec, now) => changeCode(calls, access, externalId, spec, now),
      withdrawCode: (externalId) => withdrawCode(calls, externalId),
    };
  },
  termsOf,
  termsChangeAt,
};
