import { defineConfig, type OxlintOverride } from "oxlint";

/**
 * The wings of `src/` in the order in which the data travels. A wing may import those before it and the ground;
 * types count. `way` is how what seems to need a later wing is done instead.
 */
const WINGS = [
  { name: "ground", way: "nothing is before it" },
  { name: "journal", way: "it stands before all wings that write it" },
  { name: "edge", way: "what a redirect needs of it belongs into edge, or is handed in by isolate.ts" },
  { name: "links", way: "read the tables themselves (ground/db), or move what both need to links" },
  { name: "clicks", way: "a click's own facts belong to edge/click/message.ts, others into the clicks' wing" },
  { name: "programme", way: "read the tables themselves (ground/db), or hand in what is needed" },
  { name: "shops", way: "it translates what shops say; what becomes of an order is decided by the sales" },
  { name: "sales", way: "what an order is belongs into ground/model; what depends on orders stands after them" },
  { name: "conversions", way: "mark what depends on them as due, and let the books and reports come to it" },
  { name: "visits", way: "read the tables themselves (ground/db): behaviour decides nothing about money" },
  { name: "calls", way: "read the tables themselves (ground/db): what a call is worth is decided by the sales" },
  { name: "books", way: "mark the order as due (journal/due/write-settlement.ts) and let the books come to it" },
  { name: "reports", way: "ask for it by a row (journal/due/write-rebuild.ts), or let a trigger do so" },
  { name: "portal", way: "what a creator is shown is read from the reports and the books, which know no portal" },
  { name: "operate", way: "raise an alarm or keep a letter (journal), and let operate look at it" },
  { name: "desk", way: "the desk shows what the API answers, and nothing is asked of it" },
] as const;

/** The files of `src/` itself: they put the wings together, and no wing knows them. */
const COMPOSITION = ["index", "isolate", "ids", "app", "app-deps", "cron", "queue"];

/**
 * A file touches no platform, clock or chance, unless its name says that it does by one of these words, alone or
 * between hyphens.
 */
const TOUCHING = [
  ["routes", "schema", "page"], // the wire: hono and zod
  ["store", "load", "write", "tier"], // storage
  ["change", "run", "ingest"], // use cases and jobs, with all that they are given
  ["send", "consume", "jobs", "queues"], // queues, crons and other systems
]
  .flat()
  .join(",");

const MAY_TOUCH = [
  `src/**/{${TOUCHING}}.{ts,tsx}`,
  `src/**/{${TOUCHING}}-*.{ts,tsx}`,
  `src/**/*-{${TOUCHING}}.{ts,tsx}`,
  // The platform's own rooms, and what composition hands to all.
  "src/ground/{http,db}/**",
  "src/ground/{deps,wing}.ts",
  `src/{${COMPOSITION.join(",")}}.ts`,
  // They run in browsers.
  "src/sales/snippet/**",
  "src/desk/island/**",
];

const NO_PLATFORM = "A pure file touches no platform: take plain data, or name the file for what it touches.";
const NO_CLOCK = "A pure file reads no clock: take `now` as an argument.";
const NO_CHANCE = "A pure file draws no random number: take it as an argument.";

/** Imports of the platform. Templates of `hono/html` and `hono/jsx` are text. */
const PLATFORM_IMPORTS = {
  group: [
    "hono",
    "hono/*",
    "!hono/html",
    "!hono/jsx",
    "@hono/*",
    "drizzle-orm",
    "drizzle-orm/*",
    "cloudflare:*",
    "**/ground/deps.ts",
    "**/ground/http/zod.ts",
  ],
  message: NO_PLATFORM,
};

/** zod is taken whole from one file, so that the bundle has of it what is used (see `src/ground/http/zod.ts`). */
const ZOD = 'Take zod as `import * as z from "…/ground/http/zod.ts"`: any other way puts all of it into the bundle.';
const ZOD_PATHS = [
  { name: "zod", message: ZOD },
  { name: "@hono/zod-openapi", importNames: ["z"], message: ZOD },
];
const ZOD_PARTS = { group: ["zod/*"], message: ZOD };

