import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { devVarsProblems } from "../../scripts/check-dev-vars.ts";
import { ROOT } from "../../scripts/root.ts";

const run = promisify(execFile);

const secret = (): string => randomBytes(32).toString("base64url");
const GOOD = { ADMIN_API_KEY: `wmk_dev_${secret()}`, CLICK_TOKEN_KEYS: `1:${secret()}`, VISITOR_KEY: secret() };

/** A file with these values beside the good ones; `null` leaves one out. */
const fileOf = (values: Partial<Record<keyof typeof GOOD, string | null>> = {}): string =>
  Object.entries({ ...GOOD, ...values })
    .flatMap(([name, value]) => (value === null ? [] : [`${name}=${value}\n`]))
    .join("");

describe("a .dev.vars", () => {
  it("is taken as the start writes it, with comments and other variables", async () => {
    const example = await readFile(join(ROOT, ".dev.vars.example"), "utf8");
    const made = example.replaceAll(/^([A-Z_]+)=.*$/gm, (_line, name: keyof typeof GOOD) => `${name}=${GOOD[name]}`);
    expect(devVarsProblems(made)).toEqual([]);
    expect(devVarsProblems(`${fileOf()}\n# more\nCONSENT_POLICY="strict"\nNOTE='two\nlines'\n`)).toEqual([]);
    expect(devVarsProblems(fileOf({ CLICK_TOKEN_KEYS: `255:${secret()},0:${secret()}` }))).toEqual([]);
  });

  it("G-28: is refused as the example is", async () => {
    expect(devVarsProblems(await readFile(join(ROOT, ".dev.vars.example"), "utf8"))).toEqual([
      expect.stringMatching(/^Line \d+: ADMIN_API_KEY is a placeholder\.$/),
      expect.stringMatching(/^Line \d+: CLICK_TOKEN_KEYS is a placeholder\.$/),
      expect.stringMatching(/^Line \d+: VISITOR_KEY is a placeholder\.$/),
    ]);
  });

  it.each([
    ["empty", "", ["ADMIN_API_KEY is missing.", "CLICK_TOKEN_KEYS is missing.", "VISITOR_KEY is missing."]],
    ["without one", fileOf({ VISITOR_KEY: null }), ["VISITOR_KEY is missing."]],
    ["with an empty one", fileOf({ VISITOR_KEY: "" }), ["Line 3: VISITOR_KEY is empty."]],
    ["with a short one", fileOf({ ADMIN_API_KEY: "ab" }), ["Line 1: ADMIN_API_KEY is shorter than 22 characters."]],
    [
      "with a hint where a secret is to be",
      fileOf({ VISITOR_KEY: "<base64url-of-32-random-bytes>", ADMIN_API_KEY: "change-me-change-me-change-me" }),
      ["Line 1: ADMIN_API_KEY is a placeholder.", "Line 3: VISITOR_KEY is a placeholder."],
    ],
    [
      "with one character again and again",
      fileOf({ VISITOR_KEY: "x".repeat(40) }),
      ["Line 3: VISITOR_KEY is a placeholder."],
    ],
    [
      "with a key that no header can carry",
      fileOf({ ADMIN_API_KEY: `schlüssel-${"k1".repeat(20)}` }),
      ["Line 1: ADMIN_API_KEY has characters that can't stand in an HTTP header."],
    ],
    [
      "with a click key without its id",
      fileOf({ CLICK_TOKEN_KEYS: secret() }),
      ["Line 2: CLICK_TOKEN_KEYS is not <id 0-255>:<base64url>, several separated by commas."],
    ],
    [
      "with a click key of a high id",
      fileOf({ CLICK_TOKEN_KEYS: `256:${secret()}` }),
      ["Line 2: CLICK_TOKEN_KEYS is not <id 0-255>:<base64url>, several separated by commas."],
    ],
    [
      "with a click key cut short",
      fileOf({ CLICK_TOKEN_KEYS: `1:${secret().slice(0, 30)}` }),
      ["Line 2: CLICK_TOKEN_KEYS has a key shorter than 32 bytes."],
    ],
    [
      "with two click keys of one id",
      fileOf({ CLICK_TOKEN_KEYS: `1:${secret()},1:${secret()}` }),
      ["Line 2: CLICK_TOKEN_KEYS has the key id 1 twice."],
    ],
    [
      "with what is no line of such a file",
      `${fileOf()}ADMIN_API_KEY: abc\nVISITOR_KEY = abc\n{"a":1}\n`,
      [4, 5, 6].map(
        (line) => `Line ${line} is neither a comment (#) nor NAME=value, without spaces around the equals sign.`,
      ),
    ],
    [
      "with a quote that is not closed",
      `${fileOf()}NOTE="one\ntwo\n`,
      [
        "Line 4: the quote that begins the value of NOTE is never closed.",
        "Line 5 is neither a comment (#) nor NAME=value, without spaces around the equals sign.",
      ],
    ],
    [
      "with quotes, which the commands of the docs would take for a part of the key",
      fileOf({ ADMIN_API_KEY: `"${GOOD.ADMIN_API_KEY}"` }),
      ["Line 1: ADMIN_API_KEY is in quotes: write it without."],
    ],
    [
      "with a value that a comment cuts",
      fileOf({ VISITOR_KEY: `${secret()}#x` }),
      ["Line 3: VISITOR_KEY has a # in it, which begins a comment."],
    ],
    [
      "with a value twice",
      `${fileOf()}VISITOR_KEY=${secret()}\n`,
      ["Line 4: VISITOR_KEY is set twice, on line 3 too."],
    ],
    [
      "of Windows",
      `\u{feff}${fileOf().replaceAll("\n", "\r\n")}`,
      [
        "Line 1 begins with a byte order mark: save the file as plain UTF-8.",
        "The lines end as on Windows: save the file with LF line ends.",
      ],
    ],
  ])("G-28: %s is refused, with the line and the reason, but no secret", (_name, text, problems) => {
    const found = devVarsProblems(text);
    expect(found).toEqual(problems);
    for (const value of Object.values(GOOD)) expect(found.join()).not.toContain(value.slice(2));
  });
});

