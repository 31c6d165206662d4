/**
 * `npm run shards -- 4`: spreads the click log over four databases. It makes and migrates those that are missing, binds
 * them in `wrangler.toml`, and, once a Worker with these bindings runs, enters from which day on clicks go there. With
 * `--local` nothing is made at Cloudflare. `WAYMARK` is where the Worker answers (this machine's port 8787), and
 * `ADMIN_API_KEY` a key with `settings:write` (that of `.dev.vars`). Harmless to repeat.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AdminApi } from "./admin-api.ts";
import { readAdminKey } from "./dev-vars.ts";
import { Failure } from "./failure.ts";
import { ROOT } from "./root.ts";
import { HOST, readSettings } from "./settings.ts";
import { type Layouts, makeDatabases, nextStep, readWanted, type Wanted } from "./shards-steps.ts";
import { runWrangler } from "./wrangler.ts";

const TOML = join(ROOT, "wrangler.toml");

async function run(wanted: Wanted): Promise<void> {
  const { port, state } = readSettings(process.env);
  const changed = await makeDatabases(wanted, {
    read: () => readFile(TOML, "utf8"),
    write: (toml) => writeFile(TOML, toml),
    wrangler: (args) => runWrangler(args),
    where: ["--persist-to", state],
    say: (line) => console.log(line),
  });
  // What is bound is a type too, which CI holds against wrangler.toml.
  if (changed) await runWrangler(["types", "src/worker-env.d.ts", "--include-runtime=false"]);
  const origin = process.env.WAYMARK ?? `http://${HOST}:${port}`;
  const start = wanted.local ? "npm start" : "npm run deploy";
  const again = `${start}, and then once more: npm run shards -- ${wanted.databases}${wanted.local ? " --local" : ""}`;
  // Where no Worker was ever started there is no key either.
  const key = process.env.ADMIN_API_KEY ?? (await readAdminKey().catch(() => ""));
  const api = new AdminApi(origin, key);
  const layouts = await api.call<Layouts>("GET", "/click-log/layouts").catch((error: unknown) => {
    if (error instanceof Failure) throw error;
    return null;
  });
  const step = layouts === null ? "start" : nextStep(layouts, wanted.databases);
  if (step === "start") {
    console.log(layouts === null ? `No Worker answers at ${origin}.` : "The Worker that runs doesn't have them yet.");
    console.log(`Next: ${again}`);
    return;
  }
  const { sinceDay } =
    step === "done" && layouts?.layouts[0] !== undefined
      ? layouts.layouts[0]
      : await api.call<{ sinceDay: string }>("POST", "/click-log/layouts", { databases: wanted.databases });
  console.log(`Clicks from ${sinceDay} (UTC) on are spread over ${wanted.databases}.`);
}

try {
  await run(readWanted(process.argv.slice(2)));
} catch (error) {
  console.error(error instanceof Failure ? error.message : error);
  process.exitCode = 1;
}
