CREATE TABLE `abuse_reports` (
	`id` text PRIMARY KEY NOT NULL,
	`link_id` text NOT NULL,
	`kind` text NOT NULL,
	`detail` text NOT NULL,
	`created_at` integer NOT NULL,
	`resolved_at` integer
);
--> statement-breakpoint
CREATE INDEX `abuse_reports_link` ON `abuse_reports` (`link_id`);--> statement-breakpoint
CREATE TABLE `blocked_hosts` (
	`id` text PRIMARY KEY NOT NULL,
	`host` text NOT NULL,
	`scope` text NOT NULL,
	`reason` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `blocked_hosts_host` ON `blocked_hosts` (`host`);--> statement-breakpoint
CREATE TABLE `alarms` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`subject` text NOT NULL,
	`detail` text NOT NULL,
	`raised_at` integer NOT NULL,
	`last_seen_at` integer NOT NULL,
	`resolved_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `alarms_kind_subject` ON `alarms` (`kind`,`subject`);--> statement-breakpoint
CREATE TABLE `click_archives` (
	`key` text PRIMARY KEY NOT NULL,
	`first_seq` integer NOT NULL,
	`last_seq` integer NOT NULL,
	`rows` integer NOT NULL,
	`bytes` integer NOT NULL,
	`sha256` text NOT NULL,
	`earliest` integer NOT NULL,
	`latest` integer NOT NULL,
	`created_at` integer NOT NULL,
	`verified_at` integer,
	`deleted_at` integer
);
--> statement-breakpoint
CREATE INDEX `click_archives_seq` ON `click_archives` (`first_seq`);--> statement-breakpoint
ALTER TABLE `clicks` ADD `rule` integer;--> statement-breakpoint
ALTER TABLE `links` ADD `rules` text DEFAULT '[]' NOT NULL;