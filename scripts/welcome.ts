import { DEMO_SLUG } from "./demo/definitions.ts";
import { DEMO_CODE } from "./demo-connected.ts";
import type { RunningDemo } from "./start-demo.ts";

/** A browser's user agent: curl's own is counted as a program's. */
const BROWSER =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1";

const KEY_HEADER = `-H "Authorization: Bearer $(sed -n 's/^ADMIN_API_KEY=//p' .dev.vars)"`;

/**
 * What a person needs to know once the Worker at `origin` is ready, with the demo; `seconds` is how long the start took.
 */
export function welcome(origin: string, { pages, connected }: RunningDemo, seconds: number): string {
  const longest = Math.max(...pages.map(({ name }) => name.length));
  return `Waymark is ready after ${seconds.toFixed(1)} s. Follow the demo's short link, accept the shop's banner, and buy something:

  ${origin}/${DEMO_SLUG}

What the demo's creators see of that, and of all that was before (the links work for a day, or until the next start):

${pages.map(({ name, url }) => `  ${name.padEnd(longest)}  ${url}`).join("\n")}

The desk, where all of it is seen and done. The admin key is ADMIN_API_KEY in .dev.vars:

  ${origin}/admin

To try in another terminal, from this directory:

  # Open the link as a phone's browser would
  curl -si -A '${BROWSER}' ${origin}/${DEMO_SLUG}

  # Read what was counted, and what was sold
  curl -s ${KEY_HEADER} ${origin}/api/v1/reports/links
${connected === null ? keyLines(origin) : shopLines(connected.control)}
Ctrl-C stops it.`;
}

/** What to try with the connected shop, at its control's address. */
function shopLines(control: string): string {
  return `
  # Buy at a stand-in Shopify that a second store is connected to, with a creator's code (see docs/shops.md)
  curl -s -d '{"lines":[{"price":"49.90","quantity":2}],"codes":["${DEMO_CODE}"]}' ${control}/do/order
`;
}

function keyLines(origin: string): string {
  return `
  # Whether all of it works, and if not, why
  curl -s ${KEY_HEADER} ${origin}/readyz
`;
}

/** The same without a demo: how to begin. */
export function welcomeToNothing(origin: string, seconds: number): string {
  return `Waymark is ready after ${seconds.toFixed(1)} s. The desk; the admin key, which opens it, is ADMIN_API_KEY in .dev.vars:

  ${origin}/admin

Begin with a store there (Settings, Stores), or in another terminal, from this directory:

  # Make a store, whose secret the answer has this once
  curl -s ${KEY_HEADER} -H 'Content-Type: application/json' -d '{"name":"My shop","homeUrl":"https://shop.example/","currency":"EUR","timezone":"Europe/Paris"}' ${origin}/api/v1/stores

  # Make a link
  curl -s ${KEY_HEADER} -H 'Content-Type: application/json' -d '{"url":"https://shop.example/sale","tags":["first"]}' ${origin}/api/v1/links

  # Whether all of it works, and if not, why
  curl -s ${KEY_HEADER} ${origin}/readyz

docs/admin.md goes on from there. Ctrl-C stops it.`;
}
