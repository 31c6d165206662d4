import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { browserName } from "../../../src/desk/session/browser-name.ts";
import { sessionCookie, tokenOf } from "../../../src/desk/session/cookie.ts";
import { mayWrite } from "../../../src/ground/http/provenance.ts";
import { pageToGo } from "../../../src/desk/session/guard.ts";
import { readAccess } from "../../../src/ground/http/access-settings.ts";

const OWN = "https://go.brand.example";

describe("DSH-5: writes at the desk", () => {
  it.each([
    [OWN, "same-origin", true],
    [OWN, undefined, true],
    [undefined, "same-origin", true],
    [undefined, undefined, false],
    ["null", "same-origin", false],
    ["https://evil.example", undefined, false],
    ["http://go.brand.example", undefined, false],
    ["https://go.brand.example:444", "same-origin", false],
    [OWN, "same-site", false],
    [OWN, "cross-site", false],
    [OWN, "none", false],
    [undefined, "none", false],
  ])("come from the desk itself: Origin %s and Sec-Fetch-Site %s", (origin, site, may) => {
    expect(mayWrite({ origin, site, own: OWN })).toBe(may);
  });

  it.each([
    "//evil.example",
    "https://evil.example/admin",
    "/\\evil.example",
    "/admin\\..\\..",
    "/admin/..//evil.example",
    "/adminx",
    "javascript:alert(1)",
    "/admin/\n/evil",
    "",
  ])("and nobody is sent elsewhere after signing in: %j", (to) => {
    const page = pageToGo(to);
    expect(new URL(page, OWN).origin).toBe(OWN);
    expect(page).toMatch(/^\/admin(?:[/?]|$)/);
  });

  it("whatever is asked for, the page is one of the desk", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `//${text}`),
          fc.string().map((text) => `/admin/${text}`),
        ),
        (to) => {
          const url = new URL(pageToGo(to), OWN);
          expect(url.origin).toBe(OWN);
          expect(url.pathname).toMatch(/^\/admin(?:\/|$)/);
        },
      ),
    );
    expect(pageToGo("/admin/orders?store=str_1&q=a%20b")).toBe("/admin/orders?store=str_1&q=a%20b");
  });
});

describe("DSH-5: the cookie of a session", () => {
  it("is the host's own, secure, out of scripts' reach and of no other site's requests", () => {
    const token = "a".repeat(43);
    const cookie = sessionCookie(token, 60);
    expect(cookie.split("; ")).toEqual([
      `__Host-wm_session=${token}`,
      "Path=/",
      "Max-Age=60",
      "Secure",
      "HttpOnly",
      "SameSite=Strict",
    ]);
    expect(tokenOf(`x=1; __Host-wm_session=${token}; y=2`)).toBe(token);
    expect(tokenOf(`wm_session=${token}`)).toBeNull();
    expect(tokenOf("__Host-wm_session=short")).toBeNull();
    expect(tokenOf(undefined)).toBeNull();
  });

  it.each([
    [
      "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
      "Safari on macOS",
    ],
    [
      "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0",
      "Edge on Windows",
    ],
    ["Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0", "Firefox on Android"],
    ["curl/8", "Another browser on another system"],
    [undefined, "Another browser on another system"],
  ])("names the browser in words: %s", (agent, name) => expect(browserName(agent)).toBe(name));
});

describe("Cloudflare Access", () => {
  const AUD = "0".repeat(64);

  it("is off unless all of it is said, and says what is wrong", () => {
    expect(readAccess({})).toEqual({ settings: null, problem: null });
    for (const variables of [
      { ACCESS_TEAM: "brand" },
      { ACCESS_AUD: AUD },
      { ACCESS_TEAM: "brand", ACCESS_AUD: "short" },
      { ACCESS_TEAM: "evil.example/", ACCESS_AUD: AUD },
      { ACCESS_TEAM: "http://evil.example", ACCESS_AUD: AUD },
      { ACCESS_TEAM: "brand", ACCESS_AUD: AUD, ACCESS_SCOPES: "links:read everything" },
    ]) {
      const { settings, problem } = readAccess(variables);
      expect(settings, JSON.stringify(variables)).toBeNull();
      expect(problem).not.toBeNull();
    }
  });

  it("lets people read where nobody says more, and not who changed what", () => {
    const { settings } = readAccess({ ACCESS_TEAM: "brand", ACCESS_AUD: AUD });
    expect(settings?.issuer).toBe("https://brand.cloudflareaccess.com");
    expect([...(settings?.scopes ?? [])].every((scope) => scope.endsWith(":read"))).toBe(true);
    expect(settings?.scopes.has("audit:read")).toBe(false);
    const more = readAccess({ ACCESS_TEAM: "brand", ACCESS_AUD: AUD, ACCESS_SCOPES: "orders:write, audit:read" });
    expect([...(more.settings?.scopes ?? [])]).toEqual(["orders:write", "audit:read"]);
  });
});
