ALTER TABLE `customer_touches` ADD `trust` text DEFAULT 'claimed' NOT NULL;--> statement-breakpoint
ALTER TABLE `order_evidence` ADD `late` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `orders` ADD `contested` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `orders` ADD `claimed_at` integer;--> statement-breakpoint
ALTER TABLE `orders` ADD `crowded` integer DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX `orders_contested` ON `orders` (`store_id`) WHERE status = 'contested';--> statement-breakpoint
-- Until now nothing told whose word linked a customer to a click: what a server reported together is confirmed.
UPDATE `customer_touches` SET `trust` = 'confirmed' WHERE (`store_id`, `customer_hash`, `click_id`) IN (
  SELECT o.`store_id`, e.`data` ->> 'customerHash', c.`value` ->> 'clickId'
  FROM `order_evidence` e CROSS JOIN `orders` o ON o.`id` = e.`order_id` CROSS JOIN json_each(e.`data`, '$.clicks') c
  WHERE e.`trust` = 'confirmed' AND e.`data` ->> 'customerHash' IS NOT NULL);
