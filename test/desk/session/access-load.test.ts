import { describe, expect, it, vi } from "vitest";
import { personOf } from "../../../src/desk/session/access-load.ts";

describe("DSH-5: a team's keys", () => {
  it("are asked for once in a while, however many send what is no token, and whether or not the team answers", async () => {
    const errors = vi.spyOn(console, "error").mockImplementation(() => {});
    const teams = [() => Promise.reject(new Error("down")), () => Promise.resolve(Response.json({ keys: [] }))];
    for (const [index, answer] of teams.entries()) {
      const request = vi.fn<typeof fetch>(answer);
      const settings = { issuer: `https://team-${index}.example`, audience: "a".repeat(64), scopes: new Set<never>() };
      const ask = (now: number) => personOf(settings, "no token", now, request);
      for (let now = 0; now < 9_000; now += 1_000) expect(await ask(now)).toBeNull();
      expect(request).toHaveBeenCalledTimes(1);
      await ask(70_000);
      expect(request.mock.calls.length).toBeGreaterThan(1);
    }
    errors.mockRestore();
  });
});
