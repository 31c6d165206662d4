import type { Platform } from "../platform.ts";
import { callsTo } from "./calls-send.ts";
import { check, SCOPES } from "./check-send.ts";
import { order, ordersSince, refundsSince } from "./orders-send.ts";
import { pagesOf } from "./pages-send.ts";
import { rulesOf } from "./rules-send.ts";
import { termsChangeAt, termsOf } from "./terms.ts";

/**
 * Magento Open Source and Adobe Commerce by their REST API V1 (2.4 and later). It is asked, and sends nothing: Adobe's
 * webhooks are calls within the checkout, which wait for an answer. `secrets`: `accessToken` alone, or `consumerKey`,
 * `consumerSecret`, `token` and `tokenSecret` of an integration. Orders are known by their `increment_id`, as the
 * exports of its admin name them.
 */
export const magento: Platform = {
  id: "magento",
  topics: [],
  scopes: SCOPES,
  // Nothing that comes can be from the shop.
  verify: async () => false,
  shopOf: () => null,
  isPing: () => false,
  read: () => ({ kind: "ignored", topic: "", reason: "not_an_order", detail: "Magento sends no messages." }),
  open(access, http, clickParam) {
    const calls = callsTo(access, http);
    const pages = pagesOf(calls);
    return {
      check: () => check(calls, access),
      registerWebhooks: async () => [],
      withdrawWebhooks: async () => {},
      order: (orderId) => order(pages, orderId, clickParam),
      ordersSince: (since, cursor) => ordersSince(pages, since, cursor, clickParam),
      refundsSince: (since, cursor) => refundsSince(pages, since, cursor, clickParam),
      ...rulesOf(calls, access),
    };
  },
  termsOf,
  termsChangeAt,
};
