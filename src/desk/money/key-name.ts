/** What the key is called by which something was done, as the API names it. */
export function keyName(actor: string, names: Readonly<Record<string, string>>): string {
  return actor === "bootstrap" ? "the deployment’s own key" : (names[actor] ?? `key ${actor}`);
}
