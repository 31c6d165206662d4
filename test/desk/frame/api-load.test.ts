import { describe, expect, it } from "vitest";
import { apiFor } from "../../../src/desk/frame/api-load.ts";
import { Problem } from "../../../src/ground/http/problem.ts";

describe("DSH-5: the API as the desk asks it", () => {
  const asked: string[] = [];
  const api = apiFor(
    (request) => {
      asked.push(new URL(request.url).pathname);
      return Promise.resolve(Response.json({}));
    },
    { id: "key", scopes: new Set(), storeIds: null },
    "https://go.brand.example",
    "ray",
  );

  it("is asked by no path that leads elsewhere than it begins", async () => {
    for (const id of ["..", ".", "%2e%2E", "../api-keys", String.raw`..\api-keys`, ".%2e"]) {
      await expect(api.get(`/links/${id}`), id).rejects.toBeInstanceOf(Problem);
      await expect(api.send("DELETE", `/links/${id}/codes`), id).rejects.toBeInstanceOf(Problem);
    }
    expect(asked).toEqual([]);
    await api.get(`/links/${encodeURIComponent("../a?b..")}`, { q: ".." });
    await api.get("/links/...?q=/../");
    expect(asked).toEqual(["/api/v1/links/..%2Fa%3Fb..", "/api/v1/links/..."]);
  });
});
