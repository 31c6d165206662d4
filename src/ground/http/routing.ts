import type { Routes } from "../wing.ts";

/** Tells which of some routes may be at a path, as hono reads it from a request. */
export function routing(routes: Routes): (path: string) => Routes {
  const known = routes.map((route) => ({
    route,
    begins: route.begins.map((begin) => partsOf(`${route.at}${begin}`)),
  }));
  return (path) => {
    const parts = partsOf(path);
    return known.filter(({ begins }) => begins.some((begin) => beginsSo(parts, begin))).map(({ route }) => route);
  };
}

/** Whether the parts of a path begin so; one such as `:id` stands for any, and `$` for none. */
function beginsSo(parts: readonly string[], begin: readonly string[]): boolean {
  return begin.every((part, index) =>
    part.startsWith(":") ? parts[index] !== undefined : parts[index] === (part === "$" ? undefined : part),
  );
}

function partsOf(path: string): string[] {
  return path.split("/").filter((part) => part !== "");
}
