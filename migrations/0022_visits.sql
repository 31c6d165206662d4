CREATE TABLE `analytics_exports` (
	`store_id` text PRIMARY KEY NOT NULL,
	`format` text NOT NULL,
	`endpoint` text NOT NULL,
	`secrets` text,
	`enabled` integer NOT NULL,
	`seq` integer NOT NULL,
	`sent` integer NOT NULL,
	`attempts` integer NOT NULL,
	`next_at` integer NOT NULL,
	`failure` text,
	`failing_since` integer,
	`version` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`store_id`) REFERENCES `stores`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `behaviour_sums` (
	`store_id` text NOT NULL,
	`span` text NOT NULL,
	`kind` text NOT NULL,
	`name` text NOT NULL,
	`label` text NOT NULL,
	`page` text NOT NULL,
	`consent` text NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`store_id`, `span`, `kind`, `name`, `label`, `page`, `consent`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `carts` (
	`store_id` text NOT NULL,
	`cart_key` text NOT NULL,
	`visitor_hash` text NOT NULL,
	`events` text NOT NULL,
	`first_at` integer NOT NULL,
	`last_at` integer NOT NULL,
	`items` integer NOT NULL,
	`value_minor` integer,
	`currency` text,
	`step` text,
	`order_external_id` text,
	`source` text NOT NULL,
	`told_at` integer,
	PRIMARY KEY(`store_id`, `cart_key`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `carts_last` ON `carts` (`store_id`,`last_at`);--> statement-breakpoint
CREATE INDEX `carts_visitor` ON `carts` (`store_id`,`visitor_hash`);--> statement-breakpoint
CREATE TABLE `heat_days` (
	`store_id` text NOT NULL,
	`page` text NOT NULL,
	`band` text NOT NULL,
	`day` text NOT NULL,
	`views` integer NOT NULL,
	`counts` text NOT NULL,
	PRIMARY KEY(`store_id`, `page`, `band`, `day`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `page_outlines` (
	`store_id` text NOT NULL,
	`page` text NOT NULL,
	`band` text NOT NULL,
	`outline` text NOT NULL,
	`seen_at` integer NOT NULL,
	PRIMARY KEY(`store_id`, `page`, `band`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `page_sums` (
	`store_id` text NOT NULL,
	`span` text NOT NULL,
	`page` text NOT NULL,
	`consent` text NOT NULL,
	`views` integer NOT NULL,
	`entries` integer NOT NULL,
	`nexts` integer NOT NULL,
	`engaged_ms` integer NOT NULL,
	`engaged` integer NOT NULL,
	`scroll` integer NOT NULL,
	`visitors` integer,
	PRIMARY KEY(`store_id`, `span`, `page`, `consent`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `tagging_plans` (
	`id` text PRIMARY KEY NOT NULL,
	`store_id` text NOT NULL,
	`name` text NOT NULL,
	`status` text NOT NULL,
	`number` integer NOT NULL,
	`pages` text NOT NULL,
	`rules` text NOT NULL,
	`checkout` text NOT NULL,
	`visit_minutes` integer NOT NULL,
	`copied_from` text,
	`activated_at` integer,
	`retired_at` integer,
	`version` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`store_id`) REFERENCES `stores`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `tagging_plans_number` ON `tagging_plans` (`store_id`,`number`);--> statement-breakpoint
CREATE UNIQUE INDEX `tagging_plans_active` ON `tagging_plans` (`store_id`) WHERE status = 'active';--> statement-breakpoint
CREATE TABLE `visit_log` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`store_id` text NOT NULL,
	`earliest` integer NOT NULL,
	`latest` integer NOT NULL,
	`count` integer NOT NULL,
	`facts` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `visit_log_store` ON `visit_log` (`store_id`,`latest`);--> statement-breakpoint
CREATE TABLE `visit_quality` (
	`store_id` text NOT NULL,
	`day` text NOT NULL,
	`kind` text NOT NULL,
	`rule` text NOT NULL,
	`outcome` text NOT NULL,
	`count` integer NOT NULL,
	`first_at` integer NOT NULL,
	`last_at` integer NOT NULL,
	PRIMARY KEY(`store_id`, `day`, `kind`, `rule`, `outcome`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `visit_sums` (
	`store_id` text NOT NULL,
	`span` text NOT NULL,
	`source` text NOT NULL,
	`name` text NOT NULL,
	`rule` text NOT NULL,
	`campaign` text NOT NULL,
	`landing` text NOT NULL,
	`link_id` text NOT NULL,
	`consent` text NOT NULL,
	`visits` integer NOT NULL,
	`seconds` integer NOT NULL,
	`views` integer NOT NULL,
	`engaged_ms` integer NOT NULL,
	PRIMARY KEY(`store_id`, `span`, `source`, `name`, `rule`, `campaign`, `landing`, `link_id`, `consent`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `visit_sums_waiting` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`written_at` integer NOT NULL,
	`events` integer NOT NULL,
	`sums` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `visit_writes` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`received_from` integer NOT NULL,
	`received_to` integer NOT NULL,
	`messages` text NOT NULL,
	`seen` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `visit_writes_received` ON `visit_writes` (`received_to`);--> statement-breakpoint
CREATE TABLE `visitor_days` (
	`store_id` text NOT NULL,
	`visitor_hash` text NOT NULL,
	`day` text NOT NULL,
	PRIMARY KEY(`store_id`, `visitor_hash`, `day`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `visitor_forgets` (
	`store_id` text NOT NULL,
	`visitor_hash` text NOT NULL,
	`asked_at` integer NOT NULL,
	`done_at` integer,
	PRIMARY KEY(`store_id`, `visitor_hash`)
) WITHOUT ROWID;