describe("npm start", () => {
  let copy: string;

  /** What a start says and exits with, in a copy whose `.dev.vars` has this text. */
  const start = async (text: string): Promise<{ code: number; said: string }> => {
    await writeFile(join(copy, ".dev.vars"), text);
    try {
      const { stdout, stderr } = await run(process.execPath, [join(copy, "scripts", "start.ts")], {
        env: { ...process.env, PORT: String(20_000 + Math.floor(Math.random() * 20_000)) },
        timeout: 20_000,
      });
      return { code: 0, said: stdout + stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, said: stdout + stderr };
    }
  };

  beforeAll(async () => {
    copy = await mkdtemp(join(tmpdir(), "waymark-start-"));
    await mkdir(join(copy, "scripts"));
    await cp(join(ROOT, "scripts"), join(copy, "scripts"), { recursive: true });
    await cp(join(ROOT, ".dev.vars.example"), join(copy, ".dev.vars.example"));
    for (const name of ["src", "package.json"]) await symlink(join(ROOT, name), join(copy, name));
  });

  afterAll(async () => {
    await rm(copy, { recursive: true, force: true });
  });

  it("G-28: says what is wrong with .dev.vars and how to mend it, and not that it is ready", async () => {
    const text = fileOf({ VISITOR_KEY: "placeholder", ADMIN_API_KEY: "ab" });
    const { code, said } = await start(text);
    expect(code).toBe(1);
    expect(said).toContain("Line 1: ADMIN_API_KEY is shorter than 22 characters.");
    expect(said).toContain("Line 3: VISITOR_KEY is a placeholder.");
    expect(said).toContain(`node -p "crypto.randomBytes(32).toString('base64url')"`);
    expect(said).toContain("Or delete .dev.vars and start again");
    expect(said).not.toMatch(/\bready\b/);
    expect(said).not.toMatch(/^ +at /m);
    expect(await readFile(join(copy, ".dev.vars"), "utf8")).toBe(text);
  });

  it("G-28: says how a secret is made, by a command that makes one", async () => {
    const { stdout } = await run(process.execPath, ["-p", "crypto.randomBytes(32).toString('base64url')"]);
    expect(devVarsProblems(fileOf({ VISITOR_KEY: stdout.trim() }))).toEqual([]);
  });
});
