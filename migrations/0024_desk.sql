CREATE TABLE `desk_sessions` (
	`id` text PRIMARY KEY NOT NULL,
	`token_hash` text NOT NULL,
	`key_id` text NOT NULL,
	`key_hash` text,
	`name` text NOT NULL,
	`browser` text NOT NULL,
	`created_at` integer NOT NULL,
	`last_used_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`revoked_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `desk_sessions_token` ON `desk_sessions` (`token_hash`);--> statement-breakpoint
CREATE INDEX `desk_sessions_expires` ON `desk_sessions` (`expires_at`);--> statement-breakpoint
CREATE TABLE `payout_details` (
	`creator_id` text PRIMARY KEY NOT NULL,
	`method` text NOT NULL,
	`sealed` text NOT NULL,
	`version` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`updated_by` text NOT NULL,
	FOREIGN KEY (`creator_id`) REFERENCES `creators`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `store_payers` (
	`store_id` text PRIMARY KEY NOT NULL,
	`sealed` text NOT NULL,
	`version` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`updated_by` text NOT NULL,
	FOREIGN KEY (`store_id`) REFERENCES `stores`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
DROP INDEX `orders_pending`;--> statement-breakpoint
CREATE INDEX `orders_disputed` ON `orders` (`store_id`) WHERE status = 'disputed';--> statement-breakpoint
CREATE INDEX `orders_received` ON `orders` (`store_id`) WHERE status = 'received';--> statement-breakpoint
CREATE INDEX `orders_pending` ON `orders` (`store_id`,`due_at`) WHERE status = 'pending';--> statement-breakpoint
ALTER TABLE `api_keys` ADD `store_ids` text;--> statement-breakpoint
ALTER TABLE `payout_lines` ADD `reference` text;--> statement-breakpoint
CREATE UNIQUE INDEX `payout_lines_reference` ON `payout_lines` (`reference`);--> statement-breakpoint
CREATE INDEX `dead_letters_open` ON `dead_letters` (`received_at`) WHERE replayed_at IS NULL;--> statement-breakpoint
CREATE INDEX `conversions_pending` ON `conversions` (`store_id`,`due_at`) WHERE commission = 'pending';--> statement-breakpoint
CREATE INDEX `abuse_reports_open` ON `abuse_reports` (`created_at`) WHERE resolved_at IS NULL;--> statement-breakpoint
CREATE INDEX `alarms_open` ON `alarms` (`kind`) WHERE resolved_at IS NULL;--> statement-breakpoint
CREATE INDEX `inbox_refused` ON `inbox` (`store_id`,`received_at`) WHERE verdict = 'refused';--> statement-breakpoint
CREATE INDEX `campaign_creators_applied` ON `campaign_creators` (`campaign_id`) WHERE status = 'applied';--> statement-breakpoint
CREATE INDEX `plan_creators_failed` ON `plan_creators` (`plan_id`) WHERE state = 'failed';--> statement-breakpoint
-- As runs that are drafted from now on have it (see src/books/payout/reference.ts).
UPDATE `payout_lines` SET `reference` = n.`reference` FROM (
	SELECT `payout_id`, `creator_id`, 'WM-' || upper(substr(`payout_id`, 5)) || '-' ||
		row_number() OVER (PARTITION BY `payout_id` ORDER BY `creator_id` DESC) AS `reference`
	FROM `payout_lines`
) n WHERE n.`payout_id` = `payout_lines`.`payout_id` AND n.`creator_id` = `payout_lines`.`creator_id`;
