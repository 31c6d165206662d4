import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import axe from "axe-core";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { readAdminKey } from "../../scripts/dev-vars.ts";
import { ROOT } from "../../scripts/root.ts";
import { launchChromium } from "./chromium.ts";
import { startWaymark, type Waymark } from "./waymark.ts";

const run = promisify(execFile);

/** What a page may weigh as it is sent. */
const MAX_GZIP_BYTES = 60_000;

let waymark: Waymark;
let browser: Browser;
let origin: string;
let directory: string;
let context: BrowserContext | undefined;
/** The pages by their paths. */
const pages = new Map<string, string>();

beforeAll(async () => {
  [browser, waymark, directory] = await Promise.all([
    launchChromium(),
    startWaymark(),
    mkdtemp(join(tmpdir(), "waymark-examples-")),
  ]);
  ({ origin } = new URL(waymark.demoLink));
  pages.set("/docs", await textAt("/docs"));
  const areas = new Set(pages.get("/docs")?.match(/(?<=href=")\/docs\/[a-z-]+(?=")/g));
  for (const path of areas) pages.set(path, await textAt(path));
});

afterEach(async () => {
  await context?.close();
  context = undefined;
});

afterAll(async () => {
  await browser.close();
  await waymark.stop();
  await rm(directory, { recursive: true, force: true });
});

async function textAt(path: string): Promise<string> {
  return (await fetch(origin + path)).text();
}

/** The examples of all pages in a language, as whoever copies them has them. */
function examples(language: string): string[] {
  const code = new RegExp(`data-what="${language}">\\s*<pre tabindex="0"><code>(.*?)</code>`, "gs");
  const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', "#39": "'", amp: "&" };
  return [...pages.values()].flatMap((page) =>
    [...page.matchAll(code)].map(([, text = ""]) =>
      text.replaceAll(/&(\w+|#39);/g, (_whole, name) => entities[name] ?? ""),
    ),
  );
}

/** Opens a page as a browser with these settings does, and collects what goes wrong in it. */
async function open(path: string, options: BrowserContextOptions = {}): Promise<{ page: Page; faults: string[] }> {
  context = await browser.newContext({ reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("console", (message) => faults.push(message.text()));
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("request", (request) => {
    if (new URL(request.url()).pathname.split("/")[1] !== "docs") faults.push(request.url());
  });
  await page.goto(origin + path);
  return { page, faults };
}

/** What axe finds against WCAG 2.2 at levels A and AA and against good practice; in other colours only contrast can differ. */
async function violationsOn(page: Page, onlyColours = false): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<axe.AxeResults>(
    onlyColours
      ? "axe.run(document, { runOnly: ['color-contrast'], resultTypes: ['violations'] })"
      : "axe.run(document, { rules: { 'target-size': { enabled: true } }, resultTypes: ['violations'] })",
  );
  return violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes
        .slice(0, 3)
        .map(({ html }) => html)
        .join(" | ")}`,
  );
}

const OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
const OPEN_ALL = "for (const each of document.querySelectorAll('main details')) each.open = true";

describe("examples", () => {
  it("in TypeScript compile, all of them", async () => {
    const modules = examples("TypeScript");
    expect(modules.length).toBeGreaterThan(250);
    await Promise.all(modules.map(async (text, index) => writeFile(join(directory, `${index}.ts`), text)));
    await writeFile(
      join(directory, "tsconfig.json"),
      JSON.stringify({
        compilerOptions: {
          strict: true,
          noEmit: true,
          target: "esnext",
          module: "esnext",
          moduleResolution: "bundler",
          moduleDetection: "force",
          lib: ["esnext"],
          types: ["node"],
          typeRoots: [join(ROOT, "node_modules", "@types")],
          skipLibCheck: true,
        },
        include: ["*.ts"],
      }),
    );
    const tsc = join(ROOT, "node_modules", ".bin", "tsc");
    const { stdout } = await run(tsc, ["-p", directory, "--listFilesOnly"]);
    expect(stdout.split("\n").filter((file) => file.startsWith(directory))).toHaveLength(modules.length);
    await run(tsc, ["-p", directory]).catch((error: { stdout: string }) => expect(error.stdout).toBe(""));
  });

  it("in curl are understood by the Worker: all that read, and some that write", async () => {
    const writes =
      /^curl '[^']*\/api\/v1\/(?:stores|creators|creators\/bulk|links|links\/bulk|tracking-plans|exchange-rates|blocked-hosts|api-keys|webhook-endpoints|attribution\/simulate)'/;
    const commands = examples("curl").filter(
      (command) => !command.includes("-X ") && (!/ -d '| --data-binary /.test(command) || writes.test(command)),
    );
    expect(commands.length).toBeGreaterThan(140);
    expect(commands.filter((command) => writes.test(command) && command.includes(" -d '")).length).toBeGreaterThan(8);
    const script = commands
      .map(
        (command) =>
          `${command.replace("curl ", "curl -s -o body -w '%{http_code}' ")} >status; echo "$(cat status) $(head -c 300 body | tr '\\n' ' ')"`,
      )
      .join("\n");
    const { stdout } = await run("bash", ["-c", script], {
      cwd: directory,
      env: { ...process.env, WAYMARK_KEY: await readAdminKey() },
      maxBuffer: 10_000_000,
    });
    const answers = stdout.trimEnd().split("\n");
    expect(answers).toHaveLength(commands.length);
    // What an example names isn't there, and that alone may be wrong with it.
    const isUnderstood = /^(?:2\d\d |404 |422 .*"detail":"[\w.]+: (?:is no |is not a |there is no ))/i;
    const refused = answers.flatMap((answer, index) =>
      isUnderstood.test(answer) ? [] : [`${answer}\n${commands[index]}`],
    );
    expect(refused).toEqual([]);
  });
});

describe("the pages", () => {
  it("are light, and none is wider than a phone", async () => {
    for (const [path, text] of pages) expect(gzipSync(text).length, path).toBeLessThan(MAX_GZIP_BYTES);
    const { page, faults } = await open("/docs", { viewport: { width: 360, height: 740 } });
    for (const path of pages.keys()) {
      await page.goto(origin + path, { waitUntil: "domcontentloaded" });
      await page.evaluate(OPEN_ALL);
      expect(await page.evaluate(OVERFLOW), path).toBe(0);
    }
    expect(faults).toEqual([]);
  });

  it("have nothing that axe objects to where variants are within variants", async () => {
    const { page } = await open("/docs/tracking-plans", { viewport: { width: 360, height: 740 }, colorScheme: "dark" });
    await page.evaluate(OPEN_ALL);
    expect(await violationsOn(page)).toEqual([]);
  });

  it.each([
    ["/docs/codes", true],
    ["/docs", false],
  ])("%s has nothing that axe objects to, with scripts: %s", async (path, runs) => {
    const { page, faults } = await open("/docs/audit");
    const session = await page.context().newCDPSession(page);
    await session.send("Emulation.setScriptExecutionDisabled", { value: !runs });
    await page.goto(origin + path);
    // Of a page that was parsed without them none runs now; axe needs its timers.
    await session.send("Emulation.setScriptExecutionDisabled", { value: false });
    expect(await page.locator("#find").isVisible()).toBe(runs);
    expect((await page.locator("button").count()) > 0).toBe(runs);
    for (const width of [360, 1280]) {
      for (const colorScheme of ["light", "dark"] as const) {
        await page.setViewportSize({ width, height: 800 });
        await page.emulateMedia({ colorScheme });
        await page.evaluate(OPEN_ALL);
        expect(await violationsOn(page, colorScheme === "dark"), `${path} ${width} ${colorScheme}`).toEqual([]);
        expect(await page.evaluate(OVERFLOW)).toBe(0);
      }
    }
    expect(faults).toEqual([]);
  });
});

describe("search", () => {
  it("finds operations, fields and problems as one types, says how many, and goes to the first", async () => {
    const { page, faults } = await open("/docs");
    await page.keyboard.press("/");
    await page.keyboard.type("commission tiers");
    await expect.poll(() => page.getByRole("status").first().textContent()).toMatch(/^\d+ hits$/);
    expect(await page.locator("#found a").first().textContent()).toContain("/tracking-plans");
    expect(await page.locator("#rest").isVisible()).toBe(false);
    expect(await violationsOn(page)).toEqual([]);

    await page.keyboard.press("Escape");
    expect(await page.locator("#rest").isVisible()).toBe(true);
    await page.getByRole("searchbox").fill("slug_taken");
    expect(await page.locator("#found").textContent()).toContain("Another link has this slug");
    await page.getByRole("searchbox").fill("zebra crossing");
    await expect.poll(() => page.getByRole("status").first().textContent()).toContain("Nothing");
    await page.getByRole("searchbox").fill("post /links");
    await page.keyboard.press("Enter");
    await page.waitForURL(`${origin}/docs/links#post-links`);
    expect(await page.locator("#post-links h2").isVisible()).toBe(true);

    await page.getByRole("searchbox").fill("patch /links/{id}");
    await page.keyboard.press("Enter");
    await page.waitForURL(`${origin}/docs/links#patch-links-id`);
    expect(await page.locator("#patch-links-id h2").isVisible()).toBe(true);
    expect(faults).toEqual([]);
  });

  it("leads to what is there, whatever it finds", async () => {
    const { page } = await open("/docs");
    const hrefs = await page.evaluate<string[]>("index.map(({ href }) => href)");
    expect(hrefs.length).toBeGreaterThan(500);
    const lost = hrefs.filter((href) => {
      const [path = "", id = ""] = href.split("#");
      return pages.get(path)?.includes(` id="${id}"`) !== true;
    });
    expect(lost).toEqual([]);
  });
});

