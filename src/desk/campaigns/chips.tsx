import type { CampaignStatus, MemberState, MemberStatus } from "../../programme/campaign/states.ts";
import { Chip, type Tone } from "../frame/parts.tsx";

const CAMPAIGN: Readonly<Record<CampaignStatus, readonly [string, Tone]>> = {
  draft: ["Draft", "wait"],
  launched: ["Launched", "good"],
  archived: ["Archived", "plain"],
};

const STATUS: Readonly<Record<MemberStatus, readonly [string, Tone]>> = {
  applied: ["Applied", "wait"],
  approved: ["Approved", "good"],
  rejected: ["Rejected", "plain"],
};

const STATE: Readonly<Record<MemberState, readonly [string, Tone]>> = {
  waiting: ["Not due yet", "plain"],
  queued: ["Being made", "wait"],
  ready: ["Made", "good"],
  failed: ["Failed", "bad"],
  withdrawn: ["Withdrawn", "plain"],
};

/** Where a campaign stands. */
export function CampaignStatusChip({ status }: { status: CampaignStatus }) {
  const [word, tone] = CAMPAIGN[status];
  return <Chip tone={tone}>{word}</Chip>;
}

/** Whether a creator takes part. */
export function MemberStatusChip({ status }: { status: MemberStatus }) {
  const [word, tone] = STATUS[status];
  return <Chip tone={tone}>{word}</Chip>;
}

/** Where a creator's code and links stand. */
export function MemberStateChip({ state }: { state: MemberState }) {
  const [word, tone] = STATE[state];
  return <Chip tone={tone}>{word}</Chip>;
}
