CREATE TABLE `report_totals` (
	`dim` text NOT NULL,
	`key` text NOT NULL,
	`store_id` text NOT NULL,
	`currency` text NOT NULL,
	`shared` integer DEFAULT 0 NOT NULL,
	`clicks` integer DEFAULT 0 NOT NULL,
	`uniques` integer DEFAULT 0 NOT NULL,
	`conversions` integer DEFAULT 0 NOT NULL,
	`gross_minor` integer DEFAULT 0 NOT NULL,
	`refunded_minor` integer DEFAULT 0 NOT NULL,
	`commission_minor` integer DEFAULT 0 NOT NULL,
	`by_link` integer DEFAULT 0 NOT NULL,
	`by_code` integer DEFAULT 0 NOT NULL,
	`claimed_conversions` integer DEFAULT 0 NOT NULL,
	`claimed_gross_minor` integer DEFAULT 0 NOT NULL,
	`claimed_refunded_minor` integer DEFAULT 0 NOT NULL,
	`claimed_commission_minor` integer DEFAULT 0 NOT NULL,
	`claimed_by_link` integer DEFAULT 0 NOT NULL,
	`claimed_by_code` integer DEFAULT 0 NOT NULL,
	PRIMARY KEY(`dim`, `key`, `store_id`, `currency`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `report_totals_shared` ON `report_totals` (`dim`,`key`) WHERE shared = 1;--> statement-breakpoint
-- What has one row is ranked as it is read; of what has more, each row says so.
CREATE TRIGGER `report_totals_more` AFTER INSERT ON `report_totals` WHEN EXISTS (SELECT 1 FROM `report_totals` WHERE `dim` = NEW.`dim` AND `key` = NEW.`key` AND (`store_id`, `currency`) <> (NEW.`store_id`, NEW.`currency`)) BEGIN
  UPDATE `report_totals` SET `shared` = 1 WHERE `dim` = NEW.`dim` AND `key` = NEW.`key` AND `shared` = 0;
END;--> statement-breakpoint
-- The clicks of a link are those of whom it belongs to now: all of them move with it, whoever moves it.
CREATE TRIGGER `links_totals_moved` AFTER UPDATE OF `store_id`, `creator_id`, `campaign_id`, `plan_id` ON `links` WHEN (NEW.`store_id` IS NOT OLD.`store_id` OR NEW.`creator_id` IS NOT OLD.`creator_id` OR NEW.`campaign_id` IS NOT OLD.`campaign_id` OR NEW.`plan_id` IS NOT OLD.`plan_id`) AND EXISTS (SELECT 1 FROM `click_months` WHERE `link_id` = NEW.`id`) BEGIN
  INSERT INTO `report_totals` (`dim`, `key`, `store_id`, `currency`, `clicks`, `uniques`)
    SELECT d.`value`, CASE d.`value` WHEN 'creators' THEN coalesce(iif(s.`sign` = 1, NEW.`creator_id`, OLD.`creator_id`), '') WHEN 'campaigns' THEN coalesce(iif(s.`sign` = 1, NEW.`campaign_id`, OLD.`campaign_id`), '') WHEN 'plans' THEN coalesce(iif(s.`sign` = 1, NEW.`plan_id`, OLD.`plan_id`), '') ELSE '' END,
      coalesce(iif(s.`sign` = 1, NEW.`store_id`, OLD.`store_id`), ''), coalesce(st.`currency`, ''), sum(s.`sign` * m.`clicks`), sum(s.`sign` * m.`uniques`)
    FROM (SELECT sum(`counted`) AS `clicks`, sum(`unique_of_day`) AS `uniques` FROM `click_months` WHERE `link_id` = NEW.`id`) m
    CROSS JOIN (SELECT 1 AS `sign` UNION ALL SELECT -1) s CROSS JOIN json_each('["all","creators","campaigns","plans"]') d
    LEFT JOIN `stores` st ON st.`id` = iif(s.`sign` = 1, NEW.`store_id`, OLD.`store_id`)
    WHERE true GROUP BY 1, 2, 3, 4 HAVING sum(s.`sign`) <> 0
    ON CONFLICT (`dim`, `key`, `store_id`, `currency`) DO UPDATE SET `clicks` = `clicks` + excluded.`clicks`, `uniques` = `uniques` + excluded.`uniques`;
  DELETE FROM `report_totals` WHERE (`dim`, `key`) IN (VALUES ('all', ''), ('creators', coalesce(OLD.`creator_id`, '')), ('campaigns', coalesce(OLD.`campaign_id`, '')), ('plans', coalesce(OLD.`plan_id`, ''))) AND `store_id` = coalesce(OLD.`store_id`, '')
    AND `clicks` = 0 AND `uniques` = 0 AND `conversions` = 0 AND `gross_minor` = 0 AND `refunded_minor` = 0 AND `commission_minor` = 0 AND `by_link` = 0 AND `by_code` = 0 AND `claimed_conversions` = 0 AND `claimed_gross_minor` = 0 AND `claimed_refunded_minor` = 0 AND `claimed_commission_minor` = 0 AND `claimed_by_link` = 0 AND `claimed_by_code` = 0;
END;--> statement-breakpoint
-- Nothing is rolled up of any earlier moment.
INSERT INTO `watermarks` (`name`, `value`, `updated_at`)
  SELECT 'earliest_click', min(`hour`), 0 FROM `click_hours` HAVING min(`hour`) IS NOT NULL;--> statement-breakpoint
-- What is rolled up so far is totalled store by store, as the last part of a rebuild; until then reports do without.
INSERT INTO `rollup_rebuilds` (`store_id`, `reason`, `step`, `done`, `requested_at`, `updated_at`)
  SELECT '', 'new totals', 'orders', 'str_', 0, 0 WHERE EXISTS (SELECT 1 FROM `click_months`) OR EXISTS (SELECT 1 FROM `order_months`)
  ON CONFLICT (`store_id`) DO UPDATE SET `done` = 'str_' WHERE `step` = 'orders' AND `done` > 'str_';
