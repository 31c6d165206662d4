-- A database of the click log beside `DB` (`CLICKS_1`, `CLICKS_2`, …): of its tables those that hold clicks, the same as
-- there. What is changed in one is changed in the other; a test holds them against each other.
CREATE TABLE `click_batches` (
	`seq` integer PRIMARY KEY NOT NULL,
	`count` integer NOT NULL,
	`stride` integer NOT NULL,
	`earliest` integer NOT NULL,
	`latest` integer NOT NULL,
	`window_ms` integer NOT NULL,
	`ingested_at` integer NOT NULL,
	`verdicts` text NOT NULL,
	`entered` text,
	`corrections` text,
	`facts` text NOT NULL,
	`clicks` text NOT NULL,
	CONSTRAINT "click_batches_verdicts" CHECK(length(verdicts) = count)
);
--> statement-breakpoint
CREATE INDEX `click_batches_time` ON `click_batches` (`earliest`,`latest`);
--> statement-breakpoint
CREATE TABLE `click_messages` (
	`id` text PRIMARY KEY NOT NULL,
	`ingested_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `first_visits_0` (
	`visitor_key` text NOT NULL,
	`link_id` text NOT NULL,
	`window_start` integer NOT NULL,
	`time` integer NOT NULL,
	`seq` integer NOT NULL,
	PRIMARY KEY(`visitor_key`, `link_id`, `window_start`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `first_visits_1` (
	`visitor_key` text NOT NULL,
	`link_id` text NOT NULL,
	`window_start` integer NOT NULL,
	`time` integer NOT NULL,
	`seq` integer NOT NULL,
	PRIMARY KEY(`visitor_key`, `link_id`, `window_start`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `first_visits_2` (
	`visitor_key` text NOT NULL,
	`link_id` text NOT NULL,
	`window_start` integer NOT NULL,
	`time` integer NOT NULL,
	`seq` integer NOT NULL,
	PRIMARY KEY(`visitor_key`, `link_id`, `window_start`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `first_visits_3` (
	`visitor_key` text NOT NULL,
	`link_id` text NOT NULL,
	`window_start` integer NOT NULL,
	`time` integer NOT NULL,
	`seq` integer NOT NULL,
	PRIMARY KEY(`visitor_key`, `link_id`, `window_start`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `first_visits_4` (
	`visitor_key` text NOT NULL,
	`link_id` text NOT NULL,
	`window_start` integer NOT NULL,
	`time` integer NOT NULL,
	`seq` integer NOT NULL,
	PRIMARY KEY(`visitor_key`, `link_id`, `window_start`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `first_visits_5` (
	`visitor_key` text NOT NULL,
	`link_id` text NOT NULL,
	`window_start` integer NOT NULL,
	`time` integer NOT NULL,
	`seq` integer NOT NULL,
	PRIMARY KEY(`visitor_key`, `link_id`, `window_start`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `first_visits_6` (
	`visitor_key` text NOT NULL,
	`link_id` text NOT NULL,
	`window_start` integer NOT NULL,
	`time` integer NOT NULL,
	`seq` integer NOT NULL,
	PRIMARY KEY(`visitor_key`, `link_id`, `window_start`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `first_visits_7` (
	`visitor_key` text NOT NULL,
	`link_id` text NOT NULL,
	`window_start` integer NOT NULL,
	`time` integer NOT NULL,
	`seq` integer NOT NULL,
	PRIMARY KEY(`visitor_key`, `link_id`, `window_start`)
) WITHOUT ROWID;
--> statement-breakpoint
-- The log as rows, as in `DB`, which has those from before the log was packed too.
CREATE VIEW `clicks` (`seq`, `id`, `link_id`, `time`, `bucket`, `reason`, `visitor_key`, `window_start`, `unique_of_day`, `country`, `region`, `city`, `colo`, `device`, `browser`, `os`, `language`, `referrer_host`, `source`, `utm_source`, `utm_medium`, `utm_campaign`, `utm_term`, `utm_content`, `rule`, `consent`, `consent_source`, `ingested_at`) AS
SELECT b.`seq` + b.`stride` * c.`key`, 'clk_' || (c.`value` ->> 0), b.`facts` ->> ('$.links[' || (c.`value` ->> 3) || ']'), b.`earliest` + (c.`value` ->> 1),
  CASE substr(b.`verdicts`, c.`key` + 1, 1) WHEN 'u' THEN 'counted' WHEN 'c' THEN 'counted' WHEN 'd' THEN 'duplicate' WHEN 'b' THEN 'bot' WHEN 'p' THEN 'prefetch' WHEN 'h' THEN 'head' WHEN 'e' THEN 'embedded' WHEN 'i' THEN 'inactive' END,
  CASE substr(b.`verdicts`, c.`key` + 1, 1) WHEN 'd' THEN 'repeat_in_window' WHEN 'u' THEN iif(c.`value` ->> 2 IS NULL, 'anonymous', 'first_in_window') WHEN 'c' THEN 'first_in_window' ELSE b.`facts` ->> ('$.texts[' || (b.`facts` ->> ('$.decisions[' || (c.`value` ->> 8) || '][2]')) || ']') END,
  c.`value` ->> 2, b.`earliest` + (c.`value` ->> 1) - (b.`earliest` + (c.`value` ->> 1)) % b.`window_ms`, substr(b.`verdicts`, c.`key` + 1, 1) = 'u',
  b.`facts` ->> ('$.texts[' || (b.`facts` ->> ('$.places[' || (c.`value` ->> 5) || '][0]')) || ']'), b.`facts` ->> ('$.texts[' || (b.`facts` ->> ('$.places[' || (c.`value` ->> 5) || '][1]')) || ']'), b.`facts` ->> ('$.texts[' || (b.`facts` ->> ('$.places[' || (c.`value` ->> 5) || '][2]')) || ']'), b.`facts` ->> ('$.texts[' || (b.`facts` ->> ('$.places[' || (c.`value` ->> 5) || '][3]')) || ']'),
  b.`facts` ->> ('$.texts[' || (b.`facts` ->> ('$.agents[' || (c.`value` ->> 4) || '][0]')) || ']'), b.`facts` ->> ('$.texts[' || (b.`facts` ->> ('$.agents[' || (c.`value` ->> 4) || '][1]')) || ']'), b.`facts` ->> ('$.texts[' || (b.`facts` ->> ('$.agents[' || (c.`value` ->> 4) || '][2]')) || ']'), b.`facts` ->> ('$.languages[' || (c.`value` ->> 9) || ']'),
  b.`facts` ->> ('$.texts[' || (b.`facts` ->> ('$.sources[' || (c.`value` ->> 6) || '][1]')) || ']'), b.`facts` ->> ('$.texts[' || (b.`facts` ->> ('$.sources[' || (c.`value` ->> 6) || '][0]')) || ']'),
  b.`facts` ->> ('$.texts[' || (b.`facts` ->> ('$.utms[' || (c.`value` ->> 7) || '][0]')) || ']'), b.`facts` ->> ('$.texts[' || (b.`facts` ->> ('$.utms[' || (c.`value` ->> 7) || '][1]')) || ']'), b.`facts` ->> ('$.texts[' || (b.`facts` ->> ('$.utms[' || (c.`value` ->> 7) || '][2]')) || ']'), b.`facts` ->> ('$.texts[' || (b.`facts` ->> ('$.utms[' || (c.`value` ->> 7) || '][3]')) || ']'), b.`facts` ->> ('$.texts[' || (b.`facts` ->> ('$.utms[' || (c.`value` ->> 7) || '][4]')) || ']'),
  b.`facts` ->> ('$.decisions[' || (c.`value` ->> 8) || '][3]'), b.`facts` ->> ('$.texts[' || (b.`facts` ->> ('$.decisions[' || (c.`value` ->> 8) || '][0]')) || ']'), b.`facts` ->> ('$.texts[' || (b.`facts` ->> ('$.decisions[' || (c.`value` ->> 8) || '][1]')) || ']'), b.`ingested_at`
FROM `click_batches` b CROSS JOIN json_each(b.`clicks`) c;
