import { describe, expect, it } from "vitest";
import { hotRoom, MAX_HOT_ROOM_BYTES } from "../../scripts/hot-room.ts";

const KEPT_OUT = ["zod", "drizzle-orm", "hono", "@hono/", "isbot", "ua-parser-js"];

describe("the hot room", async () => {
  const { modules, gzipBytes } = await hotRoom();

  it("holds the redirect", () => {
    expect(modules).toContain("src/edge/click/route.ts");
  });

  it.each(KEPT_OUT)("holds nothing of %s", (name) => {
    expect(modules.filter((path) => path.startsWith(`node_modules/${name}`))).toEqual([]);
  });

  it("is light", () => {
    expect(gzipBytes).toBeLessThanOrEqual(MAX_HOT_ROOM_BYTES);
  });
});
