CREATE TABLE `campaign_creators` (
	`campaign_id` text NOT NULL,
	`creator_id` text NOT NULL,
	`status` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`campaign_id`, `creator_id`),
	FOREIGN KEY (`campaign_id`) REFERENCES `campaigns`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`creator_id`) REFERENCES `creators`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `campaign_creators_creator` ON `campaign_creators` (`creator_id`);--> statement-breakpoint
CREATE TABLE `campaigns` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`plan_id` text,
	`generate_on` text NOT NULL,
	`creators_see_performance` integer NOT NULL,
	`tracking` integer NOT NULL,
	`status` text NOT NULL,
	`launched_at` integer,
	`archived_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`deleted_at` integer,
	FOREIGN KEY (`plan_id`) REFERENCES `tracking_plans`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `campaigns_plan` ON `campaigns` (`plan_id`);--> statement-breakpoint
CREATE TABLE `code_texts` (
	`store_id` text NOT NULL,
	`text_key` text NOT NULL,
	`text` text NOT NULL,
	`code_id` text NOT NULL,
	`created_at` integer NOT NULL,
	`retired_at` integer,
	PRIMARY KEY(`store_id`, `text_key`),
	FOREIGN KEY (`code_id`) REFERENCES `codes`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `code_texts_code` ON `code_texts` (`code_id`);--> statement-breakpoint
CREATE TABLE `code_uses` (
	`code_id` text NOT NULL,
	`order_id` text NOT NULL,
	`text_key` text NOT NULL,
	`used_at` integer NOT NULL,
	`country` text,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`code_id`, `order_id`),
	FOREIGN KEY (`code_id`) REFERENCES `codes`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `code_uses_code_time` ON `code_uses` (`code_id`,`used_at`);--> statement-breakpoint
CREATE TABLE `codes` (
	`id` text PRIMARY KEY NOT NULL,
	`store_id` text NOT NULL,
	`plan_id` text NOT NULL,
	`campaign_id` text,
	`creator_id` text NOT NULL,
	`text` text NOT NULL,
	`state` text NOT NULL,
	`origin` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`store_id`) REFERENCES `stores`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`plan_id`) REFERENCES `tracking_plans`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`campaign_id`) REFERENCES `campaigns`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`creator_id`) REFERENCES `creators`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `codes_plan_creator` ON `codes` (`plan_id`,`creator_id`) WHERE state <> 'retired';--> statement-breakpoint
CREATE INDEX `codes_plan` ON `codes` (`plan_id`);--> statement-breakpoint
CREATE INDEX `codes_creator` ON `codes` (`creator_id`);--> statement-breakpoint
CREATE TABLE `plan_creators` (
	`plan_id` text NOT NULL,
	`creator_id` text NOT NULL,
	`campaign_id` text,
	`state` text NOT NULL,
	`code_id` text,
	`affiliate_link_id` text,
	`tracking_link_id` text,
	`failure_code` text,
	`failure_detail` text,
	`queued_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`plan_id`, `creator_id`),
	FOREIGN KEY (`plan_id`) REFERENCES `tracking_plans`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`creator_id`) REFERENCES `creators`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`campaign_id`) REFERENCES `campaigns`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `plan_creators_queued` ON `plan_creators` (`queued_at`) WHERE state = 'queued';--> statement-breakpoint
CREATE INDEX `plan_creators_creator` ON `plan_creators` (`creator_id`);--> statement-breakpoint
CREATE TABLE `tracking_plans` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`name_key` text NOT NULL,
	`store_id` text NOT NULL,
	`discount` text,
	`code_pattern` text,
	`landing_url` text,
	`fallback_url` text,
	`utm` text NOT NULL,
	`affiliate_link` integer NOT NULL,
	`track_clicks` integer NOT NULL,
	`limits` text NOT NULL,
	`starts_at` integer,
	`ends_at` integer,
	`commission` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`deleted_at` integer,
	FOREIGN KEY (`store_id`) REFERENCES `stores`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `tracking_plans_name` ON `tracking_plans` (`name_key`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE INDEX `tracking_plans_store` ON `tracking_plans` (`store_id`);--> statement-breakpoint
CREATE INDEX `links_plan` ON `links` (`plan_id`) WHERE plan_id IS NOT NULL;