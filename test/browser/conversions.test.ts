import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { framed } from "../../scripts/demo-page.ts";
import { answerBanner, type Mall, newShopper, openMall, type Shopper } from "./shop.ts";

/** What each page of the site has: it is one page at many addresses, but for the form, which leads to another. */
const BODY = `
<form id="signup" action="/welcome"><label>Plan <input name="plan" value="pro"></label><button>Sign up</button></form>
<button type="button" id="offers">Offers</button>
<button type="button" id="login">Log in</button>`;

const SCRIPT = `
document.getElementById("signup").addEventListener("submit", () => {
  wm("track", "Signed up", { plan: "pro", value: "12.50", currency: "EUR" });
});
document.getElementById("offers").addEventListener("click", () => history.pushState(null, "", "/offers/spring?page=2"));
document.getElementById("login").addEventListener("click", () => wm("identify", "kim@shopper.example"));
if (location.pathname === "/welcome") wm("conversion", "welcomed", { value: 3 });
`;

/** A store with a site of its own. */
interface Site {
  id: string;
  origin: string;
  close: () => void;
}

async function openSite({ waymark: { api }, origin: waymark }: Mall): Promise<Site> {
  const store = await api.call<{ id: string; key: string }>("POST", "/stores", {
    name: "Software",
    consentPolicy: "deferred",
  });
  const define = async (name: string, triggers: unknown[], value: object) => {
    const made = await api.call<{ id: string }>("POST", "/conversion-definitions", {
      storeId: store.id,
      name,
      key: name,
      triggers,
      value,
      currency: "EUR",
    });
    await api.call("POST", `/conversion-definitions/${made.id}/activate`);
  };
  await define("signed-up", [{ type: "event", event: "Signed up", where: [] }], { mode: "event" });
  await define("welcomed", [{ type: "script", where: [] }], { mode: "event" });
  await define("offers", [{ type: "url", url: { is: "contains", value: "/offers/" }, where: [] }], { mode: "none" });
  await define("known", [{ type: "identified" }], { mode: "none" });
  const { html, policy } = framed({ title: "Software", body: BODY, script: SCRIPT }, { waymark, store: store.key });
  const server = createServer((_request, response) => {
    response.writeHead(200, { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy });
    response.end(html);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const site = `http://127.0.0.1:${port}`;
  await api.call("PATCH", `/stores/${store.id}`, { origins: [site] });
  return {
    id: store.id,
    origin: site,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** What the store's definitions came to, by their names: conversions, and how many of them couldn't be told apart. */
async function figures({ waymark: { api } }: Mall, { id }: Site) {
  const { data } = await api.call<{
    data: { name: string; last30Days: { conversions: number; notToldApart: number; valueMinor: number } }[];
  }>("GET", `/conversion-definitions?store=${id}`);
  return Object.fromEntries(
    data.map(({ name, last30Days: { conversions, notToldApart, valueMinor } }) => [
      name,
      [conversions, notToldApart, valueMinor],
    ]),
  );
}

/** All that was received for the store, once nothing is left to be looked at. */
async function received({ waymark: { api } }: Mall, { id }: Site, count: number): Promise<string> {
  const rows = async () =>
    (await api.call<{ data: { id: string; verdict: string }[] }>("GET", `/inbox?store=${id}&limit=200`)).data;
  const ended = async () => (await rows()).filter(({ verdict }) => verdict === "used" || verdict === "kept").length;
  await expect.poll(ended, { timeout: 15_000 }).toBe(count);
  return JSON.stringify(await Promise.all((await rows()).map((row) => api.call("GET", `/inbox/${row.id}`))));
}

describe("conversions on a site", () => {
  let mall: Mall;
  let site: Site;
  let shopper: Shopper;

  beforeAll(async () => {
    mall = await openMall();
  });

  afterAll(async () => {
    await mall?.close();
  });

  beforeEach(async () => {
    site = await openSite(mall);
    shopper = await newShopper(mall);
  });

  afterEach(async () => {
    await shopper.context.close();
    site.close();
    // Neither an error of a script nor anything against the page's policy.
    expect(shopper.problems).toEqual([]);
  });

  const press = async (name: string) => {
    await shopper.page.getByRole("button", { name }).click();
    await shopper.page.waitForLoadState("networkidle");
  };
  const cookies = async () => (await shopper.context.cookies(site.origin)).filter(({ name }) => name.startsWith("wm_"));
  const arrive = () => shopper.page.goto(`${site.origin}/start`, { waitUntil: "networkidle" });

  /** Looks at offers, signs up and comes to the page that welcomes. */
  async function signUp(): Promise<void> {
    await press("Offers");
    expect(new URL(shopper.page.url()).pathname).toBe("/offers/spring");
    await press("Sign up");
    await shopper.page.waitForURL("**/welcome?*");
    await shopper.page.waitForLoadState("networkidle");
  }

  it("are made by a form, a script and an address of a single page, each once, of one visitor who becomes known (AC-3, AC-4, AC-6, AC-7)", async () => {
    await arrive();
    await answerBanner(shopper.page, "accept");
    await signUp();
    await press("Log in");
    await press("Log in");
    const all = await received(mall, site, 8);
    expect(await figures(mall, site)).toEqual({
      "signed-up": [1, 0, 1250],
      welcomed: [1, 0, 300],
      offers: [1, 0, 0],
      known: [1, 0, 0],
    });
    const [visitor, ...others] = await cookies();
    expect(others).toEqual([]);
    expect(visitor).toMatchObject({ name: "wm_visitor", value: expect.stringMatching(/^[\w-]{22}$/), sameSite: "Lax" });
    expect(visitor?.expires).toBeLessThanOrEqual(Date.now() / 1000 + 395 * 86_400);
    expect(all).toContain("visitorHash");
    expect(all).not.toContain(visitor?.value);
    expect(all).not.toContain("kim@");
  });

  it("are counted without anybody's being told apart where the banner is rejected", async () => {
    await arrive();
    await answerBanner(shopper.page, "reject");
    await signUp();
    await press("Log in");
    const all = await received(mall, site, 5);
    expect(await figures(mall, site)).toEqual({
      "signed-up": [1, 1, 1250],
      welcomed: [1, 1, 300],
      offers: [1, 1, 0],
      known: [0, 0, 0],
    });
    expect(await cookies()).toEqual([]);
    expect(all).not.toMatch(/visitorHash|customerHash|kim@/);
  });

  it("are somebody's, and still one, once the banner is accepted late on the same page", async () => {
    await arrive();
    await press("Offers");
    await press("Log in");
    await received(mall, site, 2);
    expect(await figures(mall, site)).toMatchObject({ offers: [1, 1, 0], known: [0, 0, 0] });
    expect(await cookies()).toEqual([]);
    await answerBanner(shopper.page, "accept");
    await received(mall, site, 5);
    expect(await figures(mall, site)).toMatchObject({ offers: [1, 0, 0], known: [1, 0, 0] });
    expect(await cookies()).toHaveLength(1);
    // And forgotten again.
    await press("Withdraw consent");
    expect(await cookies()).toEqual([]);
  });

  it("are nobody's with Global Privacy Control, whatever the banner says", async () => {
    await shopper.context.close();
    shopper = await newShopper(mall, { extraHTTPHeaders: { "Sec-GPC": "1" } });
    await shopper.context.addInitScript({
      content: `Object.defineProperty(Navigator.prototype, "globalPrivacyControl", { get: () => true });`,
    });
    await arrive();
    await answerBanner(shopper.page, "accept");
    await press("Offers");
    await press("Log in");
    expect(await received(mall, site, 2)).not.toMatch(/visitorHash|customerHash/);
    expect(await figures(mall, site)).toMatchObject({ offers: [1, 1, 0], known: [0, 0, 0] });
    expect(await cookies()).toEqual([]);
  });
});
