import type { AlarmKind } from "../../journal/alarm/store.ts";

/** What an alarm means, and what to do: docs/operating.md in short. */
export interface AlarmWords {
  name: string;
  means: string;
  todo: string;
  /** The desk's page where that is done, with `{id}` for what the alarm is about. */
  path?: string;
}

/** Words for each kind of alarm. */
export const ALARM_WORDS: Readonly<Record<AlarmKind, AlarmWords>> = {
  analytics_export_failing: {
    name: "Analytics export fails",
    means:
      "Events of visitors can’t be sent on to the store’s tool for analytics. They are kept, and sent once it answers.",
    todo: "Send a test event from the store’s page to see what it answers; mend the receiver, or set address and secrets anew. It resolves itself.",
    path: "/admin/stores/{id}",
  },
  archive_damaged: {
    name: "Archive damaged",
    means:
      "A file of archived clicks is missing or changed. No more clicks are archived or deleted until it is mended; reports keep their sums.",
    todo: "Find out who touched the bucket, and put the file back: its checksum is on the system page. If it is lost for good, see docs/operating.md for how to let go of it.",
    path: "/admin/system",
  },
  carrier_refused: {
    name: "Calls refused",
    means: "Messages of a carrier of calls came that weren’t signed by whoever may.",
    todo: "If the secret was changed at the carrier, set the new one on the store’s page. If signed messages come too, somebody tries: nothing of theirs was kept. It resolves itself.",
    path: "/admin/stores/{id}",
  },
  click_drift: {
    name: "Clicks differ from the edge’s count",
    means: "The log and Analytics Engine disagree on a day’s requests.",
    todo: "If Analytics Engine has more, clicks didn’t reach the log: replay dead letters, and restore what the Worker’s log has. If the log has more, points were not written: look at the binding.",
    path: "/admin/dead-letters",
  },
  code_drift: {
    name: "Codes changed in the shop",
    means: "Codes in the connected shop aren’t what was written there: changed, deleted, or never held as told.",
    todo: "Ask whoever runs the shop. Write a code again from its page: nothing is written over by itself. It resolves itself once none differs.",
    path: "/admin/codes?store={id}&storeState=failed",
  },
  code_leak: {
    name: "Code leaked",
    means: "A code is used without clicks on its creator’s links, far more than on other days or where nobody clicked.",
    todo: "Look at where it is published, and rotate it: the creator gets another text. It resolves itself once the signals are gone.",
    path: "/admin/codes/{id}",
  },
  code_reused: {
    name: "Code used again by one customer",
    means: "A code that is for one order a customer was used in several of one customer’s.",
    todo: "Decide whether these orders earn, and rotate the code if it is on a coupon site. It resolves itself once no such orders remain.",
    path: "/admin/codes/{id}",
  },
  cron_failed: {
    name: "A job failed",
    means: "A job of the night or of the minute failed; the others ran.",
    todo: "A passing failure resolves itself at the next run. Otherwise the message names the cause: every job may run again at any time.",
  },
  drift_unchecked: {
    name: "Clicks could not be compared",
    means: "The comparison with Analytics Engine could not be made.",
    todo: "HTTP 401 or 403: set a new token with Account Analytics: Read. Other 4xx: check ANALYTICS_ACCOUNT_ID. Else wait a night.",
  },
  numbers_expiring: {
    name: "Phone number ends",
    means: "The rental of a phone number ends within 30 days, or has ended. Who rents it next gets its calls.",
    todo: "Prolong it at the carrier and on its page here, or delete it here. Take it off whatever is printed in time.",
    path: "/admin/numbers/{id}",
  },
  orders_contested: {
    name: "Orders contested",
    means:
      "Browsers claim confirmed orders for different creators, and the shop’s server doesn’t say whose they are. Nobody is credited.",
    todo: "Decide each of them. If the shop’s server sends the click id, none will come. It resolves itself once none is left.",
    path: "/admin/orders?store={id}&status=contested",
  },
  pool_exhausted: {
    name: "Pool of numbers exhausted",
    means: "A visitor found no number of the pool free: such calls are told by source at best.",
    todo: "Add numbers, or shorten lease and quarantine. It resolves when the pool had a number left for a day.",
    path: "/admin/pools/{id}",
  },
  rollup_drift: {
    name: "Roll-up and log differ",
    means: "Sums that reports are read from disagree with the log.",
    todo: "Keep a copy of what is named first. Days or totals alone: make the roll-ups anew. Otherwise see docs/operating.md: the log is the original if it is complete.",
    path: "/admin/system",
  },
  segments_late: {
    name: "Segments are late",
    means: "Contacts of which something changed wait to be looked at.",
    todo: "Search the Worker’s log for conversion_not_recorded and contact_not_evaluated. Many without such lines: the cron doesn’t run, or comes to too little.",
  },
  settlement_failed: {
    name: "Commission not booked",
    means: "A commission could not be computed or booked. It is tried again after growing pauses; all others go on.",
    todo: "Mend what the message names, then wait.",
    path: "/admin/orders/{id}",
  },
  shop_failing: {
    name: "Shop fails",
    means: "A connected shop can’t be worked with.",
    todo: "Do what the findings say, then check the connection: that resolves it. Orders of the meantime are asked for from where it stopped.",
    path: "/admin/stores/{id}/connection",
  },
  shop_privacy_request: {
    name: "A shopper asks for their data",
    means: "A shopper asked the shop what is kept of them, and the shop passed it on.",
    todo: "What is held stands below. Hand it over to the merchant within the time that the law gives (30 days by the GDPR), and resolve the alarm.",
  },
  shop_webhooks_off: {
    name: "Shop’s webhooks are off",
    means:
      "Webhooks of a connected shop are gone or paused, and could not be registered again. Orders come by polling, minutes later.",
    todo: "With a reason about rights or addresses, mend that. Else wait for the next check, or check the connection now.",
    path: "/admin/stores/{id}/connection",
  },
  tagging_silent: {
    name: "An event fell silent",
    means: "An event of the store’s active tagging plan used to come, and hasn’t for long.",
    todo: "Mostly the page was changed: look at the rule by a preview, copy the plan, mend and activate it. It resolves itself once the event comes again.",
    path: "/admin/quality?store={id}",
  },
  visits_full: {
    name: "Too many visits for a day",
    means:
      "A store’s pages told more than is kept event by event: its sums go on, its log stands still until the day is over.",
    todo: "If the sums show pages or sources that nobody knows, block the network it comes from, or retire the plan for a while.",
    path: "/admin/quality?store={id}",
  },
  visits_unarchived: {
    name: "Visits are kept too long",
    means:
      "What visitors did is older than it may be kept, and isn’t deleted, for there is no bucket to archive it in.",
    todo: "Bind the bucket ARCHIVE: the next night goes on. If there is to be no archive, see docs/operating.md for how to delete the rows.",
  },
  webhook_dead: {
    name: "Webhook not delivered",
    means: "An event could not be delivered to an endpoint for a day, or events waited for 3 days.",
    todo: "Its deliveries say why. Mend the receiver or the address, switch it on if it is off, then send many again. It resolves itself the night after nothing is dead any more.",
    path: "/admin/webhooks/{id}",
  },
};

/** Words for an alarm of any kind, also one that this release doesn't know. */
export function wordsOfAlarm(kind: string): AlarmWords {
  return (
    (ALARM_WORDS as Readonly<Record<string, AlarmWords>>)[kind] ?? {
      name: kind,
      means: "This release doesn’t know what it means.",
      todo: "Look it up in docs/operating.md.",
    }
  );
}

/**
 * The desk's page where something can be done about an alarm; `null`: there is none. What it is about may have more in it
 * than an id, as in "str_… twilio".
 */
export function pathOfAlarm(kind: string, subject: string): string | null {
  const { path } = wordsOfAlarm(kind);
  if (path === undefined || !path.includes("{id}")) return path ?? null;
  const id = idInSubject(subject);
  if (id === null) return null;
  // A commission may be of a conversion too.
  const place = id.startsWith("cvn_") ? path.replace("/orders/", "/conversions/") : path;
  return place.replace("{id}", encodeURIComponent(id));
}

/** The first id in what an alarm is about. */
export function idInSubject(subject: string): string | null {
  return /[a-z]{3}_[0-9a-z]{16}/.exec(subject)?.[0] ?? null;
}
