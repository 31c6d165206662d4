/** A queue message that could not be processed. */
export interface DeadLetter {
  queue: string;
  /** The queue's own id of the message: a redelivery is kept once. */
  messageId: string;
  body: string;
  reason: string;
  /** When the message was sent, ms UTC. */
  receivedAt: number;
}
