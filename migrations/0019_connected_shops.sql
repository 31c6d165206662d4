CREATE TABLE `shop_codes` (
	`code_id` text PRIMARY KEY NOT NULL,
	`store_id` text NOT NULL,
	`state` text NOT NULL,
	`mark` integer NOT NULL,
	`external_id` text,
	`live_text` text,
	`terms` text,
	`failure_code` text,
	`failure_detail` text,
	`attempts` integer DEFAULT 0 NOT NULL,
	`next_at` integer,
	`synced_at` integer,
	`checked_at` integer,
	FOREIGN KEY (`code_id`) REFERENCES `codes`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `shop_codes_due` ON `shop_codes` (`store_id`,`next_at`) WHERE next_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `shop_codes_store` ON `shop_codes` (`store_id`,`state`);--> statement-breakpoint
CREATE TABLE `shop_connections` (
	`store_id` text PRIMARY KEY NOT NULL,
	`provider` text NOT NULL,
	`state` text NOT NULL,
	`account` text NOT NULL,
	`api_version` text,
	`api_version_asked` text,
	`scopes` text NOT NULL,
	`settings` text NOT NULL,
	`secrets_sealed` text,
	`token_sealed` text,
	`token_expires_at` integer,
	`failure_code` text,
	`failure_detail` text,
	`failing_since` integer,
	`failures` integer DEFAULT 0 NOT NULL,
	`problems` text DEFAULT '[]' NOT NULL,
	`webhook_url` text,
	`checked_at` integer,
	`next_check_at` integer,
	`last_order_at` integer,
	`last_poll_at` integer,
	`next_poll_at` integer,
	`polled_to` integer,
	`poll_cursor` text,
	`poll_since` integer,
	`refunds_read_at` integer,
	`sync` text,
	`codes_leased_until` integer DEFAULT 0 NOT NULL,
	`orders_leased_until` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`disconnected_at` integer,
	FOREIGN KEY (`store_id`) REFERENCES `stores`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `shop_connections_poll` ON `shop_connections` (`next_poll_at`) WHERE next_poll_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `shop_connections_check` ON `shop_connections` (`next_check_at`) WHERE next_check_at IS NOT NULL;--> statement-breakpoint
CREATE TABLE `shop_renewals` (
	`store_id` text NOT NULL,
	`renewal_of` text NOT NULL,
	`external_id` text NOT NULL,
	`placed_at` integer NOT NULL,
	`inbox_id` text NOT NULL,
	PRIMARY KEY(`store_id`, `renewal_of`, `external_id`)
);
--> statement-breakpoint
CREATE INDEX `shop_renewals_order` ON `shop_renewals` (`store_id`,`external_id`);--> statement-breakpoint
CREATE TABLE `shop_webhooks` (
	`store_id` text NOT NULL,
	`topic` text NOT NULL,
	`external_id` text,
	`state` text NOT NULL,
	`last_at` integer,
	`checked_at` integer,
	PRIMARY KEY(`store_id`, `topic`),
	FOREIGN KEY (`store_id`) REFERENCES `stores`(`id`) ON UPDATE no action ON DELETE no action
);--> statement-breakpoint
-- What a code is to be in its shop hangs on the code and its plan: whoever changes one of them makes it due.
CREATE TRIGGER `shop_codes_new` AFTER INSERT ON `codes` WHEN EXISTS (SELECT 1 FROM `shop_connections` WHERE `store_id` = NEW.`store_id` AND `state` <> 'disconnected') BEGIN
  INSERT INTO `shop_codes` (`code_id`, `store_id`, `state`, `mark`, `next_at`) VALUES (NEW.`id`, NEW.`store_id`, 'pending', 1, 0);
END;--> statement-breakpoint
CREATE TRIGGER `shop_codes_changed` AFTER UPDATE OF `text`, `state` ON `codes` WHEN NEW.`text` <> OLD.`text` OR NEW.`state` <> OLD.`state` BEGIN
  UPDATE `shop_codes` SET `mark` = `mark` + 1, `state` = 'pending', `attempts` = 0, `next_at` = 0 WHERE `code_id` = NEW.`id`;
END;--> statement-breakpoint
CREATE TRIGGER `shop_codes_plan` AFTER UPDATE OF `name`, `discount`, `limits`, `starts_at`, `ends_at`, `deleted_at` ON `tracking_plans`
WHEN NEW.`name` <> OLD.`name` OR NEW.`discount` IS NOT OLD.`discount` OR NEW.`limits` <> OLD.`limits` OR NEW.`starts_at` IS NOT OLD.`starts_at`
  OR NEW.`ends_at` IS NOT OLD.`ends_at` OR NEW.`deleted_at` IS NOT OLD.`deleted_at` BEGIN
  UPDATE `shop_codes` SET `mark` = `mark` + 1, `state` = 'pending', `attempts` = 0, `next_at` = 0
  WHERE `code_id` IN (SELECT `id` FROM `codes` WHERE `plan_id` = NEW.`id` AND `state` <> 'retired');
END;--> statement-breakpoint
-- A code that a shop doesn't take is told like one that could not be made.
CREATE TRIGGER `events_shop_code_failed` AFTER UPDATE OF `state` ON `shop_codes` WHEN NEW.`state` = 'failed' AND OLD.`state` <> 'failed' AND EXISTS (SELECT 1 FROM `webhook_endpoints` WHERE `deleted_at` IS NULL AND `disabled` = 0) BEGIN
  INSERT INTO `events` (`type`, `store_id`, `subject_id`, `data`, `time`)
    SELECT 'code.failed', NEW.`store_id`, `creator_id`, json_object('planId', `plan_id`, 'campaignId', `campaign_id`, 'code', NEW.`failure_code`, 'detail', NEW.`failure_detail`), coalesce(NEW.`checked_at`, `updated_at`) FROM `codes` WHERE `id` = NEW.`code_id`;
END;
