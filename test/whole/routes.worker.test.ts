import { describe, expect, it } from "vitest";
import { createApp, ROUTES } from "../../src/app.ts";
import { routing } from "../../src/ground/http/routing.ts";

describe("the routes of the wings", () => {
  const routesAt = routing(ROUTES);

  it.each(ROUTES.map((route) => [`${route.at} ${route.begins.join(" ")}`, route] as const))(
    "%s: each begins as it is said, so that a request to it loads it",
    async (_name, route) => {
      const { routes } = await route.load();
      const own = routes.map(({ path }) => `${route.at}${path}`.replaceAll("//", "/"));
      expect(own.length).toBeGreaterThan(0);
      for (const path of own) expect(routesAt(path.replaceAll(/:\w+/g, "x")), path).toContain(route);
      for (const begin of route.begins) {
        const [start = "", whole] = `${route.at}${begin}`.replaceAll("//", "/").split(/\/(\$?)$/);
        expect(
          own.some((path) => path === start || (whole !== "$" && path.startsWith(`${start}/`))),
          `nothing begins with ${start}`,
        ).toBe(true);
      }
    },
  );

  it("are few at a path, and those of other paths aren't loaded for it", () => {
    const at = (path: string): string[] => routesAt(path).flatMap(({ begins }) => begins);
    expect(at("/api/v1/links")).toEqual(["/links"]);
    expect(at("/api/v1/links/lnk_x/simulate")).toEqual(["/links", "/links/:id/simulate"]);
    expect(at("/t/ast.js")).toEqual(["/ast.js"]);
    expect(at("/api/v1/linkz")).toEqual([]);
    expect(at("/openapi.json")).toEqual([]);
  });

  it("answer as they do in the app that has all of them", async () => {
    const app = await createApp();
    const paths = [...new Set(app.routes.map(({ path }) => path.replaceAll(/:\w+(?:\{[^}]*\})?|\*/g, "x")))];
    expect(paths.length).toBeGreaterThan(90);
    const methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    for (const path of [...paths, "/api/v1/%6Cinks", "/api/v1/links/", "//api/v1/links", "/api/v1/orders/x/y"]) {
      const at = routesAt(path);
      const alone = await createApp(at.length === 0 ? ROUTES : at);
      for (const method of methods) {
        const handlers = (of: typeof app): string[] =>
          of.router.match(method, path)[0].map(([[, { path: pattern }]]) => pattern);
        expect(handlers(alone), `${method} ${path}`).toEqual(handlers(app));
      }
    }
  });
});