describe("an example", () => {
  const shown = (page: Page, language: string) => page.locator(`#post-links [data-what="${language}"] pre`).isVisible();

  it("is shown in the language that was chosen, for all and on the next page, and is copied", async () => {
    const { page } = await open("/docs/links", { permissions: ["clipboard-read", "clipboard-write"] });
    await page.locator("#get-links").getByText("TypeScript", { exact: true }).click();
    expect([await shown(page, "curl"), await shown(page, "TypeScript")]).toEqual([false, true]);
    await page.locator("#post-links").getByRole("button", { name: "Copy TypeScript" }).click();
    await expect.poll(() => page.evaluate<string>("navigator.clipboard.readText()")).toContain("await fetch(");
    await page.locator("nav.side").getByRole("link", { name: "Codes" }).click();
    await page.waitForURL(/\/docs\/codes\?in=typescript$/);
    expect(await page.locator('#post-codes [data-what="TypeScript"] pre').isVisible()).toBe(true);
    await page.locator("#post-codes h2 a").click();
    await expect
      .poll(() => page.evaluate<string>("navigator.clipboard.readText()"))
      .toBe(`${origin}/docs/codes#post-codes`);
  });

  it("is chosen without a script, too", async () => {
    const { page } = await open("/docs/links", { javaScriptEnabled: false });
    expect([await shown(page, "curl"), await shown(page, "TypeScript")]).toEqual([true, false]);
    await page.locator("#post-links").getByText("TypeScript", { exact: true }).click();
    expect([await shown(page, "curl"), await shown(page, "TypeScript")]).toEqual([false, true]);
  });
});
