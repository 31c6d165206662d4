import { html } from "hono/html";
import type { Html } from "../../ground/http/html.ts";

/** Where a description's `POST /links` leads, `null` if nothing is there. */
export type LinkTo = (code: string) => string | null;

/**
 * A description as HTML: paragraphs between empty lines, lists of lines that begin with `- `, and code between
 * backticks. All else is text, whatever it looks like.
 */
export function renderProse(text: string, linkTo: LinkTo = () => null): Html {
  const blocks = text.split(/\n\s*\n/).filter((block) => block.trim() !== "");
  return html`${blocks.map((block) => {
    const lines = block.split("\n").map((line) => line.trim());
    const first = lines.findIndex((line) => line.startsWith("- "));
    if (first === -1) return html`<p>${renderInline(lines.join(" "), linkTo)}</p>`;
    const before = lines.slice(0, first).join(" ");
    const items = lines.slice(first).join("\n").slice(2).split("\n- ");
    return html`${before === "" ? "" : html`<p>${renderInline(before, linkTo)}</p>`}
      <ul>
        ${items.map((item) => html`<li>${renderInline(item.replaceAll("\n", " "), linkTo)}</li>`)}
      </ul>`;
  })}`;
}

/** One line of a description: only its code stands out. A backtick that has no other is left out. */
export function renderInline(text: string, linkTo: LinkTo = () => null): Html {
  const parts = text.split("`");
  return html`${parts.map((part, index) => {
    if (index % 2 === 0 || index === parts.length - 1) return part;
    const href = linkTo(part);
    return href === null ? html`<code>${part}</code>` : html`<a href="${href}"><code>${part}</code></a>`;
  })}`;
}
