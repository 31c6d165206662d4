/** The tables of the log. */
export const LOG_TABLES = [
  "click_batches",
  "click_messages",
  ...Array.from({ length: 8 }, (_none, day) => `first_visits_${day}`),
];
