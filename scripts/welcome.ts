import { DEMO_SLUG } from "./demo.ts";
import { type ConnectedShop, DEMO_CODE } from "./demo-connected.ts";

/** A browser's user agent: curl's own is counted as a program's. */
const BROWSER =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1";

const KEY_HEADER = `-H "Authorization: Bearer $(sed -n 's/^ADMIN_API_KEY=//p' .dev.vars)"`;

/**
 * What a person needs to know once the Worker at `origin` is ready; `portal` is the page of the demo's creator,
 * `connected` the shop that a demo store is connected to, if there is one, `storeId` the demo store, `seconds` how long
 * the start took.
 */
export function welcome(
  origin: string,
  { portal, connected, storeId }: { portal: string; connected: ConnectedShop | null; storeId: string },
  seconds: number,
): string {
  return `Waymark is ready after ${seconds.toFixed(1)} s. A demo link, which leads to a demo shop: accept its banner, and buy something

  ${origin}/${DEMO_SLUG}

What the demo's creator sees of that, for a day:

  ${portal}

The desk, where all of it is seen and done: sign in with the admin key

  ${origin}/admin

The admin key: ADMIN_API_KEY in .dev.vars

To try in another terminal, from this directory:

  # Open the link as a phone's browser would
  curl -si -A '${BROWSER}' ${origin}/${DEMO_SLUG}

  # Read what was counted, and what was sold
  curl -s ${KEY_HEADER} ${origin}/api/v1/reports/links

  # Read what the calls to the demo's phone numbers came from, and came to (see docs/calls.md)
  curl -s ${KEY_HEADER} '${origin}/api/v1/reports/calls?store=${storeId}'

  # Whether all of it works, and if not, why
  curl -s ${KEY_HEADER} ${origin}/readyz

  # Make a link
  curl -s ${KEY_HEADER} -H 'Content-Type: application/json' -d '{"url":"https://shop.example/sale","tags":["first"]}' ${origin}/api/v1/links
${connected === null ? "" : shopLines(connected)}
Ctrl-C stops it.`;
}

/** What to try with the connected shop. */
function shopLines({ control }: ConnectedShop): string {
  return `
  # Buy at a stand-in Shopify that a second store is connected to, with a creator's code (see docs/shops.md)
  curl -s -d '{"lines":[{"price":"49.90","quantity":2}],"codes":["${DEMO_CODE}"]}' ${control}/do/order
`;
}
