CREATE TABLE `api_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`prefix` text NOT NULL,
	`hash` text NOT NULL,
	`scopes` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer,
	`last_used_at` integer,
	`revoked_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `api_keys_hash` ON `api_keys` (`hash`);--> statement-breakpoint
CREATE TABLE `audit_log` (
	`id` text PRIMARY KEY NOT NULL,
	`time` integer NOT NULL,
	`actor` text NOT NULL,
	`action` text NOT NULL,
	`entity` text NOT NULL,
	`entity_id` text NOT NULL,
	`before` text,
	`after` text,
	`request_id` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `audit_log_entity` ON `audit_log` (`entity_id`);--> statement-breakpoint
CREATE TABLE `idempotency_keys` (
	`hash` text PRIMARY KEY NOT NULL,
	`body_hash` text NOT NULL,
	`status` integer NOT NULL,
	`answer` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `idempotency_keys_created` ON `idempotency_keys` (`created_at`);--> statement-breakpoint
CREATE TABLE `click_hours` (
	`link_id` text NOT NULL,
	`hour` integer NOT NULL,
	`counted` integer NOT NULL,
	`unique_of_day` integer NOT NULL,
	`bot` integer NOT NULL,
	`prefetch` integer NOT NULL,
	`head` integer NOT NULL,
	`duplicate` integer NOT NULL,
	`inactive` integer NOT NULL,
	PRIMARY KEY(`link_id`, `hour`)
);
--> statement-breakpoint
CREATE TABLE `clicks` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`link_id` text NOT NULL,
	`time` integer NOT NULL,
	`bucket` text NOT NULL,
	`reason` text NOT NULL,
	`visitor_key` text,
	`window_start` integer NOT NULL,
	`unique_of_day` integer NOT NULL,
	`country` text,
	`region` text,
	`city` text,
	`colo` text,
	`device` text NOT NULL,
	`browser` text,
	`os` text,
	`language` text,
	`referrer_host` text,
	`source` text NOT NULL,
	`utm_source` text,
	`utm_medium` text,
	`utm_campaign` text,
	`utm_term` text,
	`utm_content` text,
	`consent` text NOT NULL,
	`consent_source` text NOT NULL,
	`ingested_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `clicks_id` ON `clicks` (`id`);--> statement-breakpoint
CREATE INDEX `clicks_link_time` ON `clicks` (`link_id`,`time`);--> statement-breakpoint
CREATE UNIQUE INDEX `clicks_counted` ON `clicks` (`visitor_key`,`link_id`,`window_start`) WHERE bucket = 'counted' AND visitor_key IS NOT NULL;--> statement-breakpoint
CREATE TABLE `dead_letters` (
	`id` text PRIMARY KEY NOT NULL,
	`queue` text NOT NULL,
	`message_id` text NOT NULL,
	`body` text NOT NULL,
	`reason` text NOT NULL,
	`received_at` integer NOT NULL,
	`replayed_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `dead_letters_message` ON `dead_letters` (`queue`,`message_id`);--> statement-breakpoint
CREATE TABLE `visitor_salts` (
	`day` integer PRIMARY KEY NOT NULL,
	`salt` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `watermarks` (
	`name` text PRIMARY KEY NOT NULL,
	`value` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `creators` (
	`id` text PRIMARY KEY NOT NULL,
	`first_name` text NOT NULL,
	`last_name` text NOT NULL,
	`email` text,
	`handles` text NOT NULL,
	`external_id` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`deleted_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `creators_external_id` ON `creators` (`external_id`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE TABLE `link_caps` (
	`link_id` text PRIMARY KEY NOT NULL,
	`used` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `link_tags` (
	`link_id` text NOT NULL,
	`tag` text NOT NULL,
	PRIMARY KEY(`tag`, `link_id`),
	FOREIGN KEY (`link_id`) REFERENCES `links`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `link_tags_link` ON `link_tags` (`link_id`);--> statement-breakpoint
CREATE TABLE `links` (
	`id` text PRIMARY KEY NOT NULL,
	`domain` text NOT NULL,
	`slug` text NOT NULL,
	`slug_key` text NOT NULL,
	`url` text NOT NULL,
	`kind` text NOT NULL,
	`store_id` text,
	`creator_id` text,
	`campaign_id` text,
	`plan_id` text,
	`code_id` text,
	`utm` text NOT NULL,
	`starts_at` integer,
	`ends_at` integer,
	`max_clicks` integer,
	`fallback_url` text,
	`disabled` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`deleted_at` integer,
	FOREIGN KEY (`store_id`) REFERENCES `stores`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`creator_id`) REFERENCES `creators`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `links_address` ON `links` (`domain`,`slug_key`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE INDEX `links_creator` ON `links` (`creator_id`);--> statement-breakpoint
CREATE INDEX `links_campaign` ON `links` (`campaign_id`);--> statement-breakpoint
CREATE INDEX `links_store` ON `links` (`store_id`);--> statement-breakpoint
CREATE TABLE `domains` (
	`id` text PRIMARY KEY NOT NULL,
	`hostname` text NOT NULL,
	`store_id` text,
	`cookie_domain` text,
	`case_sensitive` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`deleted_at` integer,
	FOREIGN KEY (`store_id`) REFERENCES `stores`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `domains_hostname` ON `domains` (`hostname`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE TABLE `stores` (
	`id` text PRIMARY KEY NOT NULL,
	`key` text NOT NULL,
	`name` text NOT NULL,
	`provider` text NOT NULL,
	`origins` text NOT NULL,
	`currency` text NOT NULL,
	`timezone` text NOT NULL,
	`home_url` text,
	`click_param` text NOT NULL,
	`consent_policy` text,
	`attribution` text NOT NULL,
	`secret_hash` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`deleted_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `stores_key` ON `stores` (`key`) WHERE deleted_at IS NULL;