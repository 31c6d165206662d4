CREATE TABLE `portal_tokens` (
	`id` text PRIMARY KEY NOT NULL,
	`creator_id` text NOT NULL,
	`token_hash` text NOT NULL,
	`label` text,
	`expires_at` integer,
	`revoked_at` integer,
	`last_used_at` integer,
	`created_at` integer NOT NULL,
	`created_by` text NOT NULL,
	FOREIGN KEY (`creator_id`) REFERENCES `creators`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `portal_tokens_hash` ON `portal_tokens` (`token_hash`);--> statement-breakpoint
CREATE INDEX `portal_tokens_creator` ON `portal_tokens` (`creator_id`);--> statement-breakpoint
CREATE TABLE `click_days` (
	`link_id` text NOT NULL,
	`day` text NOT NULL,
	`counted` integer NOT NULL,
	`unique_of_day` integer NOT NULL,
	PRIMARY KEY(`link_id`, `day`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `click_months` (
	`link_id` text NOT NULL,
	`month` text NOT NULL,
	`counted` integer NOT NULL,
	`unique_of_day` integer NOT NULL,
	PRIMARY KEY(`link_id`, `month`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `click_splits` (
	`link_id` text NOT NULL,
	`day` text NOT NULL,
	`dim` text NOT NULL,
	`value` text NOT NULL,
	`counted` integer NOT NULL,
	`unique_of_day` integer NOT NULL,
	PRIMARY KEY(`link_id`, `day`, `dim`, `value`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `order_days` (
	`store_id` text NOT NULL,
	`creator_id` text NOT NULL,
	`campaign_id` text NOT NULL,
	`plan_id` text NOT NULL,
	`link_id` text NOT NULL,
	`code_id` text NOT NULL,
	`country` text NOT NULL,
	`device` text NOT NULL,
	`source` text NOT NULL,
	`method` text NOT NULL,
	`claimed` integer NOT NULL,
	`day` text NOT NULL,
	`currency` text NOT NULL,
	`conversions` integer NOT NULL,
	`gross_minor` integer NOT NULL,
	`refunded_minor` integer NOT NULL,
	`commission_minor` integer NOT NULL,
	PRIMARY KEY(`store_id`, `day`, `creator_id`, `campaign_id`, `plan_id`, `link_id`, `code_id`, `country`, `device`, `source`, `method`, `claimed`, `currency`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `order_days_creator` ON `order_days` (`creator_id`,`day`);--> statement-breakpoint
CREATE TABLE `order_facts` (
	`order_id` text NOT NULL,
	`store_id` text NOT NULL,
	`creator_id` text NOT NULL,
	`campaign_id` text NOT NULL,
	`plan_id` text NOT NULL,
	`link_id` text NOT NULL,
	`code_id` text NOT NULL,
	`country` text NOT NULL,
	`device` text NOT NULL,
	`source` text NOT NULL,
	`method` text NOT NULL,
	`claimed` integer NOT NULL,
	`placed_at` integer NOT NULL,
	`day` text NOT NULL,
	`currency` text NOT NULL,
	`conversions` integer NOT NULL,
	`gross_minor` integer NOT NULL,
	`refunded_minor` integer NOT NULL,
	`commission_minor` integer NOT NULL,
	`commission_currency` text NOT NULL,
	`awaits` text NOT NULL,
	PRIMARY KEY(`order_id`, `creator_id`),
	FOREIGN KEY (`order_id`) REFERENCES `orders`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `order_facts_store` ON `order_facts` (`store_id`,`placed_at`);--> statement-breakpoint
CREATE INDEX `order_facts_creator` ON `order_facts` (`creator_id`,`placed_at`);--> statement-breakpoint
CREATE INDEX `order_facts_awaits` ON `order_facts` (`awaits`) WHERE awaits <> '';--> statement-breakpoint
CREATE TABLE `order_months` (
	`store_id` text NOT NULL,
	`creator_id` text NOT NULL,
	`campaign_id` text NOT NULL,
	`plan_id` text NOT NULL,
	`method` text NOT NULL,
	`claimed` integer NOT NULL,
	`month` text NOT NULL,
	`currency` text NOT NULL,
	`conversions` integer NOT NULL,
	`gross_minor` integer NOT NULL,
	`refunded_minor` integer NOT NULL,
	`commission_minor` integer NOT NULL,
	PRIMARY KEY(`store_id`, `month`, `creator_id`, `campaign_id`, `plan_id`, `method`, `claimed`, `currency`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `order_months_creator` ON `order_months` (`creator_id`,`month`);--> statement-breakpoint
CREATE TABLE `order_rollups_due` (
	`order_id` text PRIMARY KEY NOT NULL,
	`mark` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `rollup_rebuilds` (
	`store_id` text PRIMARY KEY NOT NULL,
	`reason` text NOT NULL,
	`step` text NOT NULL,
	`done` text NOT NULL,
	`requested_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `zone_offsets` (
	`zone` text NOT NULL,
	`from_at` integer NOT NULL,
	`to_at` integer NOT NULL,
	`offset_ms` integer NOT NULL,
	PRIMARY KEY(`zone`, `from_at`)
);
--> statement-breakpoint
CREATE TABLE `events` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`type` text NOT NULL,
	`store_id` text,
	`subject_id` text NOT NULL,
	`data` text NOT NULL,
	`time` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `events_time` ON `events` (`time`);--> statement-breakpoint
CREATE TABLE `webhook_deliveries` (
	`endpoint_id` text NOT NULL,
	`event_seq` integer NOT NULL,
	`status` text NOT NULL,
	`attempts` integer NOT NULL,
	`next_at` integer,
	`last_status` integer,
	`last_error` text,
	`created_at` integer NOT NULL,
	`delivered_at` integer,
	PRIMARY KEY(`endpoint_id`, `event_seq`),
	FOREIGN KEY (`endpoint_id`) REFERENCES `webhook_endpoints`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `webhook_deliveries_next` ON `webhook_deliveries` (`next_at`) WHERE next_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `webhook_deliveries_status` ON `webhook_deliveries` (`endpoint_id`,`status`,`event_seq`);--> statement-breakpoint
CREATE INDEX `webhook_deliveries_endpoint` ON `webhook_deliveries` (`endpoint_id`,`next_at`);--> statement-breakpoint
CREATE TABLE `webhook_endpoints` (
	`id` text PRIMARY KEY NOT NULL,
	`url` text NOT NULL,
	`store_id` text,
	`types` text,
	`description` text,
	`secret_sealed` text NOT NULL,
	`disabled` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`deleted_at` integer,
	FOREIGN KEY (`store_id`) REFERENCES `stores`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `orders_pending` ON `orders` (`store_id`) WHERE status = 'pending';
--> statement-breakpoint
-- Whatever changes what an order counts for has it rolled up anew, whoever writes it.
CREATE TRIGGER `orders_due_new` AFTER INSERT ON `orders` BEGIN
  INSERT INTO `order_rollups_due` (`order_id`, `mark`) VALUES (NEW.`id`, 1) ON CONFLICT (`order_id`) DO UPDATE SET `mark` = `mark` + 1;
END;--> statement-breakpoint
CREATE TRIGGER `orders_due_changed` AFTER UPDATE ON `orders` WHEN NEW.`status` IS NOT OLD.`status` OR NEW.`shares` IS NOT OLD.`shares` OR NEW.`method` IS NOT OLD.`method` OR NEW.`currency` IS NOT OLD.`currency` OR NEW.`total_minor` IS NOT OLD.`total_minor` OR NEW.`refunded_minor` IS NOT OLD.`refunded_minor` OR NEW.`country` IS NOT OLD.`country` OR NEW.`placed_at` IS NOT OLD.`placed_at` OR NEW.`touches` IS NOT OLD.`touches` BEGIN
  INSERT INTO `order_rollups_due` (`order_id`, `mark`) VALUES (NEW.`id`, 1) ON CONFLICT (`order_id`) DO UPDATE SET `mark` = `mark` + 1;
END;--> statement-breakpoint
CREATE TRIGGER `commissions_due_new` AFTER INSERT ON `order_commissions` BEGIN
  INSERT INTO `order_rollups_due` (`order_id`, `mark`) VALUES (NEW.`order_id`, 1) ON CONFLICT (`order_id`) DO UPDATE SET `mark` = `mark` + 1;
END;--> statement-breakpoint
CREATE TRIGGER `commissions_due_changed` AFTER UPDATE ON `order_commissions` WHEN NEW.`amount_minor` IS NOT OLD.`amount_minor` OR NEW.`currency` IS NOT OLD.`currency` BEGIN
  INSERT INTO `order_rollups_due` (`order_id`, `mark`) VALUES (NEW.`order_id`, 1) ON CONFLICT (`order_id`) DO UPDATE SET `mark` = `mark` + 1;
END;--> statement-breakpoint
CREATE TRIGGER `commissions_due_gone` AFTER DELETE ON `order_commissions` BEGIN
  INSERT INTO `order_rollups_due` (`order_id`, `mark`) VALUES (OLD.`order_id`, 1) ON CONFLICT (`order_id`) DO UPDATE SET `mark` = `mark` + 1;
END;--> statement-breakpoint
INSERT INTO `order_rollups_due` (`order_id`, `mark`) SELECT `id`, 1 FROM `orders`;--> statement-breakpoint
-- Nothing is rolled up of any later moment.
INSERT INTO `watermarks` (`name`, `value`, `updated_at`)
  SELECT 'latest_click', max(`hour`) + 3600000, 0 FROM `click_hours` HAVING max(`hour`) IS NOT NULL;--> statement-breakpoint
-- Clicks rolled up so far have no days yet.
INSERT INTO `rollup_rebuilds` (`store_id`, `reason`, `step`, `done`, `requested_at`, `updated_at`)
  SELECT '', 'new roll-ups', 'clicks', '', 0, 0 WHERE EXISTS (SELECT 1 FROM `click_hours`);--> statement-breakpoint
-- What happens is told in the transaction in which it happens, if anybody listens.
CREATE TRIGGER `events_attributed_new` AFTER INSERT ON `orders` WHEN NEW.`creator_id` IS NOT NULL AND NEW.`test` = 0 AND EXISTS (SELECT 1 FROM `webhook_endpoints` WHERE `deleted_at` IS NULL AND `disabled` = 0) BEGIN
  INSERT INTO `events` (`type`, `store_id`, `subject_id`, `data`, `time`)
    VALUES ('order.attributed', NEW.`store_id`, NEW.`id`, json_object('externalId', NEW.`external_id`, 'status', NEW.`status`, 'creatorId', NEW.`creator_id`, 'campaignId', NEW.`campaign_id`, 'planId', NEW.`plan_id`, 'currency', NEW.`currency`, 'totalMinor', NEW.`total_minor`, 'refundedMinor', NEW.`refunded_minor`), NEW.`updated_at`);
END;--> statement-breakpoint
CREATE TRIGGER `events_attributed` AFTER UPDATE ON `orders` WHEN NEW.`creator_id` IS NOT NULL AND NEW.`creator_id` IS NOT OLD.`creator_id` AND NEW.`test` = 0 AND EXISTS (SELECT 1 FROM `webhook_endpoints` WHERE `deleted_at` IS NULL AND `disabled` = 0) BEGIN
  INSERT INTO `events` (`type`, `store_id`, `subject_id`, `data`, `time`)
    VALUES ('order.attributed', NEW.`store_id`, NEW.`id`, json_object('externalId', NEW.`external_id`, 'status', NEW.`status`, 'creatorId', NEW.`creator_id`, 'campaignId', NEW.`campaign_id`, 'planId', NEW.`plan_id`, 'currency', NEW.`currency`, 'totalMinor', NEW.`total_minor`, 'refundedMinor', NEW.`refunded_minor`), NEW.`updated_at`);
END;--> statement-breakpoint
CREATE TRIGGER `events_approved` AFTER UPDATE ON `orders` WHEN NEW.`status` = 'approved' AND OLD.`status` <> 'approved' AND EXISTS (SELECT 1 FROM `webhook_endpoints` WHERE `deleted_at` IS NULL AND `disabled` = 0) BEGIN
  INSERT INTO `events` (`type`, `store_id`, `subject_id`, `data`, `time`)
    VALUES ('order.approved', NEW.`store_id`, NEW.`id`, json_object('externalId', NEW.`external_id`, 'status', NEW.`status`, 'creatorId', NEW.`creator_id`, 'campaignId', NEW.`campaign_id`, 'planId', NEW.`plan_id`, 'currency', NEW.`currency`, 'totalMinor', NEW.`total_minor`, 'refundedMinor', NEW.`refunded_minor`), NEW.`updated_at`);
END;--> statement-breakpoint
CREATE TRIGGER `events_declined` AFTER UPDATE ON `orders` WHEN NEW.`status` = 'declined' AND OLD.`status` <> 'declined' AND EXISTS (SELECT 1 FROM `webhook_endpoints` WHERE `deleted_at` IS NULL AND `disabled` = 0) BEGIN
  INSERT INTO `events` (`type`, `store_id`, `subject_id`, `data`, `time`)
    VALUES ('order.declined', NEW.`store_id`, NEW.`id`, json_object('externalId', NEW.`external_id`, 'status', NEW.`status`, 'creatorId', NEW.`creator_id`, 'campaignId', NEW.`campaign_id`, 'planId', NEW.`plan_id`, 'currency', NEW.`currency`, 'totalMinor', NEW.`total_minor`, 'refundedMinor', NEW.`refunded_minor`), NEW.`updated_at`);
END;--> statement-breakpoint
CREATE TRIGGER `events_refunded_new` AFTER INSERT ON `orders` WHEN NEW.`refunded_minor` > 0 AND NEW.`test` = 0 AND EXISTS (SELECT 1 FROM `webhook_endpoints` WHERE `deleted_at` IS NULL AND `disabled` = 0) BEGIN
  INSERT INTO `events` (`type`, `store_id`, `subject_id`, `data`, `time`)
    VALUES ('order.refunded', NEW.`store_id`, NEW.`id`, json_object('externalId', NEW.`external_id`, 'status', NEW.`status`, 'creatorId', NEW.`creator_id`, 'campaignId', NEW.`campaign_id`, 'planId', NEW.`plan_id`, 'currency', NEW.`currency`, 'totalMinor', NEW.`total_minor`, 'refundedMinor', NEW.`refunded_minor`), NEW.`updated_at`);
END;--> statement-breakpoint
CREATE TRIGGER `events_refunded` AFTER UPDATE ON `orders` WHEN coalesce(NEW.`refunded_minor`, 0) <> coalesce(OLD.`refunded_minor`, 0) AND NEW.`test` = 0 AND EXISTS (SELECT 1 FROM `webhook_endpoints` WHERE `deleted_at` IS NULL AND `disabled` = 0) BEGIN
  INSERT INTO `events` (`type`, `store_id`, `subject_id`, `data`, `time`)
    VALUES ('order.refunded', NEW.`store_id`, NEW.`id`, json_object('externalId', NEW.`external_id`, 'status', NEW.`status`, 'creatorId', NEW.`creator_id`, 'campaignId', NEW.`campaign_id`, 'planId', NEW.`plan_id`, 'currency', NEW.`currency`, 'totalMinor', NEW.`total_minor`, 'refundedMinor', NEW.`refunded_minor`), NEW.`updated_at`);
END;--> statement-breakpoint
CREATE TRIGGER `events_payout` AFTER UPDATE ON `payouts` WHEN NEW.`status` = 'paid' AND OLD.`status` = 'draft' AND EXISTS (SELECT 1 FROM `webhook_endpoints` WHERE `deleted_at` IS NULL AND `disabled` = 0) BEGIN
  INSERT INTO `events` (`type`, `store_id`, `subject_id`, `data`, `time`)
    VALUES ('payout.paid', NEW.`store_id`, NEW.`id`, json_object('currency', NEW.`currency`, 'reference', NEW.`reference`, 'creators', (SELECT count(*) FROM `payout_lines` WHERE `payout_id` = NEW.`id`), 'amountMinor', (SELECT sum(`amount_minor`) FROM `payout_lines` WHERE `payout_id` = NEW.`id`)), NEW.`paid_at`);
END;--> statement-breakpoint
CREATE TRIGGER `events_code_failed` AFTER UPDATE ON `plan_creators` WHEN NEW.`state` = 'failed' AND OLD.`state` <> 'failed' AND EXISTS (SELECT 1 FROM `webhook_endpoints` WHERE `deleted_at` IS NULL AND `disabled` = 0) BEGIN
  INSERT INTO `events` (`type`, `store_id`, `subject_id`, `data`, `time`)
    VALUES ('code.failed', (SELECT `store_id` FROM `tracking_plans` WHERE `id` = NEW.`plan_id`), NEW.`creator_id`, json_object('planId', NEW.`plan_id`, 'campaignId', NEW.`campaign_id`, 'code', NEW.`failure_code`, 'detail', NEW.`failure_detail`), NEW.`updated_at`);
END;--> statement-breakpoint
CREATE TRIGGER `events_alarm_new` AFTER INSERT ON `alarms` WHEN EXISTS (SELECT 1 FROM `webhook_endpoints` WHERE `deleted_at` IS NULL AND `disabled` = 0) BEGIN
  INSERT INTO `events` (`type`, `store_id`, `subject_id`, `data`, `time`)
    VALUES ('alarm.raised', NULL, NEW.`id`, json_object('kind', NEW.`kind`, 'subject', NEW.`subject`, 'detail', json(NEW.`detail`)), NEW.`raised_at`);
END;--> statement-breakpoint
CREATE TRIGGER `events_alarm` AFTER UPDATE ON `alarms` WHEN NEW.`resolved_at` IS NULL AND OLD.`resolved_at` IS NOT NULL AND EXISTS (SELECT 1 FROM `webhook_endpoints` WHERE `deleted_at` IS NULL AND `disabled` = 0) BEGIN
  INSERT INTO `events` (`type`, `store_id`, `subject_id`, `data`, `time`)
    VALUES ('alarm.raised', NULL, NEW.`id`, json_object('kind', NEW.`kind`, 'subject', NEW.`subject`, 'detail', json(NEW.`detail`)), NEW.`last_seen_at`);
END;
