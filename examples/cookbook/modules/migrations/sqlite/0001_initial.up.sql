CREATE TABLE "my_custom" (
	"id" text NOT NULL,
	"created_at" text NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
	"updated_at" text NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
	"deleted_at" text,
	"name" text NOT NULL,
	CONSTRAINT "my_custom_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "IDX_my_custom_deleted_at" ON "my_custom" ("deleted_at") WHERE deleted_at IS NULL;
