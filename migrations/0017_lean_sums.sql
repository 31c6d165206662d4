CREATE TABLE `click_days_anew` (
	`link_id` text NOT NULL,
	`day` text NOT NULL,
	`counted` integer NOT NULL,
	`unique_of_day` integer NOT NULL,
	`splits` text,
	PRIMARY KEY(`link_id`, `day`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `click_hours_anew` (
	`link_id` text NOT NULL,
	`hour` integer NOT NULL,
	`counted` integer NOT NULL,
	`unique_of_day` integer NOT NULL,
	PRIMARY KEY(`link_id`, `hour`)
) WITHOUT ROWID;
--> statement-breakpoint
ALTER TABLE `click_days` ADD `splits` text;--> statement-breakpoint
-- Months have all days so far: none is later in any time zone than 14 hours after the latest click.
INSERT INTO `watermarks` (`name`, `value`, `updated_at`)
  SELECT 'click_months', (`value` + 50400000) / 86400000, 0 FROM `watermarks` WHERE `name` = 'latest_click';--> statement-breakpoint
-- A rebuild reads the log first, from now on.
UPDATE `rollup_rebuilds` SET `done` = '' WHERE `step` = 'clicks';--> statement-breakpoint
-- What a link's clicks come to: its months, and the days that are in no month yet.
DROP TRIGGER `links_totals_moved`;--> statement-breakpoint
CREATE TRIGGER `links_totals_moved` AFTER UPDATE OF `store_id`, `creator_id`, `campaign_id`, `plan_id` ON `links` WHEN (NEW.`store_id` IS NOT OLD.`store_id` OR NEW.`creator_id` IS NOT OLD.`creator_id` OR NEW.`campaign_id` IS NOT OLD.`campaign_id` OR NEW.`plan_id` IS NOT OLD.`plan_id`) AND (EXISTS (SELECT 1 FROM `click_days` WHERE `link_id` = NEW.`id`) OR EXISTS (SELECT 1 FROM `click_months` WHERE `link_id` = NEW.`id`)) BEGIN
  INSERT INTO `report_totals` (`dim`, `key`, `store_id`, `currency`, `clicks`, `uniques`)
    SELECT d.`value`, CASE d.`value` WHEN 'creators' THEN coalesce(iif(s.`sign` = 1, NEW.`creator_id`, OLD.`creator_id`), '') WHEN 'campaigns' THEN coalesce(iif(s.`sign` = 1, NEW.`campaign_id`, OLD.`campaign_id`), '') WHEN 'plans' THEN coalesce(iif(s.`sign` = 1, NEW.`plan_id`, OLD.`plan_id`), '') ELSE '' END,
      coalesce(iif(s.`sign` = 1, NEW.`store_id`, OLD.`store_id`), ''), coalesce(st.`currency`, ''), sum(s.`sign` * m.`clicks`), sum(s.`sign` * m.`uniques`)
    FROM (SELECT coalesce(sum(`counted`), 0) AS `clicks`, coalesce(sum(`unique_of_day`), 0) AS `uniques` FROM (
      SELECT `counted`, `unique_of_day` FROM `click_months` WHERE `link_id` = NEW.`id`
      UNION ALL SELECT `counted`, `unique_of_day` FROM `click_days` WHERE `link_id` = NEW.`id` AND `day` > date(coalesce((SELECT `value` FROM `watermarks` WHERE `name` = 'click_months'), 0) * 86400, 'unixepoch'))) m
    CROSS JOIN (SELECT 1 AS `sign` UNION ALL SELECT -1) s CROSS JOIN json_each('["all","creators","campaigns","plans"]') d
    LEFT JOIN `stores` st ON st.`id` = iif(s.`sign` = 1, NEW.`store_id`, OLD.`store_id`)
    WHERE true GROUP BY 1, 2, 3, 4 HAVING sum(s.`sign`) <> 0
    ON CONFLICT (`dim`, `key`, `store_id`, `currency`) DO UPDATE SET `clicks` = `clicks` + excluded.`clicks`, `uniques` = `uniques` + excluded.`uniques`;
  DELETE FROM `report_totals` WHERE (`dim`, `key`) IN (VALUES ('all', ''), ('creators', coalesce(OLD.`creator_id`, '')), ('campaigns', coalesce(OLD.`campaign_id`, '')), ('plans', coalesce(OLD.`plan_id`, ''))) AND `store_id` = coalesce(OLD.`store_id`, '')
    AND `clicks` = 0 AND `uniques` = 0 AND `conversions` = 0 AND `gross_minor` = 0 AND `refunded_minor` = 0 AND `commission_minor` = 0 AND `by_link` = 0 AND `by_code` = 0 AND `claimed_conversions` = 0 AND `claimed_gross_minor` = 0 AND `claimed_refunded_minor` = 0 AND `claimed_commission_minor` = 0 AND `claimed_by_link` = 0 AND `claimed_by_code` = 0;
END;
