import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { makeShopOf } from "./stand-shops.ts";

test("a shop of a stand-in is reached from within workerd, where the Worker is told that it is", async () => {
  const shop = await makeShopOf("shopify", { auth: "token" });
  const { shopify } = JSON.parse(env.PROVIDER_ORIGINS) as { shopify: string };
  const ask = async (token: string): Promise<Response> =>
    fetch(`${shopify}/${shop.name}/admin/api/2026-10/graphql.json`, {
      method: "POST",
      headers: { "X-Shopify-Access-Token": token },
      body: JSON.stringify({ query: "{ shop { myshopifyDomain currencyCode } }" }),
    });
  const answer = await ask(shop.credentials.accessToken ?? "");
  expect(await answer.json()).toMatchObject({ data: { shop: { myshopifyDomain: shop.name, currencyCode: "EUR" } } });
  expect((await ask("shpat_unknown")).status).toBe(401);
});

test("webhooks are handed to whoever answers them, and what failed comes again as it was", async () => {
  const shop = await makeShopOf("shopify");
  await shop.act("message", { topic: "shop/redact", to: "https://links.test/hook", body: { shop_domain: shop.name } });
  const bodies: string[] = [];
  const answers = [503, 200];
  const send = async (request: Request): Promise<Response> => {
    bodies.push(`${request.method} ${request.url} ${await request.text()}`);
    return new Response(null, { status: answers.shift() ?? 500 });
  };
  expect(await shop.deliverBy(send)).toEqual([{ id: "1", topic: "shop/redact", status: 503 }]);
  expect(await shop.deliverBy(send)).toEqual([{ id: "1", topic: "shop/redact", status: 200 }]);
  expect(await shop.deliverBy(send)).toEqual([]);
  const said = `POST https://links.test/hook {"shop_domain":"${shop.name}"}`;
  expect(bodies).toEqual([said, said]);
});
