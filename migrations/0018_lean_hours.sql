CREATE TABLE `click_hours_lean` (
	`link_id` text NOT NULL,
	`hour` integer NOT NULL,
	`counted` integer NOT NULL,
	`unique_of_day` integer NOT NULL,
	`bot` integer NOT NULL,
	`prefetch` integer NOT NULL,
	`head` integer NOT NULL,
	`duplicate` integer NOT NULL,
	`inactive` integer NOT NULL,
	`embedded` integer DEFAULT 0 NOT NULL,
	PRIMARY KEY(`link_id`, `hour`)
) WITHOUT ROWID;
