CREATE TABLE `customer_touches` (
	`store_id` text NOT NULL,
	`customer_hash` text NOT NULL,
	`click_id` text NOT NULL,
	`link_id` text NOT NULL,
	`time` integer NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`store_id`, `customer_hash`, `click_id`)
);
--> statement-breakpoint
CREATE TABLE `inbox` (
	`id` text PRIMARY KEY NOT NULL,
	`received_at` integer NOT NULL,
	`source` text NOT NULL,
	`store_key` text NOT NULL,
	`store_id` text,
	`body_hash` text NOT NULL,
	`body` text NOT NULL,
	`meta` text NOT NULL,
	`verdict` text NOT NULL,
	`reason_code` text,
	`reason_detail` text,
	`attempts` integer NOT NULL,
	`next_at` integer,
	`processed_at` integer,
	`order_id` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `inbox_body` ON `inbox` (`store_key`,`source`,`body_hash`);--> statement-breakpoint
CREATE INDEX `inbox_next` ON `inbox` (`next_at`) WHERE next_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `inbox_store` ON `inbox` (`store_id`,`id`);--> statement-breakpoint
CREATE TABLE `order_evidence` (
	`order_id` text NOT NULL,
	`hash` text NOT NULL,
	`inbox_id` text,
	`source` text NOT NULL,
	`trust` text NOT NULL,
	`source_time` integer NOT NULL,
	`received_at` integer NOT NULL,
	`data` text NOT NULL,
	PRIMARY KEY(`order_id`, `hash`),
	FOREIGN KEY (`order_id`) REFERENCES `orders`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `orders` (
	`id` text PRIMARY KEY NOT NULL,
	`store_id` text NOT NULL,
	`external_id` text NOT NULL,
	`status` text NOT NULL,
	`trust` text NOT NULL,
	`source_status` text,
	`currency` text,
	`total_minor` integer,
	`subtotal_minor` integer,
	`discount_minor` integer,
	`shipping_minor` integer,
	`tax_minor` integer,
	`refunded_minor` integer,
	`items` text,
	`codes` text NOT NULL,
	`customer_hash` text,
	`country` text,
	`test` integer NOT NULL,
	`placed_at` integer NOT NULL,
	`policy` text NOT NULL,
	`touches` text NOT NULL,
	`manual` text,
	`explanation` text NOT NULL,
	`shares` text NOT NULL,
	`method` text,
	`creator_id` text,
	`campaign_id` text,
	`plan_id` text,
	`link_id` text,
	`code_id` text,
	`version` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`store_id`) REFERENCES `stores`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `orders_external` ON `orders` (`store_id`,`external_id`);--> statement-breakpoint
CREATE INDEX `orders_store_placed` ON `orders` (`store_id`,`placed_at`);--> statement-breakpoint
CREATE INDEX `orders_creator` ON `orders` (`creator_id`,`placed_at`);--> statement-breakpoint
CREATE INDEX `orders_plan` ON `orders` (`plan_id`);