import { describe, expect, it } from "vitest";
import { MAX_LOGO_BYTES } from "../../../src/ground/model/logo.ts";
import { storeSchema } from "../../../src/programme/store/schema.ts";
import { visit } from "../../edge/visit.ts";
import { api, bodyOf, problemOf } from "../../ground/api.ts";
import { createStore } from "../fixtures.ts";

const PNG = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3]);

describe("a store's brand", () => {
  it("has a name, a colour and a logo, which anybody may see until it is taken away", async () => {
    const { id } = await createStore({ name: "Linen", brandName: "Linen & Co", brandColor: "#1B6F5C" });
    const put = await api("PUT", `/stores/${id}/logo`, PNG, { "content-type": "application/octet-stream" });
    const store = bodyOf(storeSchema, put);
    expect(store).toMatchObject({ brandName: "Linen & Co", brandColor: "#1b6f5c" });

    const logo = await visit(store.logoPath ?? "");
    expect(logo.headers.get("content-type")).toBe("image/png");
    expect(logo.headers.get("cache-control")).toContain("immutable");
    expect(new Uint8Array(await logo.arrayBuffer())).toEqual(PNG);

    expect(bodyOf(storeSchema, await api("DELETE", `/stores/${id}/logo`)).logoPath).toBeNull();
    expect((await visit(store.logoPath ?? "")).status).toBe(404);
  });

  it("serves an SVG so that no script of it runs, and as nothing else", async () => {
    const { id } = await createStore();
    const svg = `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`;
    const { logoPath } = bodyOf(storeSchema, await api("PUT", `/stores/${id}/logo`, svg));
    const logo = await visit(logoPath ?? "");
    expect(logo.headers.get("content-type")).toBe("image/svg+xml");
    expect(logo.headers.get("content-security-policy")).toBe("default-src 'none'; style-src 'unsafe-inline'; sandbox");
    expect(logo.headers.get("x-content-type-options")).toBe("nosniff");
    expect(await logo.text()).toBe(svg);
  });

  it.each([
    ["a page", "<html><svg></svg></html>", "validation_failed"],
    ["nothing", "", "validation_failed"],
    ["a picture of another kind", "GIF89a", "validation_failed"],
    [
      "too large a picture",
      Uint8Array.from({ length: MAX_LOGO_BYTES + 1 }, (_none, at) => PNG[at] ?? 0),
      "body_too_large",
    ],
  ])("refuses %s", async (_what, body, code) => {
    const { id } = await createStore();
    expect(problemOf(await api("PUT", `/stores/${id}/logo`, body)).code).toBe(code);
  });
});
