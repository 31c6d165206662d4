import { z } from "@hono/zod-openapi";
import { expect, test } from "vitest";
import { PROVIDER_TABLE, PROVIDERS } from "../../../src/ground/model/provider.ts";
import { providerSchema } from "../../../src/programme/provider/schema.ts";
import { api, bodyOf } from "../../ground/api.ts";
import { expectGuarded } from "../../operate/key-fixtures.ts";

test("providers are listed, each with all it can do (UPF-2, UPF-9, UPF-49)", async () => {
  const { data } = bodyOf(z.object({ data: z.array(providerSchema.strict()) }), await api("GET", "/providers"));
  expect(data.map(({ id }) => id)).toEqual(["ast", "shopify", "woocommerce", "bigcommerce", "magento", "amazon"]);
  expect(data).toEqual(PROVIDERS.map((id) => PROVIDER_TABLE[id]));
  expect(data.find(({ id }) => id === "woocommerce")).toMatchObject({
    name: "WooCommerce",
    capabilities: { affiliateLink: "checkout_link", minimumQuantity: false, startDate: true, endDate: true },
  });
  expect(data.find(({ id }) => id === "amazon")).toMatchObject({
    name: "Amazon Attribution",
    capabilities: { discountCodes: false, affiliateLink: null, attributionTag: true, orders: "report", code: null },
  });
  expect(data.filter(({ capabilities }) => capabilities.attributionTag).map(({ id }) => id)).toEqual(["amazon"]);
});

test("providers are for keys that may read plans", async () => {
  await expectGuarded("GET", "/providers", "plans:read");
});
