CREATE TABLE `contacts` (
	`id` text PRIMARY KEY NOT NULL,
	`store_id` text NOT NULL,
	`customer_hash` text NOT NULL,
	`fields` text NOT NULL,
	`trust` text NOT NULL,
	`version` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`store_id`) REFERENCES `stores`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `contacts_customer` ON `contacts` (`store_id`,`customer_hash`);--> statement-breakpoint
CREATE INDEX `contacts_store` ON `contacts` (`store_id`,`id`);--> statement-breakpoint
CREATE TABLE `conversion_backfills` (
	`definition_id` text PRIMARY KEY NOT NULL,
	`state` text NOT NULL,
	`from_at` integer NOT NULL,
	`to_at` integer NOT NULL,
	`cursor` text NOT NULL,
	`expected` integer NOT NULL,
	`seen` integer NOT NULL,
	`made` integer NOT NULL,
	`actor` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`definition_id`) REFERENCES `conversion_definitions`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `conversion_commissions` (
	`conversion_id` text NOT NULL,
	`creator_id` text NOT NULL,
	`plan_id` text NOT NULL,
	`amount_minor` integer NOT NULL,
	`currency` text NOT NULL,
	`hold_days` integer,
	PRIMARY KEY(`conversion_id`, `creator_id`),
	FOREIGN KEY (`conversion_id`) REFERENCES `conversions`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `conversion_commissions_creator` ON `conversion_commissions` (`creator_id`);--> statement-breakpoint
CREATE TABLE `conversion_definitions` (
	`id` text PRIMARY KEY NOT NULL,
	`store_id` text NOT NULL,
	`name` text NOT NULL,
	`key` text NOT NULL,
	`status` text NOT NULL,
	`triggers` text NOT NULL,
	`listens` text NOT NULL,
	`value` text NOT NULL,
	`currency` text NOT NULL,
	`max_per_contact` text,
	`applies_to_past` integer NOT NULL,
	`effective_from` integer,
	`copied_from` text,
	`activated_at` integer,
	`archived_at` integer,
	`version` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`store_id`) REFERENCES `stores`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `conversion_definitions_key` ON `conversion_definitions` (`store_id`,`key`);--> statement-breakpoint
CREATE INDEX `conversion_definitions_store` ON `conversion_definitions` (`store_id`,`status`);--> statement-breakpoint
CREATE TABLE `conversion_rates` (
	`plan_id` text NOT NULL,
	`definition_id` text NOT NULL,
	`effective_from` integer NOT NULL,
	`amount_minor` integer NOT NULL,
	`currency` text NOT NULL,
	`hold_days` integer,
	`actor` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`plan_id`, `definition_id`, `effective_from`),
	FOREIGN KEY (`plan_id`) REFERENCES `tracking_plans`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `conversion_rates_definition` ON `conversion_rates` (`definition_id`);--> statement-breakpoint
CREATE TABLE `conversions` (
	`id` text PRIMARY KEY NOT NULL,
	`definition_id` text NOT NULL,
	`store_id` text NOT NULL,
	`event_key` text NOT NULL,
	`trigger_type` text NOT NULL,
	`trigger_index` integer NOT NULL,
	`origin` text NOT NULL,
	`trust` text NOT NULL,
	`time` integer NOT NULL,
	`confirmed_at` integer,
	`subject` text NOT NULL,
	`visitor_hash` text,
	`contact_id` text,
	`page` text,
	`value_minor` integer,
	`value_note` text,
	`value_trust` text,
	`uncounted` text,
	`order_id` text,
	`cause_id` text,
	`explanation` text NOT NULL,
	`shares` text NOT NULL,
	`method` text,
	`contested` integer DEFAULT false NOT NULL,
	`creator_id` text,
	`campaign_id` text,
	`plan_id` text,
	`link_id` text,
	`code_id` text,
	`commission` text NOT NULL,
	`due_at` integer,
	`approved_at` integer,
	`review` text,
	`version` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`definition_id`) REFERENCES `conversion_definitions`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `conversions_event` ON `conversions` (`definition_id`,`event_key`);--> statement-breakpoint
CREATE INDEX `conversions_subject` ON `conversions` (`definition_id`,`subject`);--> statement-breakpoint
CREATE INDEX `conversions_store` ON `conversions` (`store_id`,`time`);--> statement-breakpoint
CREATE INDEX `conversions_creator` ON `conversions` (`creator_id`,`time`) WHERE creator_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `conversions_contact` ON `conversions` (`contact_id`) WHERE contact_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `conversions_visitor` ON `conversions` (`store_id`,`visitor_hash`) WHERE visitor_hash IS NOT NULL;--> statement-breakpoint
CREATE INDEX `conversions_order` ON `conversions` (`order_id`) WHERE order_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `conversions_approval` ON `conversions` (`due_at`) WHERE due_at IS NOT NULL;--> statement-breakpoint
CREATE TABLE `conversions_due` (
	`kind` text NOT NULL,
	`id` text NOT NULL,
	`store_id` text NOT NULL,
	`mark` integer NOT NULL,
	`attempts` integer NOT NULL,
	`since` integer NOT NULL,
	`next_at` integer NOT NULL,
	PRIMARY KEY(`kind`, `id`)
);
--> statement-breakpoint
CREATE INDEX `conversions_due_next` ON `conversions_due` (`kind`,`next_at`);--> statement-breakpoint
CREATE TABLE `segment_sweeps` (
	`definition_id` text PRIMARY KEY NOT NULL,
	`cursor` text,
	`started_at` integer NOT NULL,
	`finished_at` integer,
	`met` integer NOT NULL,
	`next_at` integer,
	FOREIGN KEY (`definition_id`) REFERENCES `conversion_definitions`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `visitor_contacts` (
	`store_id` text NOT NULL,
	`visitor_hash` text NOT NULL,
	`time` integer NOT NULL,
	`contact_id` text NOT NULL,
	PRIMARY KEY(`store_id`, `visitor_hash`, `time`, `contact_id`),
	FOREIGN KEY (`contact_id`) REFERENCES `contacts`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `visitor_contacts_contact` ON `visitor_contacts` (`contact_id`);--> statement-breakpoint
CREATE TABLE `visitor_events` (
	`store_id` text NOT NULL,
	`event_key` text NOT NULL,
	`kind` text NOT NULL,
	`name` text,
	`page` text,
	`visitor_hash` text,
	`contact_id` text,
	`time` integer NOT NULL,
	PRIMARY KEY(`store_id`, `event_key`)
);
--> statement-breakpoint
CREATE INDEX `visitor_events_time` ON `visitor_events` (`store_id`,`time`);--> statement-breakpoint
CREATE INDEX `visitor_events_contact` ON `visitor_events` (`contact_id`,`kind`,`time`) WHERE contact_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `visitor_events_visitor` ON `visitor_events` (`store_id`,`visitor_hash`,`time`) WHERE visitor_hash IS NOT NULL;--> statement-breakpoint
ALTER TABLE `ledger` ADD `conversion_id` text;--> statement-breakpoint
CREATE INDEX `ledger_conversion` ON `ledger` (`conversion_id`) WHERE conversion_id IS NOT NULL;--> statement-breakpoint
-- An order that a definition asks for is due as it is recorded and with each change; nothing is written where none does.
CREATE TRIGGER `conversions_due_order_new` AFTER INSERT ON `orders` WHEN EXISTS (
  SELECT 1 FROM `conversion_definitions` WHERE `store_id` = NEW.`store_id` AND `status` = 'active' AND `listens` GLOB '*,order,*'
) BEGIN
  INSERT INTO `conversions_due` (`kind`, `id`, `store_id`, `mark`, `attempts`, `since`, `next_at`) VALUES ('order', NEW.`id`, NEW.`store_id`, 1, 0, NEW.`updated_at`, 0)
    ON CONFLICT (`kind`, `id`) DO UPDATE SET `mark` = `mark` + 1, `attempts` = 0, `next_at` = 0;
END;--> statement-breakpoint
CREATE TRIGGER `conversions_due_order_changed` AFTER UPDATE ON `orders` WHEN NEW.`version` <> OLD.`version` AND (EXISTS (
  SELECT 1 FROM `conversion_definitions` WHERE `store_id` = NEW.`store_id` AND `status` = 'active' AND `listens` GLOB '*,order,*'
) OR EXISTS (SELECT 1 FROM `conversions` WHERE `order_id` = NEW.`id`)) BEGIN
  INSERT INTO `conversions_due` (`kind`, `id`, `store_id`, `mark`, `attempts`, `since`, `next_at`) VALUES ('order', NEW.`id`, NEW.`store_id`, 1, 0, NEW.`updated_at`, 0)
    ON CONFLICT (`kind`, `id`) DO UPDATE SET `mark` = `mark` + 1, `attempts` = 0, `next_at` = 0;
END;--> statement-breakpoint
-- A contact is due whenever something changes that a segment may ask for: its fields, events, orders and clicks.
CREATE TRIGGER `conversions_due_contact_new` AFTER INSERT ON `contacts` WHEN EXISTS (
  SELECT 1 FROM `conversion_definitions` WHERE `store_id` = NEW.`store_id` AND `status` = 'active' AND `listens` GLOB '*,segment,*'
) BEGIN
  INSERT INTO `conversions_due` (`kind`, `id`, `store_id`, `mark`, `attempts`, `since`, `next_at`) VALUES ('contact', NEW.`id`, NEW.`store_id`, 1, 0, NEW.`updated_at`, 0)
    ON CONFLICT (`kind`, `id`) DO UPDATE SET `mark` = `mark` + 1, `attempts` = 0, `next_at` = 0;
END;--> statement-breakpoint
CREATE TRIGGER `conversions_due_contact_changed` AFTER UPDATE OF `fields` ON `contacts` WHEN NEW.`fields` <> OLD.`fields` AND EXISTS (
  SELECT 1 FROM `conversion_definitions` WHERE `store_id` = NEW.`store_id` AND `status` = 'active' AND `listens` GLOB '*,segment,*'
) BEGIN
  INSERT INTO `conversions_due` (`kind`, `id`, `store_id`, `mark`, `attempts`, `since`, `next_at`) VALUES ('contact', NEW.`id`, NEW.`store_id`, 1, 0, NEW.`updated_at`, 0)
    ON CONFLICT (`kind`, `id`) DO UPDATE SET `mark` = `mark` + 1, `attempts` = 0, `next_at` = 0;
END;--> statement-breakpoint
CREATE TRIGGER `conversions_due_contact_event` AFTER INSERT ON `visitor_events` WHEN NEW.`contact_id` IS NOT NULL AND EXISTS (
  SELECT 1 FROM `conversion_definitions` WHERE `store_id` = NEW.`store_id` AND `status` = 'active' AND `listens` GLOB '*,segment,*'
) BEGIN
  INSERT INTO `conversions_due` (`kind`, `id`, `store_id`, `mark`, `attempts`, `since`, `next_at`) VALUES ('contact', NEW.`contact_id`, NEW.`store_id`, 1, 0, CAST(unixepoch('subsec') * 1000 AS INTEGER), 0)
    ON CONFLICT (`kind`, `id`) DO UPDATE SET `mark` = `mark` + 1, `attempts` = 0, `next_at` = 0;
END;--> statement-breakpoint
CREATE TRIGGER `conversions_due_contact_known` AFTER UPDATE OF `contact_id` ON `visitor_events` WHEN NEW.`contact_id` IS NOT NULL AND NEW.`contact_id` IS NOT OLD.`contact_id` AND EXISTS (
  SELECT 1 FROM `conversion_definitions` WHERE `store_id` = NEW.`store_id` AND `status` = 'active' AND `listens` GLOB '*,segment,*'
) BEGIN
  INSERT INTO `conversions_due` (`kind`, `id`, `store_id`, `mark`, `attempts`, `since`, `next_at`) VALUES ('contact', NEW.`contact_id`, NEW.`store_id`, 1, 0, CAST(unixepoch('subsec') * 1000 AS INTEGER), 0)
    ON CONFLICT (`kind`, `id`) DO UPDATE SET `mark` = `mark` + 1, `attempts` = 0, `next_at` = 0;
END;--> statement-breakpoint
CREATE TRIGGER `conversions_due_contact_click` AFTER INSERT ON `customer_touches` WHEN EXISTS (
  SELECT 1 FROM `conversion_definitions` WHERE `store_id` = NEW.`store_id` AND `status` = 'active' AND `listens` GLOB '*,segment,*'
) BEGIN
  INSERT INTO `conversions_due` (`kind`, `id`, `store_id`, `mark`, `attempts`, `since`, `next_at`)
    SELECT 'contact', `id`, `store_id`, 1, 0, NEW.`created_at`, 0 FROM `contacts` WHERE `store_id` = NEW.`store_id` AND `customer_hash` = NEW.`customer_hash`
    ON CONFLICT (`kind`, `id`) DO UPDATE SET `mark` = `mark` + 1, `attempts` = 0, `next_at` = 0;
END;--> statement-breakpoint
CREATE TRIGGER `conversions_due_contact_order` AFTER INSERT ON `orders` WHEN NEW.`customer_hash` IS NOT NULL AND EXISTS (
  SELECT 1 FROM `conversion_definitions` WHERE `store_id` = NEW.`store_id` AND `status` = 'active' AND `listens` GLOB '*,segment,*'
) BEGIN
  INSERT INTO `conversions_due` (`kind`, `id`, `store_id`, `mark`, `attempts`, `since`, `next_at`)
    SELECT 'contact', `id`, `store_id`, 1, 0, NEW.`updated_at`, 0 FROM `contacts` WHERE `store_id` = NEW.`store_id` AND `customer_hash` = NEW.`customer_hash`
    ON CONFLICT (`kind`, `id`) DO UPDATE SET `mark` = `mark` + 1, `attempts` = 0, `next_at` = 0;
END;--> statement-breakpoint
CREATE TRIGGER `conversions_due_contact_order_changed` AFTER UPDATE ON `orders` WHEN NEW.`version` <> OLD.`version` AND NEW.`customer_hash` IS NOT NULL AND EXISTS (
  SELECT 1 FROM `conversion_definitions` WHERE `store_id` = NEW.`store_id` AND `status` = 'active' AND `listens` GLOB '*,segment,*'
) BEGIN
  INSERT INTO `conversions_due` (`kind`, `id`, `store_id`, `mark`, `attempts`, `since`, `next_at`)
    SELECT 'contact', `id`, `store_id`, 1, 0, NEW.`updated_at`, 0 FROM `contacts` WHERE `store_id` = NEW.`store_id` AND `customer_hash` = NEW.`customer_hash`
    ON CONFLICT (`kind`, `id`) DO UPDATE SET `mark` = `mark` + 1, `attempts` = 0, `next_at` = 0;
END;--> statement-breakpoint
-- A conversion that counts is what another may wait for; one that ceases to count takes those with it.
CREATE TRIGGER `conversions_due_next` AFTER INSERT ON `conversions` WHEN EXISTS (
  SELECT 1 FROM `conversion_definitions` WHERE `store_id` = NEW.`store_id` AND `status` = 'active' AND `listens` GLOB '*,conversion,*'
) BEGIN
  INSERT INTO `conversions_due` (`kind`, `id`, `store_id`, `mark`, `attempts`, `since`, `next_at`) VALUES ('conversion', NEW.`id`, NEW.`store_id`, 1, 0, NEW.`updated_at`, 0)
    ON CONFLICT (`kind`, `id`) DO UPDATE SET `mark` = `mark` + 1, `attempts` = 0, `next_at` = 0;
END;--> statement-breakpoint
CREATE TRIGGER `conversions_due_next_changed` AFTER UPDATE OF `uncounted`, `contact_id`, `trust` ON `conversions` WHEN (NEW.`uncounted` IS NOT OLD.`uncounted` OR NEW.`contact_id` IS NOT OLD.`contact_id` OR NEW.`trust` <> OLD.`trust`) AND EXISTS (
  SELECT 1 FROM `conversion_definitions` WHERE `store_id` = NEW.`store_id` AND `status` = 'active' AND `listens` GLOB '*,conversion,*'
) BEGIN
  INSERT INTO `conversions_due` (`kind`, `id`, `store_id`, `mark`, `attempts`, `since`, `next_at`) VALUES ('conversion', NEW.`id`, NEW.`store_id`, 1, 0, NEW.`updated_at`, 0)
    ON CONFLICT (`kind`, `id`) DO UPDATE SET `mark` = `mark` + 1, `attempts` = 0, `next_at` = 0;
END;--> statement-breakpoint
-- What is booked follows what a conversion comes to.
CREATE TRIGGER `conversions_due_settlement` AFTER UPDATE OF `uncounted`, `shares`, `commission`, `due_at` ON `conversions`
WHEN (NEW.`commission` <> 'none' OR OLD.`commission` <> 'none')
  AND (NEW.`uncounted` IS NOT OLD.`uncounted` OR NEW.`shares` <> OLD.`shares` OR NEW.`commission` <> OLD.`commission`) BEGIN
  INSERT INTO `conversions_due` (`kind`, `id`, `store_id`, `mark`, `attempts`, `since`, `next_at`) VALUES ('settlement', NEW.`id`, NEW.`store_id`, 1, 0, NEW.`updated_at`, 0)
    ON CONFLICT (`kind`, `id`) DO UPDATE SET `mark` = `mark` + 1, `attempts` = 0, `next_at` = 0;
END;--> statement-breakpoint
-- What somebody may want to hear of.
CREATE TRIGGER `events_conversion_recorded` AFTER INSERT ON `conversions` WHEN NEW.`uncounted` IS NULL AND NEW.`origin` <> 'backfill' AND EXISTS (SELECT 1 FROM `webhook_endpoints` WHERE `deleted_at` IS NULL AND `disabled` = 0) BEGIN
  INSERT INTO `events` (`type`, `store_id`, `subject_id`, `data`, `time`) VALUES ('conversion.recorded', NEW.`store_id`, NEW.`id`,
    json_object('definitionId', NEW.`definition_id`, 'creatorId', NEW.`creator_id`, 'trigger', NEW.`trigger_type`, 'trust', NEW.`trust`, 'valueMinor', NEW.`value_minor`,
      'currency', (SELECT `currency` FROM `conversion_definitions` WHERE `id` = NEW.`definition_id`)), NEW.`updated_at`);
END;--> statement-breakpoint
CREATE TRIGGER `events_conversion_decided` AFTER UPDATE OF `commission` ON `conversions` WHEN NEW.`commission` <> OLD.`commission` AND NEW.`commission` IN ('approved', 'declined') AND EXISTS (SELECT 1 FROM `webhook_endpoints` WHERE `deleted_at` IS NULL AND `disabled` = 0) BEGIN
  INSERT INTO `events` (`type`, `store_id`, `subject_id`, `data`, `time`) VALUES ('conversion.' || NEW.`commission`, NEW.`store_id`, NEW.`id`,
    json_object('definitionId', NEW.`definition_id`, 'creatorId', NEW.`creator_id`, 'commissions', (
      SELECT json_group_array(json_object('creatorId', `creator_id`, 'amountMinor', `amount_minor`, 'currency', `currency`)) FROM `conversion_commissions` WHERE `conversion_id` = NEW.`id`
    )), NEW.`updated_at`);
END;
