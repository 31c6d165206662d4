import { createHash, randomBytes } from "node:crypto";
import { SHOP_NAME } from "./demo/definitions.ts";
import { DEMO_PHONE, plain } from "./demo-phone.ts";
import { CONSENT_SCRIPT, loaderScript, type Reporting } from "./demo-script.ts";

const STYLE = `
:root { color-scheme: light dark; --line: #b8bec6; --soft: #f2f4f6; --strong: #1a4d8f; --on-strong: #fff; }
@media (prefers-color-scheme: dark) {
  :root { --line: #4d5661; --soft: #22272d; --strong: #9cc4ff; --on-strong: #10151b; }
}
body { font: 1.0625rem/1.6 system-ui, sans-serif; margin: 0 auto; max-width: 46rem; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.75rem; line-height: 1.2; }
h1 a { color: inherit; text-decoration: none; }
h2 { font-size: 1.3rem; line-height: 1.3; }
a { color: var(--strong); }
table { border-collapse: collapse; width: 100%; }
caption { font-weight: 600; padding: .75rem 0; text-align: start; }
th, td { border-block-end: 1px solid var(--line); padding: .5rem .75rem .5rem 0; text-align: start; vertical-align: top; }
tbody th { font-weight: 400; white-space: nowrap; }
code { background: var(--soft); border-radius: .25rem; font-size: .9375em; overflow-wrap: anywhere; padding: .1em .35em; }
pre { background: var(--soft); border-radius: .375rem; padding: .75rem; white-space: pre-wrap; }
pre code { padding: 0; }
#credit { border: 1px solid var(--line); border-radius: .5rem; margin-block: 2rem; padding: .25rem 1.25rem 1rem; }
form { display: grid; gap: 1rem; max-width: 22rem; }
label { display: grid; gap: .25rem; }
input, button { border: 1px solid var(--line); border-radius: .375rem; font: inherit; min-height: 2.75rem; padding: .25rem .75rem; }
a.main { border-radius: .375rem; display: inline-block; padding: .5rem 1.25rem; text-decoration: none; }
.main { background: var(--strong); border-color: var(--strong); color: var(--on-strong); }
dl { display: grid; gap: .25rem 1.5rem; grid-template-columns: max-content 1fr; }
dd { margin: 0; }
#consent { background: var(--soft); border: 1px solid var(--line); border-radius: .5rem; margin-block: 1.5rem; padding: .25rem 1.25rem 1.25rem; }
footer { border-block-start: 1px solid var(--line); margin-block-start: 2.5rem; padding-block-start: 1rem; }
footer button, #consent button { margin-block-end: .5rem; margin-inline-end: .5rem; }
[hidden] { display: none !important; }
`;

const BANNER = `<section id="consent" aria-labelledby="consent-title" hidden>
<h2 id="consent-title">May we remember who sent you?</h2>
<p>If you allow it, this shop keeps the click id that you came with, so that a creator can be paid for your order.</p>
<button type="button" id="accept">Accept</button>
<button type="button" id="reject">Reject</button>
</section>`;

/** The foot of a page. Without scripts, or before consent, the last link opens what is known of an id that nobody has. */
const footer = ({ waymark, store }: Reporting): string => `<footer>
<p>Order by phone: <a href="tel:${plain(DEMO_PHONE)}">${DEMO_PHONE}</a></p>
<button type="button" id="reconsider" hidden>Privacy choices</button>
<button type="button" id="withdraw" hidden>Withdraw consent</button>
<p id="consent-said" role="status"></p>
<p><a id="me" href="${escapeHtml(`${waymark}/t/me?s=${encodeURIComponent(store)}&visitor=${newVisitor()}`)}">What this shop knows of my visit</a></p>
</footer>`;

/** An id as browsers have. */
const newVisitor = (): string => randomBytes(16).toString("base64url");

/** One page of the demo shop. */
export interface Page {
  title: string;
  /** HTML, escaped by who made it. */
  body: string;
  /** A script of this page alone, run after the banner's. */
  script?: string;
}

/** A page as it is sent. */
export interface SentPage {
  html: string;
  /** The value of `Content-Security-Policy`. */
  policy: string;
}

/** A page in the frame that all have, with a policy under which nothing but its own parts and Waymark's may run. */
export function framed({ title, body, script }: Page, reporting: Reporting): SentPage {
  const loader = loaderScript(reporting);
  // The banner's answer first, so that it holds for whatever the page reports.
  const scripts = [loader, CONSENT_SCRIPT, ...(script === undefined ? [] : [script])];
  const { waymark } = reporting;
  const policy = [
    "default-src 'none'",
    `script-src ${waymark} ${scripts.map(hashSource).join(" ")}`,
    `connect-src ${waymark}`,
    `img-src ${waymark}`,
    `style-src ${hashSource(STYLE)}`,
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
<script>${loader}</script>
</head>
<body>
<header><h1><a href="/">${SHOP_NAME}</a></h1></header>
${BANNER}
<main>
${body}
</main>
${footer(reporting)}
${scripts
  .slice(1)
  .map((text) => `<script>${text}</script>`)
  .join("\n")}
</body>
</html>
`;
  return { html, policy };
}

/** Text as HTML that shows it, in an element or a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

/** A source of CSP level 3 that allows exactly this inline text. */
function hashSource(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
