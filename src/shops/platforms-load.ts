import type { ProviderId } from "../ground/model/provider.ts";
import { bigcommerceConnection } from "./bigcommerce/connection-schema.ts";
import type { Connector } from "./connection/connector-schema.ts";
import { magentoConnection } from "./magento/connection-schema.ts";
import type { Platform } from "./platform.ts";
import { shopifyConnection } from "./shopify/connection-schema.ts";
import { woocommerceConnection } from "./woocommerce/connection-schema.ts";

/** Platforms that a store can be connected to. What calls and reads is loaded when a shop of it is. */
export const CONNECTORS: Readonly<Partial<Record<ProviderId, Connector>>> = {
  shopify: { ...shopifyConnection, load: async () => (await import("./shopify/platform.ts")).shopify },
  woocommerce: { ...woocommerceConnection, load: async () => (await import("./woocommerce/platform.ts")).woocommerce },
  bigcommerce: { ...bigcommerceConnection, load: async () => (await import("./bigcommerce/platform.ts")).bigcommerce },
  magento: { ...magentoConnection, load: async () => (await import("./magento/platform.ts")).magento },
};

/** What is known of a platform; `null`: no store can be connected to it. */
export async function loadPlatform(provider: ProviderId): Promise<Platform | null> {
  return (await CONNECTORS[provider]?.load()) ?? null;
}
