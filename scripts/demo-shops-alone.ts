/**
 * `npm run demo:shops`: the stand-in shops without the Worker, for one that runs otherwise than by `npm start`, which has
 * its own. `PORT` sets the port of the first (8791); the others follow it.
 */
import { Failure } from "./failure.ts";
import { HOST, readPort, requireFreePort } from "./settings.ts";
import { makeShop } from "./shops/stand-client.ts";
import { originsOf, startStand } from "./shops/stand.ts";
import { STANDS } from "./shops/stands.ts";

const DEFAULT_PORT = 8791;

const KEY = `-H "Authorization: Bearer $(sed -n 's/^ADMIN_API_KEY=//p' .dev.vars)"`;

try {
  const port = readPort(process.env.PORT ?? "", DEFAULT_PORT);
  for (const place of STANDS.keys()) {
    await requireFreePort(port + place, (other) => `PORT=${other} npm run demo:shops`);
  }
  const stands = await Promise.all(STANDS.map((platform, place) => startStand(platform, port + place)));
  const parts: string[] = [];
  for (const { id, origin } of stands) {
    const shop = await makeShop(origin, { alias: "demo", currency: "EUR" });
    // It sends its webhooks as they arise.
    await shop.auto(true);
    const control = `${origin}/_stand/shops/demo`;
    parts.push(`${id}: the shop ${shop.name}, for a store whose provider is "${id}"

  # Connect that store (its id in place of str_…)
  curl -s -X PUT ${KEY} -H 'Content-Type: application/json' -d '${JSON.stringify(shop.credentials)}' http://${HOST}:8787/api/v1/stores/str_…/connection

  # Take an order; give some of it back (its id from the answer); cancel it
  curl -s -d '{"lines":[{"price":"49.90","quantity":2}]}' ${control}/do/order
  curl -s -d '{"order":"…","lines":[{"line":0,"quantity":1}]}' ${control}/do/refund
  curl -s -d '{"order":"…"}' ${control}/do/cancel

  # Send no webhooks any more, or fail three calls of ten; heal it
  curl -s -X PUT -d '{"webhooks":{"off":true}}' ${control}/faults
  curl -s -X PUT -d '{"error":0.3}' ${control}/faults
  curl -s -X PUT -d '{}' ${control}/faults

  # What it has, and what it was asked
  curl -s ${control}
  curl -s ${control}/calls
`);
  }
  console.log(`Stand-in shops, in memory. For a Worker on this machine to ask them, put into .dev.vars and start it anew:

  PROVIDER_ORIGINS='${JSON.stringify(originsOf(stands))}'

${parts.join("\n")}
Ctrl-C stops them.`);
  // Their servers hold no process; this one is here for nothing else.
  setInterval(() => undefined, 2 ** 30);
} catch (error) {
  console.error(error instanceof Failure ? error.message : error);
  process.exit(1);
}
