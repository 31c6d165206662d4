/** What creators in a campaign may wait for: that somebody approves or rejects them, or looks why their code wasn't made. */
export const WAITING = ["applied", "failed"] as const;

/** SQL: the rows `m` of creators in campaigns `c` who wait for that, by the index that has those alone. */
const FOUND: Readonly<Record<(typeof WAITING)[number], string>> = {
  applied: `FROM campaign_creators m CROSS JOIN campaigns c ON c.id = m.campaign_id WHERE m.status = 'applied'`,
  failed: `FROM plan_creators w CROSS JOIN campaigns c ON c.plan_id = w.plan_id
    CROSS JOIN campaign_creators m ON m.campaign_id = c.id AND m.creator_id = w.creator_id
    WHERE w.state = 'failed' AND m.status <> 'rejected'`,
};

/** SQL: `FROM` and `WHERE` of the creators `m` in campaigns `c` who wait for that. Those of archived campaigns wait for nothing. */
export function membersWaiting(what: (typeof WAITING)[number]): string {
  return `${FOUND[what]} AND c.deleted_at IS NULL AND c.status <> 'archived'`;
}
