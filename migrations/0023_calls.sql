CREATE TABLE `call_deals` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`call_id` text NOT NULL,
	`store_id` text NOT NULL,
	`order_external_id` text NOT NULL,
	`amount_minor` integer,
	`currency` text,
	`placed_at` integer NOT NULL,
	`customer_hash` text,
	`cancelled` integer NOT NULL,
	`actor` text NOT NULL,
	`created_at` integer NOT NULL,
	`recorded_at` integer,
	FOREIGN KEY (`call_id`) REFERENCES `calls`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `call_deals_call` ON `call_deals` (`call_id`);--> statement-breakpoint
CREATE INDEX `call_deals_order` ON `call_deals` (`store_id`,`order_external_id`);--> statement-breakpoint
CREATE INDEX `call_deals_open` ON `call_deals` (`created_at`) WHERE recorded_at IS NULL;--> statement-breakpoint
CREATE TABLE `call_events` (
	`id` text PRIMARY KEY NOT NULL,
	`store_id` text NOT NULL,
	`carrier` text NOT NULL,
	`external_id` text NOT NULL,
	`hash` text NOT NULL,
	`received_at` integer NOT NULL,
	`verdict` text NOT NULL,
	`reason_code` text,
	`reason_detail` text,
	`facts` text,
	`body` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `call_events_said` ON `call_events` (`store_id`,`carrier`,`external_id`,`hash`);--> statement-breakpoint
CREATE INDEX `call_events_store` ON `call_events` (`store_id`,`received_at`);--> statement-breakpoint
CREATE INDEX `call_events_pending` ON `call_events` (`received_at`) WHERE verdict = 'pending';--> statement-breakpoint
CREATE TABLE `call_settings` (
	`store_id` text PRIMARY KEY NOT NULL,
	`qualified_seconds` integer NOT NULL,
	`announcement` text,
	`version` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`store_id`) REFERENCES `stores`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `calls` (
	`id` text PRIMARY KEY NOT NULL,
	`store_id` text NOT NULL,
	`carrier` text NOT NULL,
	`external_id` text NOT NULL,
	`number_id` text,
	`number` text,
	`direction` text NOT NULL,
	`status` text NOT NULL,
	`started_at` integer NOT NULL,
	`answered_at` integer,
	`ended_at` integer,
	`duration_seconds` integer,
	`talk_seconds` integer,
	`qualified` integer NOT NULL,
	`caller_hash` text,
	`caller_country` text,
	`caller_call` integer,
	`match` text NOT NULL,
	`reason` text NOT NULL,
	`binding_seq` integer,
	`lease_id` integer,
	`pool_id` text,
	`channel` text NOT NULL,
	`source_name` text NOT NULL,
	`creator_id` text,
	`campaign_id` text,
	`link_id` text,
	`click_id` text,
	`click_at` integer,
	`visitor_hash` text,
	`visit` text,
	`customer_hash` text,
	`customer_trust` text,
	`tags` text NOT NULL,
	`due_since` integer,
	`told_at` integer,
	`version` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`store_id`) REFERENCES `stores`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `calls_external` ON `calls` (`store_id`,`carrier`,`external_id`);--> statement-breakpoint
CREATE INDEX `calls_store` ON `calls` (`store_id`,`started_at`);--> statement-breakpoint
CREATE INDEX `calls_time` ON `calls` (`started_at`,`id`);--> statement-breakpoint
CREATE INDEX `calls_campaign` ON `calls` (`campaign_id`,`started_at`) WHERE campaign_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `calls_link` ON `calls` (`link_id`,`started_at`) WHERE link_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `calls_number` ON `calls` (`number_id`,`started_at`);--> statement-breakpoint
CREATE INDEX `calls_creator` ON `calls` (`creator_id`,`started_at`) WHERE creator_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `calls_caller` ON `calls` (`store_id`,`caller_hash`,`started_at`) WHERE caller_hash IS NOT NULL;--> statement-breakpoint
CREATE INDEX `calls_visitor` ON `calls` (`store_id`,`visitor_hash`) WHERE visitor_hash IS NOT NULL;--> statement-breakpoint
CREATE INDEX `calls_customer` ON `calls` (`store_id`,`customer_hash`,`started_at`) WHERE customer_hash IS NOT NULL;--> statement-breakpoint
CREATE INDEX `calls_due` ON `calls` (`due_since`) WHERE due_since IS NOT NULL;--> statement-breakpoint
CREATE TABLE `carrier_connections` (
	`store_id` text NOT NULL,
	`carrier` text NOT NULL,
	`account` text NOT NULL,
	`secrets_sealed` text NOT NULL,
	`public_url` text,
	`last_at` integer,
	`last_refused_at` integer,
	`version` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`store_id`, `carrier`),
	FOREIGN KEY (`store_id`) REFERENCES `stores`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `channel_costs` (
	`id` text PRIMARY KEY NOT NULL,
	`store_id` text NOT NULL,
	`channel` text NOT NULL,
	`from_day` text NOT NULL,
	`to_day` text NOT NULL,
	`amount_minor` integer NOT NULL,
	`currency` text NOT NULL,
	`note` text,
	`version` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`deleted_at` integer,
	FOREIGN KEY (`store_id`) REFERENCES `stores`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `channel_costs_store` ON `channel_costs` (`store_id`,`from_day`);--> statement-breakpoint
CREATE TABLE `customer_phones` (
	`store_id` text NOT NULL,
	`phone_hash` text NOT NULL,
	`customer_hash` text NOT NULL,
	`time` integer NOT NULL,
	PRIMARY KEY(`store_id`, `phone_hash`, `customer_hash`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `customer_phones_customer` ON `customer_phones` (`store_id`,`customer_hash`);--> statement-breakpoint
CREATE TABLE `number_bindings` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`number_id` text NOT NULL,
	`store_id` text NOT NULL,
	`number` text NOT NULL,
	`pool_id` text,
	`channel` text NOT NULL,
	`creator_id` text,
	`campaign_id` text,
	`link_id` text,
	`offline` integer NOT NULL,
	`starts_at` integer NOT NULL,
	`ends_at` integer,
	`actor` text NOT NULL,
	FOREIGN KEY (`number_id`) REFERENCES `phone_numbers`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `number_bindings_open` ON `number_bindings` (`number_id`) WHERE ends_at IS NULL;--> statement-breakpoint
CREATE INDEX `number_bindings_number` ON `number_bindings` (`number`,`starts_at`);--> statement-breakpoint
CREATE INDEX `number_bindings_source` ON `number_bindings` (`store_id`,`link_id`,`creator_id`) WHERE ends_at IS NULL AND pool_id IS NULL;--> statement-breakpoint
CREATE TABLE `number_hours` (
	`store_id` text NOT NULL,
	`target` text NOT NULL,
	`hour` integer NOT NULL,
	`outcome` text NOT NULL,
	`count` integer NOT NULL,
	`peak` integer NOT NULL,
	PRIMARY KEY(`store_id`, `target`, `hour`, `outcome`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `number_leases` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`store_id` text NOT NULL,
	`pool_id` text NOT NULL,
	`number_id` text NOT NULL,
	`visitor_hash` text NOT NULL,
	`visit` text,
	`channel` text NOT NULL,
	`source_name` text NOT NULL,
	`utm_campaign` text,
	`link_id` text,
	`click_id` text,
	`click_at` integer,
	`page` text NOT NULL,
	`starts_at` integer NOT NULL,
	`heard_at` integer NOT NULL,
	`ends_at` integer NOT NULL,
	`free_at` integer NOT NULL,
	`late_at` integer
);
--> statement-breakpoint
CREATE INDEX `number_leases_number` ON `number_leases` (`number_id`,`starts_at`);--> statement-breakpoint
CREATE INDEX `number_leases_visitor` ON `number_leases` (`store_id`,`visitor_hash`,`starts_at`);--> statement-breakpoint
CREATE INDEX `number_leases_pool` ON `number_leases` (`pool_id`,`starts_at`);--> statement-breakpoint
CREATE TABLE `number_pools` (
	`id` text PRIMARY KEY NOT NULL,
	`store_id` text NOT NULL,
	`name` text NOT NULL,
	`target` text NOT NULL,
	`lease_minutes` integer NOT NULL,
	`quarantine_minutes` integer NOT NULL,
	`channel` text NOT NULL,
	`exhausted_at` integer,
	`version` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`deleted_at` integer,
	FOREIGN KEY (`store_id`) REFERENCES `stores`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `number_pools_target` ON `number_pools` (`store_id`,`target`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE TABLE `phone_numbers` (
	`id` text PRIMARY KEY NOT NULL,
	`store_id` text NOT NULL,
	`number` text NOT NULL,
	`label` text NOT NULL,
	`target` text,
	`pool_id` text,
	`forwards_to` text,
	`rented_from` text,
	`rented_until` text,
	`lease_id` integer,
	`free_at` integer DEFAULT 0 NOT NULL,
	`lease_network` text,
	`version` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`deleted_at` integer,
	FOREIGN KEY (`store_id`) REFERENCES `stores`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `phone_numbers_number` ON `phone_numbers` (`number`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE INDEX `phone_numbers_any` ON `phone_numbers` (`number`);--> statement-breakpoint
CREATE INDEX `phone_numbers_store` ON `phone_numbers` (`store_id`,`target`);--> statement-breakpoint
CREATE INDEX `phone_numbers_pool` ON `phone_numbers` (`pool_id`,`free_at`) WHERE pool_id IS NOT NULL;--> statement-breakpoint
ALTER TABLE `report_totals` ADD `by_call` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `report_totals` ADD `claimed_by_call` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX `order_evidence_phone` ON `order_evidence` (data ->> '$.phoneHash') WHERE data ->> '$.phoneHash' IS NOT NULL;