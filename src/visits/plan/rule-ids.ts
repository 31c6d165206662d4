/** Longest id that is made, characters. */
const MAX_ID = 32;

/**
 * Gives each rule that has no id one made of its event, which no other has: `Add to basket` → `add-to-basket`. The same
 * rules get the same ids.
 */
export function withRuleIds<Rule extends { id?: string | undefined; event: string }>(
  rules: readonly Rule[],
): (Rule & { id: string })[] {
  const taken = new Set(rules.flatMap(({ id }) => id ?? []));
  return rules.map((rule) => {
    const id = rule.id ?? freeId(slugOf(rule.event), taken);
    taken.add(id);
    return { ...rule, id };
  });
}

function slugOf(event: string): string {
  const slug = event
    .toLowerCase()
    .normalize("NFKD")
    .replaceAll(/[^a-z\d]+/g, "-")
    .slice(0, MAX_ID)
    .replaceAll(/^-|-$/g, "");
  return slug === "" ? "rule" : slug;
}

function freeId(slug: string, taken: ReadonlySet<string>): string {
  if (!taken.has(slug)) return slug;
  for (let count = 2; ; count += 1) {
    const id = `${slug}-${count}`;
    if (!taken.has(id)) return id;
  }
}
