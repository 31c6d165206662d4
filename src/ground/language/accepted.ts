/** The languages of an `Accept-Language` header (RFC 9110, section 12.5.4), best first, lower case. */
export function acceptedLanguages(header: string | null): string[] {
  if (header === null) return [];
  return header
    .split(",")
    .map((entry, position) => {
      const [tag = "", ...parameters] = entry
        .trim()
        .toLowerCase()
        .split(/\s*;\s*/);
      const quality = parameters.find((parameter) => parameter.startsWith("q="));
      return { tag, quality: quality === undefined ? 1 : Number(quality.slice(2)), position };
    })
    .filter(({ tag, quality }) => /^[a-z]{1,8}(-[a-z0-9]{1,8})*$/.test(tag) && quality > 0)
    .toSorted((a, b) => b.quality - a.quality || a.position - b.position)
    .map(({ tag }) => tag);
}
