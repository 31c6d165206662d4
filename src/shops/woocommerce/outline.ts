/** Fields that say which order it is and where it stands, and what may be in them. */
export const OUTLINE: Readonly<Record<string, RegExp>> = {
  id: /^\d{1,20}$/,
  status: /^[a-z][a-z_-]{0,39}$/,
  currency: /^[A-Z]{3}$/,
  total: /^-?[\d.,]{1,20}$/,
  date_created_gmt: /^[\dT:-]{10,24}$/,
  date_modified_gmt: /^[\dT:-]{10,24}$/,
};
