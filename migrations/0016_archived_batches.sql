ALTER TABLE `click_archives` ADD `log` integer;--> statement-breakpoint
ALTER TABLE `click_archives` ADD `batches` text;--> statement-breakpoint
CREATE INDEX `click_archives_unfinished` ON `click_archives` (`first_seq`) WHERE deleted_at IS NULL;