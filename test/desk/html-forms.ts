/** A form of a page, as a browser would see it. */
export interface HtmlForm {
  method: "get" | "post";
  /** From the root. */
  action: string;
  controls: Control[];
}

/** Something to fill in or to press. */
export interface Control {
  tag: "input" | "select" | "textarea" | "button";
  name: string;
  /** Of an input. */
  type: string;
  /** Whether a number is wanted, whatever its type. */
  numeric: boolean;
  /** What it has now; a box only says something while it is ticked. */
  value: string;
  ticked: boolean;
  /** What can be chosen. */
  options: string[];
}

/** The forms of a page of the desk at `path`. Controls without a name are left out. */
export function formsOf(html: string, path: string): HtmlForm[] {
  return [...html.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gs)].map(([, tag = "", inside = ""]) => {
    const attributes = attributesOf(tag);
    const action = new URL(attributes.get("action") ?? path, new URL(path, "http://desk"));
    return {
      method: attributes.get("method") === "post" ? "post" : "get",
      action: action.pathname + action.search,
      controls: controlsOf(inside),
    };
  });
}

function controlsOf(html: string): Control[] {
  const controls: Control[] = [];
  const tags = /<(input|button|select|textarea)\b([^>]*)>(?:(.*?)<\/\1>)?/gs;
  for (const [, tag = "", text = "", inside = ""] of html.matchAll(tags)) {
    const attributes = attributesOf(text);
    const name = attributes.get("name");
    // An input has no end: what comes up to the next one's would be taken for its inside.
    if (tag === "input" && inside !== "") controls.push(...controlsOf(inside));
    if (name === undefined) continue;
    const options = [...inside.matchAll(/<option\b([^>]*)>/g)].map(([, option = ""]) => attributesOf(option));
    const chosen = options.find((option) => option.has("selected")) ?? options[0];
    controls.push({
      tag: tag as Control["tag"],
      name,
      type: attributes.get("type") ?? "text",
      numeric: attributes.has("inputmode"),
      value:
        tag === "select"
          ? (chosen?.get("value") ?? "")
          : tag === "textarea"
            ? unescaped(inside)
            : (attributes.get("value") ?? ""),
      ticked: attributes.has("checked"),
      options: options.map((option) => option.get("value") ?? ""),
    });
  }
  return controls;
}

function attributesOf(text: string): Map<string, string> {
  return new Map(
    [...text.matchAll(/([\w-]+)(?:="([^"]*)")?/g)].map(([, name = "", value = ""]) => [name, unescaped(value)]),
  );
}

function unescaped(text: string): string {
  return text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&");
}
