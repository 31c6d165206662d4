import vm from "node:vm";
import { expect } from "vitest";

/**
 * Each file begins with modules of its own, ours anew and the packages as they are, although files share a Worker.
 *
 * Vite's module runner asks Node about a module at each `import()`, loaded or not, and lets all who ask at the
 * same moment wait for one answer. Within the Worker that is a round trip or more a request, and requests that
 * wait for each other's I/O, which the runtime refuses or hangs on. So all modules of the Worker are loaded
 * before a file's first test, and one whose code is there is nobody's question any longer.
 */
interface ModuleNode {
  id: string;
  evaluated: boolean;
  meta?: object;
  promise?: Promise<unknown>;
  exports?: unknown;
  importers: Set<string>;
}

interface ModuleRunner {
  evaluatedModules: { idToModuleMap: Map<string, ModuleNode>; getModuleByUrl: (url: string) => ModuleNode | undefined };
  cachedModule: (url: string, importer?: string) => Promise<ModuleNode>;
  vitestOptions: { transport: { resolveId: (id: string, importer?: string) => Promise<object | null> } };
}

declare const __vitest_mocker__: { moduleRunner: ModuleRunner };

const answering = Symbol.for("waymark.test.answering");
const runner = __vitest_mocker__.moduleRunner as ModuleRunner & { [answering]?: true };

if (runner[answering] === undefined) {
  runner[answering] = true;
  const ask = runner.cachedModule.bind(runner);
  runner.cachedModule = async (url, importer) => {
    const module = runner.evaluatedModules.getModuleByUrl(url);
    return module?.meta === undefined ? ask(url, importer) : module;
  };

  // The same code is compiled once: what V8 has learned of it serves all files.
  const compiled = new Map<string, unknown>();
  const compile = vm.runInThisContext;
  vm.runInThisContext = (code, options) => {
    const key = `${typeof options === "string" ? options : options?.filename} ${code}`;
    const known = compiled.get(key) ?? compile(code, options);
    compiled.set(key, known);
    return known;
  };

  const { transport } = runner.vitestOptions;
  const resolve = transport.resolveId.bind(transport);
  const resolved = new Map<string, object>();
  transport.resolveId = async (id, importer) => {
    if (importer !== undefined) return resolve(id, importer);
    const found = resolved.get(id) ?? (await resolve(id));
    if (found !== null) resolved.set(id, found);
    return found;
  };
}

// What the file before left in a module's memory, such as cached links or a clock that it had set, is gone with it.
for (const module of runner.evaluatedModules.idToModuleMap.values()) {
  // One that isn't evaluated is this one, or to come.
  if (!module.evaluated || !/\/(src|test)\//.test(module.id) || module.id.includes("/node_modules/")) continue;
  module.evaluated = false;
  module.promise = undefined;
  module.exports = undefined;
  module.importers.clear();
}

const modules = import.meta.glob([
  "../src/**/*.ts",
  "!../src/**/*.d.ts",
  "!../src/sales/snippet/**",
  "!../src/desk/**",
]);
const desk = import.meta.glob(["../src/desk/**/*.ts", "../src/desk/**/*.tsx", "!../src/desk/island/**"]);
// The desk is a fourth of all modules, and few files open a page of it.
const opensDesk = /\/test\/(?:desk|whole|operate)\//.test(expect.getState().testPath ?? "");
await Promise.all([...Object.values(modules), ...(opensDesk ? Object.values(desk) : [])].map((load) => load()));
