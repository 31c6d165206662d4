/** Tables of what alarms are about, by how its ids begin: each has its store in a column. */
const TABLES = {
  cod_: "codes",
  num_: "phone_numbers",
  npl_: "number_pools",
  whk_: "webhook_endpoints",
  ord_: "orders",
  cvn_: "conversions",
  inb_: "inbox",
} as const;

/** Characters of an id. */
const ID_LENGTH = 20;

/** SQL: the store that an alarm, an alias of its row, is about; `NULL`: none, or all of them. */
export function storeOfAlarm(alarm: string): string {
  const looks = Object.entries(TABLES).map(
    ([prefix, table]) => `WHEN '${prefix}' THEN (SELECT t.store_id FROM ${table} t WHERE t.id = ${alarm}.subject)`,
  );
  return `CASE substr(${alarm}.subject, 1, 4) WHEN 'str_' THEN substr(${alarm}.subject, 1, ${ID_LENGTH})
    ${looks.join("\n    ")} ELSE ${alarm}.detail ->> 'storeId' END`;
}
