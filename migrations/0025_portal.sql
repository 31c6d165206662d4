CREATE TABLE `payout_detail_proposals` (
	`id` text PRIMARY KEY NOT NULL,
	`creator_id` text NOT NULL,
	`token_id` text NOT NULL,
	`state` text NOT NULL,
	`method` text NOT NULL,
	`sealed` text NOT NULL,
	`base_version` integer NOT NULL,
	`base_updated_at` integer,
	`created_at` integer NOT NULL,
	`decided_at` integer,
	`decided_by` text,
	`reason` text,
	FOREIGN KEY (`creator_id`) REFERENCES `creators`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `payout_detail_proposals_creator` ON `payout_detail_proposals` (`creator_id`,`id`);--> statement-breakpoint
CREATE INDEX `payout_detail_proposals_token` ON `payout_detail_proposals` (`token_id`,`created_at`);--> statement-breakpoint
CREATE UNIQUE INDEX `payout_detail_proposals_open` ON `payout_detail_proposals` (`creator_id`) WHERE state = 'open';--> statement-breakpoint
CREATE TABLE `stakes` (
	`id` text NOT NULL,
	`creator_id` text NOT NULL,
	`kind` text NOT NULL,
	`time` integer NOT NULL,
	PRIMARY KEY(`id`, `creator_id`)
);
--> statement-breakpoint
CREATE INDEX `stakes_creator` ON `stakes` (`creator_id`,`kind`,`time`);--> statement-breakpoint
CREATE TABLE `store_logos` (
	`store_id` text PRIMARY KEY NOT NULL,
	`hash` text NOT NULL,
	`type` text NOT NULL,
	`bytes` blob NOT NULL,
	FOREIGN KEY (`store_id`) REFERENCES `stores`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `store_logos_hash` ON `store_logos` (`hash`);--> statement-breakpoint
ALTER TABLE `links` ADD `made_by` text DEFAULT 'admin' NOT NULL;--> statement-breakpoint
ALTER TABLE `links` ADD `withdrawn_at` integer;--> statement-breakpoint
ALTER TABLE `tracking_plans` ADD `creator_links` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `portal_tokens` ADD `language` text;--> statement-breakpoint
ALTER TABLE `domains` ADD `root_url` text;--> statement-breakpoint
ALTER TABLE `stores` ADD `brand_name` text;--> statement-breakpoint
ALTER TABLE `stores` ADD `brand_color` text;--> statement-breakpoint
ALTER TABLE `stores` ADD `logo_hash` text;--> statement-breakpoint
-- Links that plans have for their creators. No redirect reads who made a link: the change feed is kept out of it.
DROP TRIGGER `links_news_changed`;--> statement-breakpoint
UPDATE `links` SET `made_by` = 'plan' WHERE `id` IN (
  SELECT `affiliate_link_id` FROM `plan_creators` WHERE `affiliate_link_id` IS NOT NULL
  UNION ALL SELECT `tracking_link_id` FROM `plan_creators` WHERE `tracking_link_id` IS NOT NULL);--> statement-breakpoint
CREATE TRIGGER `links_news_changed` AFTER UPDATE ON `links` BEGIN
  INSERT INTO `link_changes` (`subject`) VALUES (NEW.`id`);
  INSERT INTO `link_changes` (`subject`) SELECT 'slug:' || NEW.`slug_key` WHERE NEW.`domain` <> '' AND (NEW.`domain` <> OLD.`domain` OR NEW.`slug_key` <> OLD.`slug_key` OR NEW.`deleted_at` IS NOT OLD.`deleted_at`);
END;--> statement-breakpoint
-- Shares of one that is split have braces next to one another; one share alone has none. Nothing else is looked into.
CREATE TRIGGER `stakes_order_new` AFTER INSERT ON `orders` WHEN instr(NEW.`shares`, '},{') > 0 OR NEW.`contested` = 1 BEGIN
  INSERT INTO `stakes` (`id`, `creator_id`, `kind`, `time`)
  SELECT NEW.`id`, s.value ->> 'creatorId', 'order', NEW.`placed_at` FROM json_each(NEW.`shares`) s WHERE s.key > 0
  UNION
  SELECT NEW.`id`, c.value ->> '$.touch.creatorId', 'order', NEW.`placed_at` FROM json_each(iif(NEW.`contested` = 1, NEW.`explanation`, '{}'), '$.candidates') c
  WHERE c.value ->> 'eligible' = 1 AND c.value ->> '$.touch.creatorId' IS NOT NULL
  ON CONFLICT DO NOTHING;
END;--> statement-breakpoint
CREATE TRIGGER `stakes_order_changed` AFTER UPDATE OF `shares`, `contested`, `explanation` ON `orders` WHEN (instr(NEW.`shares`, '},{') > 0 OR NEW.`contested` = 1) AND (NEW.`shares` IS NOT OLD.`shares` OR NEW.`contested` IS NOT OLD.`contested` OR NEW.`explanation` IS NOT OLD.`explanation`) BEGIN
  INSERT INTO `stakes` (`id`, `creator_id`, `kind`, `time`)
  SELECT NEW.`id`, s.value ->> 'creatorId', 'order', NEW.`placed_at` FROM json_each(NEW.`shares`) s WHERE s.key > 0
  UNION
  SELECT NEW.`id`, c.value ->> '$.touch.creatorId', 'order', NEW.`placed_at` FROM json_each(iif(NEW.`contested` = 1, NEW.`explanation`, '{}'), '$.candidates') c
  WHERE c.value ->> 'eligible' = 1 AND c.value ->> '$.touch.creatorId' IS NOT NULL
  ON CONFLICT DO NOTHING;
END;--> statement-breakpoint
CREATE TRIGGER `stakes_order_moved` AFTER UPDATE OF `placed_at` ON `orders` WHEN NEW.`placed_at` <> OLD.`placed_at` BEGIN
  UPDATE `stakes` SET `time` = NEW.`placed_at` WHERE `id` = NEW.`id`;
END;--> statement-breakpoint
CREATE TRIGGER `stakes_conversion_new` AFTER INSERT ON `conversions` WHEN instr(NEW.`shares`, '},{') > 0 OR NEW.`contested` = 1 BEGIN
  INSERT INTO `stakes` (`id`, `creator_id`, `kind`, `time`)
  SELECT NEW.`id`, s.value ->> 'creatorId', 'conversion', NEW.`time` FROM json_each(NEW.`shares`) s WHERE s.key > 0
  UNION
  SELECT NEW.`id`, c.value ->> '$.touch.creatorId', 'conversion', NEW.`time` FROM json_each(iif(NEW.`contested` = 1, NEW.`explanation`, '{}'), '$.candidates') c
  WHERE c.value ->> 'eligible' = 1 AND c.value ->> '$.touch.creatorId' IS NOT NULL
  ON CONFLICT DO NOTHING;
END;--> statement-breakpoint
CREATE TRIGGER `stakes_conversion_changed` AFTER UPDATE OF `shares`, `contested`, `explanation` ON `conversions` WHEN (instr(NEW.`shares`, '},{') > 0 OR NEW.`contested` = 1) AND (NEW.`shares` IS NOT OLD.`shares` OR NEW.`contested` IS NOT OLD.`contested` OR NEW.`explanation` IS NOT OLD.`explanation`) BEGIN
  INSERT INTO `stakes` (`id`, `creator_id`, `kind`, `time`)
  SELECT NEW.`id`, s.value ->> 'creatorId', 'conversion', NEW.`time` FROM json_each(NEW.`shares`) s WHERE s.key > 0
  UNION
  SELECT NEW.`id`, c.value ->> '$.touch.creatorId', 'conversion', NEW.`time` FROM json_each(iif(NEW.`contested` = 1, NEW.`explanation`, '{}'), '$.candidates') c
  WHERE c.value ->> 'eligible' = 1 AND c.value ->> '$.touch.creatorId' IS NOT NULL
  ON CONFLICT DO NOTHING;
END;--> statement-breakpoint
CREATE TRIGGER `stakes_conversion_moved` AFTER UPDATE OF `time` ON `conversions` WHEN NEW.`time` <> OLD.`time` BEGIN
  UPDATE `stakes` SET `time` = NEW.`time` WHERE `id` = NEW.`id`;
END;--> statement-breakpoint
CREATE TRIGGER `stakes_conversion_gone` AFTER DELETE ON `conversions` BEGIN
  DELETE FROM `stakes` WHERE `id` = OLD.`id`;
END;--> statement-breakpoint
CREATE TRIGGER `stakes_taken_back` AFTER INSERT ON `ledger` WHEN NEW.`type` IN ('reversal', 'clawback') BEGIN
  INSERT INTO `stakes` (`id`, `creator_id`, `kind`, `time`)
  SELECT o.`id`, NEW.`creator_id`, 'order', o.`placed_at` FROM `orders` o WHERE o.`id` = NEW.`order_id`
  UNION
  SELECT v.`id`, NEW.`creator_id`, 'conversion', v.`time` FROM `conversions` v WHERE v.`id` = NEW.`conversion_id`
  ON CONFLICT DO NOTHING;
END;--> statement-breakpoint
INSERT INTO `stakes` (`id`, `creator_id`, `kind`, `time`)
SELECT o.`id`, s.value ->> 'creatorId', 'order', o.`placed_at` FROM `orders` o CROSS JOIN json_each(iif(instr(o.`shares`, '},{') > 0, o.`shares`, '[]')) s WHERE s.key > 0
UNION
SELECT o.`id`, c.value ->> '$.touch.creatorId', 'order', o.`placed_at` FROM `orders` o CROSS JOIN json_each(iif(o.`contested` = 1, o.`explanation`, '{}'), '$.candidates') c
WHERE c.value ->> 'eligible' = 1 AND c.value ->> '$.touch.creatorId' IS NOT NULL
UNION
SELECT o.`id`, l.`creator_id`, 'order', o.`placed_at` FROM `ledger` l CROSS JOIN `orders` o ON o.`id` = l.`order_id` WHERE l.`type` IN ('reversal', 'clawback')
ON CONFLICT DO NOTHING;--> statement-breakpoint
INSERT INTO `stakes` (`id`, `creator_id`, `kind`, `time`)
SELECT o.`id`, s.value ->> 'creatorId', 'conversion', o.`time` FROM `conversions` o CROSS JOIN json_each(iif(instr(o.`shares`, '},{') > 0, o.`shares`, '[]')) s WHERE s.key > 0
UNION
SELECT o.`id`, c.value ->> '$.touch.creatorId', 'conversion', o.`time` FROM `conversions` o CROSS JOIN json_each(iif(o.`contested` = 1, o.`explanation`, '{}'), '$.candidates') c
WHERE c.value ->> 'eligible' = 1 AND c.value ->> '$.touch.creatorId' IS NOT NULL
UNION
SELECT o.`id`, l.`creator_id`, 'conversion', o.`time` FROM `ledger` l CROSS JOIN `conversions` o ON o.`id` = l.`conversion_id` WHERE l.`type` IN ('reversal', 'clawback')
ON CONFLICT DO NOTHING;
