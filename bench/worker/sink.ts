import { readBatch } from "../../src/clicks/click/read-batch.ts";

const ids = new Set<string>();
let clicks = 0;
let unread: string[] = [];

/**
 * Stands in for the click log: takes the queue's messages and reads them only when asked, so that
 * reading them isn't measured with the redirect. In production other machines do it.
 */
export default {
  queue(batch: MessageBatch<string>): void {
    for (const message of batch.messages) unread.push(message.body);
  },

  /** How many clicks have arrived, and how many different ones. */
  fetch(): Response {
    const bodies = unread;
    unread = [];
    for (const body of bodies) {
      const read = readBatch(JSON.parse(body))?.clicks ?? [];
      clicks += read.length;
      for (const click of read) ids.add(click.id);
    }
    return Response.json({ clicks, distinct: ids.size });
  },
};
