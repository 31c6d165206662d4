ALTER TABLE `reconciliation_rows` ADD `names` text;--> statement-breakpoint
CREATE INDEX `reconciliation_rows_order` ON `reconciliation_rows` (`reconciliation_id`,`order_id`) WHERE names IS NOT NULL;