/** Fields that say which order it is and where it stands, and what may be in them. */
export const OUTLINE: Readonly<Record<string, RegExp>> = {
  entity_id: /^\d{1,20}$/,
  increment_id: /^[\w-]{1,50}$/,
  state: /^[a-z][a-z_-]{0,39}$/,
  order_currency_code: /^[A-Z]{3}$/,
  grand_total: /^-?[\d.,]{1,24}$/,
  created_at: /^[\d :-]{10,24}$/,
  updated_at: /^[\d :-]{10,24}$/,
};
