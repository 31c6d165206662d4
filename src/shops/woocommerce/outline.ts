/** Fields that say which order it is and where it stands, and what may be in them. */
const OUTLINE: Readonly<Record<string, RegExp>> = {
  id: /^\d{1,20}$/,
  status: /^[a-z][a-z_-]{0,39}$/,
  currency: /^[A-Z]{3}$/,
  total: /^-?[\d.,]{1,20}$/,
  date_created_gmt: /^[\dT:-]{10,24}$/,
  date_modified_gmt: /^[\dT:-]{10,24}$/,
};

/** What is kept of an order that can't be read: nothing of a person, whatever stands in its fields. */
export function outlineOf(said: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(OUTLINE).flatMap(([field, form]) => {
      const value = said[field];
      const isPlain = typeof value === "string" || typeof value === "number";
      return isPlain && form.test(String(value)) ? [[field, value] as const] : [];
    }),
  );
}
