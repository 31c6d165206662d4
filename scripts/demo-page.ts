import { createHash } from "node:crypto";

/** The query name under which the demo store's click id travels: the default of every store. */
const CLICK_PARAM = "wm_click";

const STYLE = `
:root { color-scheme: light dark; --line: #b8bec6; --soft: #f2f4f6; }
@media (prefers-color-scheme: dark) { :root { --line: #4d5661; --soft: #22272d; } }
body { font: 1.0625rem/1.6 system-ui, sans-serif; margin: 0 auto; max-width: 46rem; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.75rem; line-height: 1.2; }
table { border-collapse: collapse; width: 100%; }
caption { font-weight: 600; padding: .75rem 0; text-align: start; }
th, td { border-block-end: 1px solid var(--line); padding: .5rem .75rem .5rem 0; text-align: start; vertical-align: top; }
tbody th { font-weight: 400; white-space: nowrap; }
code { background: var(--soft); border-radius: .25rem; font-size: .9375em; overflow-wrap: anywhere; padding: .1em .35em; }
`;

/** Nothing but this page's own style may load or run. */
export const PAGE_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** The demo shop's landing page: which parameters it was opened with. Everything of `url` is escaped. */
export function demoPage(url: URL): string {
  const parameters = [...url.searchParams];
  const rows = parameters.map(
    ([name, value]) =>
      `<tr><th scope="row"><code>${escapeHtml(name)}</code></th><td><code>${escapeHtml(value)}</code></td></tr>`,
  );
  const table = `<table>
<caption>Parameters that this page was opened with</caption>
<thead><tr><th scope="col">Name</th><th scope="col">Value</th></tr></thead>
<tbody>
${rows.join("\n")}
</tbody>
</table>`;
  const clickId = url.searchParams.has(CLICK_PARAM)
    ? `<p><code>${CLICK_PARAM}</code> is the click id. An order that comes with it can be credited to the link that led here.</p>`
    : `<p>There is no click id: the visit didn’t come by a Waymark link, or it may carry none
(policy <code>strict</code>, Global Privacy Control, Do Not Track).</p>`;

  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Demo shop</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Demo shop</h1>
<p>This is the merchant’s page, <code>${escapeHtml(url.pathname)}</code>: the place a short link leads to. In real life it is
the shop’s own page, and Waymark has no part in it.</p>
${parameters.length === 0 ? "<p>It was opened without parameters.</p>" : table}
${clickId}
</main>
</body>
</html>
`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