/** Types of the platform. */
const PLATFORM_TYPES = [
  "D1Database",
  "D1PreparedStatement",
  "D1Result",
  "KVNamespace",
  "R2Bucket",
  "R2Object",
  "R2ObjectBody",
  "Queue",
  "Message",
  "MessageBatch",
  "RateLimit",
  "ExecutionContext",
  "Env",
];

const NO_TRANSACTION = { property: "transaction", message: "D1 has no interactive transactions: use one batch." };

/** What a wing may not import: the wings after it, and composition. */
function after(place: number) {
  return [
    ...WINGS.slice(place + 1).map(({ name, way }) => ({
      group: [`**/${name}/**`],
      message: `${WINGS[place]?.name} comes before ${name}: ${way}.`,
    })),
    {
      group: COMPOSITION.map((file) => `**/${file}.ts`),
      message: "Composition knows the wings, and no wing knows it: take what it hands in (ground/deps.ts).",
    },
  ];
}

export default defineConfig({
  plugins: ["typescript", "unicorn", "oxc", "import", "promise"],
  categories: { correctness: "error", suspicious: "error" },
  rules: {
    "typescript/no-explicit-any": "error",
    "typescript/no-floating-promises": "error",
    "typescript/no-misused-promises": "error",
    "typescript/consistent-type-imports": "error",
    "typescript/no-unsafe-type-assertion": "off",
    "no-restricted-properties": ["error", NO_TRANSACTION],
    "import/no-cycle": ["error", { ignoreTypes: false }],
    eqeqeq: ["error", "always", { null: "ignore" }],
    "no-await-in-loop": "off",
    "unicorn/consistent-function-scoping": "off",
    "no-shadow": "off",
    "consistent-return": "off",
    "typescript/consistent-return": "off",
    "no-underscore-dangle": "off",
    "import/no-unassigned-import": "off",
  },
  ignorePatterns: ["src/worker-env.d.ts", "dist", "migrations"],
  overrides: [
    {
      files: ["src/**"],
      rules: {
        "typescript/no-restricted-types": [
          "error",
          { types: Object.fromEntries(PLATFORM_TYPES.map((type) => [type, { message: NO_PLATFORM }])) },
        ],
        "no-restricted-globals": [
          "error",
          { name: "fetch", message: NO_PLATFORM },
          { name: "caches", message: NO_PLATFORM },
          { name: "scheduler", message: NO_CLOCK },
          { name: "performance", message: NO_CLOCK },
        ],
        "no-restricted-properties": [
          "error",
          NO_TRANSACTION,
          { property: "prepare", message: NO_PLATFORM },
          { object: "Date", property: "now", message: NO_CLOCK },
          { object: "Math", property: "random", message: NO_CHANCE },
          { object: "crypto", property: "getRandomValues", message: NO_CHANCE },
          { object: "crypto", property: "randomUUID", message: NO_CHANCE },
        ],
      },
    },
    {
      files: MAY_TOUCH,
      rules: {
        "typescript/no-restricted-types": "off",
        "no-restricted-globals": "off",
        "no-restricted-properties": ["error", NO_TRANSACTION],
      },
    },
    // A rule's settings replace those that an earlier override gave it, so these two are said for each wing.
    ...WINGS.flatMap(({ name }, place): OxlintOverride[] => [
      {
        files: [`src/${name}/**`],
        rules: {
          "no-restricted-imports": [
            "error",
            { paths: ZOD_PATHS, patterns: [...after(place), PLATFORM_IMPORTS, ZOD_PARTS] },
          ],
        },
      },
      {
        files: MAY_TOUCH.filter((files) => files.startsWith("src/**/") || files.startsWith(`src/${name}/`)).map(
          (files) => files.replace("src/**/", `src/${name}/**/`),
        ),
        rules: { "no-restricted-imports": ["error", { paths: ZOD_PATHS, patterns: [...after(place), ZOD_PARTS] }] },
      },
    ]),
    { files: ["src/ground/http/{zod,zod-extended}.ts"], rules: { "no-restricted-imports": "off" } },
  ],
});
