CREATE TABLE `exchange_rates` (
	`from_currency` text NOT NULL,
	`to_currency` text NOT NULL,
	`date` text NOT NULL,
	`rate` text NOT NULL,
	`source` text NOT NULL,
	`actor` text NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`from_currency`, `to_currency`, `date`)
);
--> statement-breakpoint
CREATE TABLE `ledger` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`key` text NOT NULL,
	`store_id` text NOT NULL,
	`creator_id` text NOT NULL,
	`type` text NOT NULL,
	`amount_minor` integer NOT NULL,
	`currency` text NOT NULL,
	`order_id` text,
	`payout_id` text,
	`plan_id` text,
	`rule_version` integer,
	`original_currency` text,
	`rate` text,
	`rate_date` text,
	`rate_source` text,
	`reason` text NOT NULL,
	`actor` text NOT NULL,
	`time` integer NOT NULL,
	FOREIGN KEY (`store_id`) REFERENCES `stores`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`creator_id`) REFERENCES `creators`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`order_id`) REFERENCES `orders`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `ledger_id` ON `ledger` (`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `ledger_key` ON `ledger` (`key`);--> statement-breakpoint
CREATE INDEX `ledger_order` ON `ledger` (`order_id`);--> statement-breakpoint
CREATE INDEX `ledger_creator` ON `ledger` (`creator_id`,`currency`,`time`);--> statement-breakpoint
CREATE INDEX `ledger_store` ON `ledger` (`store_id`,`time`);--> statement-breakpoint
CREATE TABLE `order_commissions` (
	`order_id` text NOT NULL,
	`creator_id` text NOT NULL,
	`store_id` text NOT NULL,
	`plan_id` text,
	`campaign_id` text,
	`rule_version` integer,
	`placed_at` integer NOT NULL,
	`month` text NOT NULL,
	`currency` text,
	`amount_minor` integer,
	`sales_minor` integer NOT NULL,
	`uncapped_minor` integer NOT NULL,
	`rate_pair` text,
	`note` text NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`order_id`, `creator_id`),
	FOREIGN KEY (`order_id`) REFERENCES `orders`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `order_commissions_month` ON `order_commissions` (`plan_id`,`creator_id`,`month`,`placed_at`,`order_id`);--> statement-breakpoint
CREATE INDEX `order_commissions_plan` ON `order_commissions` (`plan_id`,`placed_at`);--> statement-breakpoint
CREATE INDEX `order_commissions_rate` ON `order_commissions` (`rate_pair`,`placed_at`) WHERE rate_pair IS NOT NULL;--> statement-breakpoint
CREATE TABLE `payout_entries` (
	`payout_id` text NOT NULL,
	`entry_seq` integer NOT NULL,
	`creator_id` text NOT NULL,
	`order_id` text,
	`live` integer NOT NULL,
	PRIMARY KEY(`payout_id`, `entry_seq`),
	FOREIGN KEY (`payout_id`) REFERENCES `payouts`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`entry_seq`) REFERENCES `ledger`(`seq`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `payout_entries_live` ON `payout_entries` (`entry_seq`) WHERE live = 1;--> statement-breakpoint
CREATE INDEX `payout_entries_order` ON `payout_entries` (`order_id`) WHERE live = 1;--> statement-breakpoint
CREATE TABLE `payout_lines` (
	`payout_id` text NOT NULL,
	`creator_id` text NOT NULL,
	`amount_minor` integer NOT NULL,
	`entries` integer NOT NULL,
	PRIMARY KEY(`payout_id`, `creator_id`),
	FOREIGN KEY (`payout_id`) REFERENCES `payouts`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`creator_id`) REFERENCES `creators`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `payout_lines_creator` ON `payout_lines` (`creator_id`);--> statement-breakpoint
CREATE TABLE `payouts` (
	`id` text PRIMARY KEY NOT NULL,
	`store_id` text NOT NULL,
	`currency` text NOT NULL,
	`status` text NOT NULL,
	`minimum_minor` integer NOT NULL,
	`hold_days` integer NOT NULL,
	`note` text,
	`reference` text,
	`created_at` integer NOT NULL,
	`created_by` text NOT NULL,
	`paid_at` integer,
	`closed_at` integer,
	`closed_reason` text,
	FOREIGN KEY (`store_id`) REFERENCES `stores`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `payouts_store` ON `payouts` (`store_id`);--> statement-breakpoint
CREATE TABLE `periods` (
	`id` text PRIMARY KEY NOT NULL,
	`store_id` text NOT NULL,
	`from_at` integer NOT NULL,
	`to_at` integer NOT NULL,
	`note` text,
	`locked_at` integer,
	`locked_by` text,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`store_id`) REFERENCES `stores`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `periods_from` ON `periods` (`store_id`,`from_at`);--> statement-breakpoint
CREATE UNIQUE INDEX `periods_to` ON `periods` (`store_id`,`to_at`);--> statement-breakpoint
CREATE TABLE `plan_rules` (
	`plan_id` text NOT NULL,
	`version` integer NOT NULL,
	`rule` text NOT NULL,
	`effective_from` integer NOT NULL,
	`reason` text,
	`actor` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`plan_id`, `version`),
	FOREIGN KEY (`plan_id`) REFERENCES `tracking_plans`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `reconciliation_rows` (
	`reconciliation_id` text NOT NULL,
	`n` integer NOT NULL,
	`external_id` text,
	`data` text,
	`fault` text,
	`class` text,
	`order_id` text,
	`differences` text,
	`selected_at` integer,
	`applied_at` integer,
	`outcome` text,
	PRIMARY KEY(`reconciliation_id`, `n`),
	FOREIGN KEY (`reconciliation_id`) REFERENCES `reconciliations`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `reconciliation_rows_class` ON `reconciliation_rows` (`reconciliation_id`,`class`,`n`);--> statement-breakpoint
CREATE INDEX `reconciliation_rows_external` ON `reconciliation_rows` (`reconciliation_id`,`external_id`,`n`);--> statement-breakpoint
CREATE INDEX `reconciliation_rows_selected` ON `reconciliation_rows` (`reconciliation_id`,`n`) WHERE selected_at IS NOT NULL AND applied_at IS NULL;--> statement-breakpoint
CREATE TABLE `reconciliations` (
	`id` text PRIMARY KEY NOT NULL,
	`store_id` text NOT NULL,
	`status` text NOT NULL,
	`dry_run` integer NOT NULL,
	`preset` text NOT NULL,
	`format` text NOT NULL,
	`file_hash` text,
	`bytes` integer NOT NULL,
	`rows` integer NOT NULL,
	`classified_to` integer NOT NULL,
	`missing_after` text,
	`from_at` integer,
	`to_at` integer,
	`selected` integer NOT NULL,
	`applied` integer NOT NULL,
	`failure` text,
	`actor` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`store_id`) REFERENCES `stores`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `reconciliations_store` ON `reconciliations` (`store_id`,`id`);--> statement-breakpoint
CREATE INDEX `reconciliations_open` ON `reconciliations` (`status`) WHERE status IN ('receiving', 'classifying', 'applying');--> statement-breakpoint
CREATE TABLE `settlements_due` (
	`order_id` text PRIMARY KEY NOT NULL,
	`mark` integer NOT NULL,
	`attempts` integer NOT NULL,
	`next_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `settlements_due_next` ON `settlements_due` (`next_at`);--> statement-breakpoint
CREATE TABLE `order_history` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`order_id` text NOT NULL,
	`time` integer NOT NULL,
	`from_status` text,
	`to_status` text NOT NULL,
	`cause` text NOT NULL,
	`actor` text,
	`reason` text,
	FOREIGN KEY (`order_id`) REFERENCES `orders`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `order_history_order` ON `order_history` (`order_id`);--> statement-breakpoint
ALTER TABLE `orders` ADD `confirmed` text;--> statement-breakpoint
ALTER TABLE `orders` ADD `imported_only` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `orders` ADD `review` text;--> statement-breakpoint
ALTER TABLE `orders` ADD `approved_at` integer;--> statement-breakpoint
ALTER TABLE `orders` ADD `due_at` integer;--> statement-breakpoint
CREATE INDEX `orders_due` ON `orders` (`due_at`) WHERE due_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `orders_customer` ON `orders` (`store_id`,`customer_hash`,`placed_at`) WHERE customer_hash IS NOT NULL;--> statement-breakpoint
-- What plans paid so far becomes their first version, in force from the beginning.
UPDATE `tracking_plans` SET `commission` = json_set(`commission`, '$.special', json('[]'), '$.capPerOrderMinor', NULL,
  '$.capPerCreatorMinor', NULL, '$.newCustomersOnly', json('false'), '$.includeTax', json('false'),
  '$.includeShipping', json('false'), '$.holdDays', 30, '$.payIn', NULL);--> statement-breakpoint
INSERT INTO `plan_rules` (`plan_id`, `version`, `rule`, `effective_from`, `reason`, `actor`, `created_at`)
  SELECT `id`, 1, `commission`, 0, NULL, 'rule', `created_at` FROM `tracking_plans`;--> statement-breakpoint
-- Orders recorded so far get the start of their history, and their commissions computed.
INSERT INTO `order_history` (`order_id`, `time`, `from_status`, `to_status`, `cause`)
  SELECT `id`, `created_at`, NULL, `status`, 'source' FROM `orders` ORDER BY `id`;--> statement-breakpoint
INSERT INTO `settlements_due` (`order_id`, `mark`, `attempts`, `next_at`) SELECT `id`, 1, 0, 0 FROM `orders`;--> statement-breakpoint
-- The ledger is append-only, a locked period is for good, and nothing is booked into one.
CREATE TRIGGER `ledger_no_update` BEFORE UPDATE ON `ledger` BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;--> statement-breakpoint
CREATE TRIGGER `ledger_no_delete` BEFORE DELETE ON `ledger` BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;--> statement-breakpoint
-- REPLACE would delete without a trigger; the message is SQLite's own for a key that is there.
CREATE TRIGGER `ledger_no_replace` BEFORE INSERT ON `ledger` WHEN EXISTS (
  SELECT 1 FROM `ledger` WHERE `seq` = NEW.`seq` OR `id` = NEW.`id` OR `key` = NEW.`key`
) BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: ledger.key'); END;--> statement-breakpoint
CREATE TRIGGER `ledger_period_open` BEFORE INSERT ON `ledger` WHEN EXISTS (
  SELECT 1 FROM `periods` WHERE `store_id` = NEW.`store_id` AND `locked_at` IS NOT NULL AND `to_at` > NEW.`time`
) BEGIN SELECT RAISE(ABORT, 'the period is locked'); END;--> statement-breakpoint
CREATE TRIGGER `periods_no_replace` BEFORE INSERT ON `periods` WHEN EXISTS (
  SELECT 1 FROM `periods` WHERE `locked_at` IS NOT NULL
    AND (`id` = NEW.`id` OR (`store_id` = NEW.`store_id` AND (`from_at` = NEW.`from_at` OR `to_at` = NEW.`to_at`)))
) BEGIN SELECT RAISE(ABORT, 'the period is locked'); END;--> statement-breakpoint
CREATE TRIGGER `periods_no_update` BEFORE UPDATE ON `periods` WHEN OLD.`locked_at` IS NOT NULL BEGIN SELECT RAISE(ABORT, 'the period is locked'); END;--> statement-breakpoint
CREATE TRIGGER `periods_no_delete` BEFORE DELETE ON `periods` WHEN OLD.`locked_at` IS NOT NULL BEGIN SELECT RAISE(ABORT, 'the period is locked'); END;--> statement-breakpoint
CREATE TRIGGER `plan_rules_no_replace` BEFORE INSERT ON `plan_rules` WHEN EXISTS (
  SELECT 1 FROM `plan_rules` WHERE `plan_id` = NEW.`plan_id` AND `version` = NEW.`version`
) BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: plan_rules.plan_id, plan_rules.version'); END;--> statement-breakpoint
CREATE TRIGGER `plan_rules_no_update` BEFORE UPDATE ON `plan_rules` BEGIN SELECT RAISE(ABORT, 'versions of a rule are append-only'); END;--> statement-breakpoint
CREATE TRIGGER `plan_rules_no_delete` BEFORE DELETE ON `plan_rules` BEGIN SELECT RAISE(ABORT, 'versions of a rule are append-only'); END;
