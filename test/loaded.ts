/**
 * Vite's module runner asks Node about a module at each `import()`, loaded or not, and lets all who ask at the
 * same moment wait for one answer. Within the Worker that is a round trip or more a request, and requests that
 * wait for each other's I/O, which the runtime refuses or hangs on. So all modules of the Worker are loaded
 * before the first test, and one that is loaded is nobody's question any longer.
 */
interface ModuleRunner {
  evaluatedModules: { getModuleByUrl: (url: string) => { evaluated: boolean; meta?: object } | undefined };
  cachedModule: (url: string, importer?: string) => Promise<object>;
  vitestOptions: { transport: { resolveId: (id: string, importer?: string) => Promise<object | null> } };
}

declare const __vitest_mocker__: { moduleRunner: ModuleRunner };

const known = Symbol.for("waymark.test.loaded");
const runner = __vitest_mocker__.moduleRunner as ModuleRunner & { [known]?: true };

// Files share a Worker and its runner.
if (runner[known] === undefined) {
  runner[known] = true;
  const ask = runner.cachedModule.bind(runner);
  runner.cachedModule = async (url, importer) => {
    const module = runner.evaluatedModules.getModuleByUrl(url);
    return module?.evaluated === true && module.meta !== undefined ? module : ask(url, importer);
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

  const modules = import.meta.glob(["../src/**/*.ts", "!../src/**/*.d.ts", "!../src/sales/snippet/**"]);
  await Promise.all(Object.values(modules).map((load) => load()));
}
