CREATE TABLE `attribution_bonuses` (
	`ledger_id` text PRIMARY KEY NOT NULL,
	`store_id` text NOT NULL,
	`creator_id` text NOT NULL,
	`first_day` text NOT NULL,
	`last_day` text NOT NULL,
	`source_id` text,
	`figures` text NOT NULL,
	FOREIGN KEY (`store_id`) REFERENCES `stores`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`creator_id`) REFERENCES `creators`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `attribution_bonuses_creator` ON `attribution_bonuses` (`store_id`,`creator_id`,`first_day`);--> statement-breakpoint
CREATE TABLE `attribution_days` (
	`store_id` text NOT NULL,
	`day` text NOT NULL,
	`report_id` text NOT NULL,
	PRIMARY KEY(`store_id`, `day`),
	FOREIGN KEY (`report_id`) REFERENCES `attribution_reports`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `attribution_matches` (
	`store_id` text NOT NULL,
	`kind` text NOT NULL,
	`value` text NOT NULL,
	`creator_id` text NOT NULL,
	`text` text NOT NULL,
	PRIMARY KEY(`store_id`, `kind`, `value`)
);
--> statement-breakpoint
CREATE INDEX `attribution_matches_creator` ON `attribution_matches` (`store_id`,`creator_id`);--> statement-breakpoint
CREATE TABLE `attribution_reports` (
	`id` text PRIMARY KEY NOT NULL,
	`store_id` text NOT NULL,
	`format` text NOT NULL,
	`content_hash` text NOT NULL,
	`first_day` text NOT NULL,
	`last_day` text NOT NULL,
	`days` integer NOT NULL,
	`rows` integer NOT NULL,
	`total_lines` integer NOT NULL,
	`totals` text NOT NULL,
	`actor` text NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`store_id`) REFERENCES `stores`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `attribution_reports_store` ON `attribution_reports` (`store_id`,`id`);--> statement-breakpoint
CREATE TABLE `attribution_rows` (
	`store_id` text NOT NULL,
	`day` text NOT NULL,
	`source_id` text NOT NULL,
	`currency` text NOT NULL,
	`clicks` integer,
	`detail_page_views` integer,
	`add_to_carts` integer,
	`purchases` integer,
	`units` integer,
	`total_detail_page_views` integer,
	`total_add_to_carts` integer,
	`total_purchases` integer,
	`total_units` integer,
	`sales_minor` integer,
	`total_sales_minor` integer,
	`bonus_minor` integer,
	PRIMARY KEY(`store_id`, `day`, `source_id`, `currency`),
	FOREIGN KEY (`source_id`) REFERENCES `attribution_sources`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `attribution_rows_source` ON `attribution_rows` (`source_id`,`day`);--> statement-breakpoint
CREATE TABLE `attribution_sources` (
	`id` text PRIMARY KEY NOT NULL,
	`store_id` text NOT NULL,
	`key` text NOT NULL,
	`names` text NOT NULL,
	`creator_id` text,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`store_id`) REFERENCES `stores`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`creator_id`) REFERENCES `creators`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `attribution_sources_key` ON `attribution_sources` (`store_id`,`key`);--> statement-breakpoint
CREATE INDEX `attribution_sources_creator` ON `attribution_sources` (`creator_id`);--> statement-breakpoint
CREATE TABLE `attribution_tags` (
	`store_id` text NOT NULL,
	`creator_id` text NOT NULL,
	`tag` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`store_id`, `creator_id`),
	FOREIGN KEY (`store_id`) REFERENCES `stores`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`creator_id`) REFERENCES `creators`(`id`) ON UPDATE no action ON DELETE no action
);--> statement-breakpoint
-- What a bonus was booked for stays as it was, like the bonus itself.
CREATE TRIGGER `attribution_bonuses_no_update` BEFORE UPDATE ON `attribution_bonuses` BEGIN SELECT RAISE(ABORT, 'what bonuses were booked for is append-only'); END;--> statement-breakpoint
CREATE TRIGGER `attribution_bonuses_no_delete` BEFORE DELETE ON `attribution_bonuses` BEGIN SELECT RAISE(ABORT, 'what bonuses were booked for is append-only'); END;--> statement-breakpoint
CREATE TRIGGER `attribution_bonuses_no_replace` BEFORE INSERT ON `attribution_bonuses` WHEN EXISTS (
  SELECT 1 FROM `attribution_bonuses` WHERE `ledger_id` = NEW.`ledger_id`
) BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: attribution_bonuses.ledger_id'); END;
