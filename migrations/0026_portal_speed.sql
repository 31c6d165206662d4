DROP INDEX `ledger_creator`;--> statement-breakpoint
CREATE INDEX `ledger_creator` ON `ledger` (`creator_id`,`currency`,`time`,`store_id`,`type`,`amount_minor`);--> statement-breakpoint
DROP INDEX `orders_creator`;--> statement-breakpoint
CREATE INDEX `orders_creator` ON `orders` (`creator_id`,`placed_at`,`status`);