import { describe, expect, it } from "vitest";
import { urlProblem } from "../../../src/ground/http/fields.ts";
import { allowsLocal, endpointProblem } from "../../../src/ground/http/public-host.ts";

const REFUSED: readonly [string, string][] = [
  ["plain HTTP", "http://hooks.example.com/"],
  ["this machine", "https://localhost/"],
  ["this machine with a dot at the end", "https://localhost./"],
  ["this machine in capitals", "https://LOCALHOST/"],
  ["a name below this machine", "https://api.localhost/"],
  ["loopback", "https://127.0.0.1/"],
  ["loopback, another of its addresses", "https://127.8.8.8/"],
  ["loopback in short", "https://127.1/"],
  ["loopback as one number", "https://2130706433/"],
  ["loopback in hex", "https://0x7f.0.0.1/"],
  ["loopback in octal", "https://0177.0.0.1/"],
  ["loopback, percent-encoded", "https://%31%32%37.0.0.1/"],
  ["loopback in wide digits", "https://１２７.0.0.1/"],
  ["loopback with a dot at the end", "https://127.0.0.1./"],
  ["no address", "https://0.0.0.0/"],
  ["a private network of class A", "https://10.0.0.8/"],
  ["a private network of class B", "https://172.16.3.4/"],
  ["a private network of class C", "https://192.168.1.1:8443/"],
  ["carrier-grade NAT", "https://100.64.0.1/"],
  ["the metadata of a cloud", "https://169.254.169.254/latest/meta-data/"],
  ["a public address", "https://93.184.216.34/"],
  ["loopback of IPv6", "https://[::1]/"],
  ["loopback of IPv4 within IPv6", "https://[::ffff:127.0.0.1]/"],
  ["a unique local address", "https://[fd00::1]/"],
  ["a link-local address", "https://[fe80::1]/"],
  ["a public address of IPv6", "https://[2606:4700::1111]/"],
  ["a name without a dot", "https://intranet/"],
  ["a name of multicast DNS", "https://printer.local/"],
  ["a name of a cloud's own network", "https://metadata.google.internal/"],
  ["a name of a cluster", "https://api.default.svc.cluster.local/"],
  ["a name of a cluster in short", "https://api.default.svc/"],
  ["a name of a home network", "https://nas.home.arpa/"],
  ["an address turned round", "https://1.0.0.127.in-addr.arpa/"],
  ["a name of a company's network", "https://wiki.corp/"],
  ["a router's network", "https://fritz.lan/"],
  ["a reserved name", "https://hooks.test/"],
  ["a hidden service", "https://abcdefghijklmnop.onion/"],
  ["a public suffix alone", "https://co.uk/"],
];

/** What is taken for development. */
const PLAIN: ReadonlySet<string> = new Set(["https://localhost/", "https://LOCALHOST/", "https://127.0.0.1/"]);

/** What no web address of this API may have. */
const NOT_WELL_FORMED: readonly [string, string][] = [
  ["a user name", "https://user@hooks.example.com/"],
  ["a password", "https://user:secret@hooks.example.com/"],
  ["a host before @ that is none", "https://hooks.example.com@127.0.0.1/"],
  ["a backslash", "https://hooks.example.com\\@127.0.0.1/"],
  ["a line feed", "https://hooks.example.com/\nX-Header: 1"],
  ["another scheme", "file:///etc/passwd"],
  ["yet another", "gopher://hooks.example.com/"],
  ["no scheme", "//hooks.example.com/"],
];

describe("an endpoint's URL", () => {
  it.each(REFUSED)("may not have %s: %s", (_what, url) => {
    expect(urlProblem(url) ?? endpointProblem(url, false)).toMatch(/^must /);
  });

  it.each(NOT_WELL_FORMED)("may not have %s: %j", (_what, url) => {
    expect(urlProblem(url)).toMatch(/^must /);
  });

  it.each([
    "https://hooks.example.com/waymark?token=a",
    "https://hooks.example.com.:8443/",
    "https://bücher.example.com/",
    "https://shop.co.uk/hooks",
    "https://waymark-hooks.workers.dev/",
    "https://10.example.com/",
  ])("may be %s", (url) => {
    expect(urlProblem(url) ?? endpointProblem(url, false)).toBeNull();
  });

  it.each(["http://127.0.0.1:8790/hook", "http://localhost/", "https://localhost:1"])(
    "may be on this machine for development: %s",
    (url) => {
      expect(endpointProblem(url, true)).toBeNull();
    },
  );

  it.each([
    "http://127.0.0.2/",
    "http://[::1]/",
    "http://api.localhost/",
    "http://10.0.0.8/",
    "http://hooks.example.com/",
  ])("may not be elsewhere, even for development: %s", (url) => {
    expect(endpointProblem(url, true)).toMatch(/^must /);
  });

  it("G-14: may be on this machine only where whoever asks is, whatever the deployment names", () => {
    const here = ["http://localhost:8787/api/v1/webhook-endpoints", "http://127.0.0.1:8787/", "http://[::1]:8787/"];
    for (const asked of here) {
      for (const named of [null, "http://localhost:8787", "http://127.0.0.1", "http://[::1]:8787"]) {
        expect(allowsLocal(named, asked)).toBe(true);
        for (const elsewhere of ["https://go.brand.com/", "http://192.168.0.7/", "https://localhost.evil.example/"]) {
          expect(allowsLocal(named, elsewhere)).toBe(false);
        }
      }
      expect(allowsLocal("https://go.brand.com", asked)).toBe(false);
      expect(allowsLocal("http://192.168.0.7", asked)).toBe(false);
    }
  });

  it.each(REFUSED.filter(([, url]) => !PLAIN.has(url)))(
    "G-14: may not have %s: %s, even for development",
    (_what, url) => {
      for (const text of [url, url.replace("https:", "http:")]) {
        expect(urlProblem(text) ?? endpointProblem(text, true)).toMatch(/^must /);
      }
    },
  );

  it.each([
    "0x7f000001",
    "0X7F000001",
    "127.1",
    "127.0.1",
    "017700000001",
    "localhost.",
    "127.0.0.1.",
    "0",
    "[::ffff:7f00:1]",
  ])("G-14: may not have this machine as %s, even for development", (host) => {
    for (const scheme of ["http", "https"]) {
      expect(endpointProblem(`${scheme}://${host}:8790/hook`, true)).toMatch(/^must /);
    }
  });
});
