CREATE TABLE `link_changes` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`subject` text NOT NULL,
	`at` integer DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER)) NOT NULL
);
--> statement-breakpoint
CREATE TRIGGER `links_news_new` AFTER INSERT ON `links` WHEN NEW.`domain` <> '' BEGIN
  INSERT INTO `link_changes` (`subject`) VALUES ('slug:' || NEW.`slug_key`);
END;--> statement-breakpoint
CREATE TRIGGER `links_news_changed` AFTER UPDATE ON `links` BEGIN
  INSERT INTO `link_changes` (`subject`) VALUES (NEW.`id`);
  INSERT INTO `link_changes` (`subject`) SELECT 'slug:' || NEW.`slug_key` WHERE NEW.`domain` <> '' AND (NEW.`domain` <> OLD.`domain` OR NEW.`slug_key` <> OLD.`slug_key` OR NEW.`deleted_at` IS NOT OLD.`deleted_at`);
END;--> statement-breakpoint
CREATE TRIGGER `links_news_gone` AFTER DELETE ON `links` BEGIN
  INSERT INTO `link_changes` (`subject`) VALUES (OLD.`id`);
END;--> statement-breakpoint
CREATE TRIGGER `stores_news_changed` AFTER UPDATE ON `stores` BEGIN
  INSERT INTO `link_changes` (`subject`) VALUES (NEW.`id`);
END;--> statement-breakpoint
CREATE TRIGGER `stores_news_gone` AFTER DELETE ON `stores` BEGIN
  INSERT INTO `link_changes` (`subject`) VALUES (OLD.`id`);
END;--> statement-breakpoint
CREATE TRIGGER `creators_news_changed` AFTER UPDATE ON `creators` BEGIN
  INSERT INTO `link_changes` (`subject`) VALUES (NEW.`id`);
END;--> statement-breakpoint
CREATE TRIGGER `creators_news_gone` AFTER DELETE ON `creators` BEGIN
  INSERT INTO `link_changes` (`subject`) VALUES (OLD.`id`);
END;--> statement-breakpoint
CREATE TRIGGER `tracking_plans_news_changed` AFTER UPDATE ON `tracking_plans` BEGIN
  INSERT INTO `link_changes` (`subject`) VALUES (NEW.`id`);
END;--> statement-breakpoint
CREATE TRIGGER `tracking_plans_news_gone` AFTER DELETE ON `tracking_plans` BEGIN
  INSERT INTO `link_changes` (`subject`) VALUES (OLD.`id`);
END;--> statement-breakpoint
CREATE TRIGGER `campaigns_news_changed` AFTER UPDATE ON `campaigns` BEGIN
  INSERT INTO `link_changes` (`subject`) VALUES (NEW.`id`);
END;--> statement-breakpoint
CREATE TRIGGER `campaigns_news_gone` AFTER DELETE ON `campaigns` BEGIN
  INSERT INTO `link_changes` (`subject`) VALUES (OLD.`id`);
END;--> statement-breakpoint
CREATE TRIGGER `codes_news_changed` AFTER UPDATE OF `text` ON `codes` BEGIN
  INSERT INTO `link_changes` (`subject`) VALUES (NEW.`id`);
END;--> statement-breakpoint
CREATE TRIGGER `codes_news_gone` AFTER DELETE ON `codes` BEGIN
  INSERT INTO `link_changes` (`subject`) VALUES (OLD.`id`);
END;--> statement-breakpoint
CREATE TRIGGER `domains_news_new` AFTER INSERT ON `domains` BEGIN
  INSERT INTO `link_changes` (`subject`) VALUES ('host:' || NEW.`hostname`);
END;--> statement-breakpoint
CREATE TRIGGER `domains_news_changed` AFTER UPDATE ON `domains` BEGIN
  INSERT INTO `link_changes` (`subject`) VALUES ('host:' || NEW.`hostname`);
  INSERT INTO `link_changes` (`subject`) SELECT 'host:' || OLD.`hostname` WHERE NEW.`hostname` <> OLD.`hostname`;
END;--> statement-breakpoint
CREATE TRIGGER `domains_news_gone` AFTER DELETE ON `domains` BEGIN
  INSERT INTO `link_changes` (`subject`) VALUES ('host:' || OLD.`hostname`);
END;--> statement-breakpoint
CREATE TRIGGER `blocked_hosts_news_new` AFTER INSERT ON `blocked_hosts` BEGIN
  INSERT INTO `link_changes` (`subject`) VALUES ('blocks');
END;--> statement-breakpoint
CREATE TRIGGER `blocked_hosts_news_changed` AFTER UPDATE ON `blocked_hosts` BEGIN
  INSERT INTO `link_changes` (`subject`) VALUES ('blocks');
END;--> statement-breakpoint
CREATE TRIGGER `blocked_hosts_news_gone` AFTER DELETE ON `blocked_hosts` BEGIN
  INSERT INTO `link_changes` (`subject`) VALUES ('blocks');
END;
