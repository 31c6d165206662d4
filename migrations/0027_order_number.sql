ALTER TABLE `orders` ADD `order_number` text;--> statement-breakpoint
CREATE INDEX `orders_number` ON `orders` (`store_id`,`order_number`) WHERE order_number IS NOT NULL;