CREATE TABLE "my_custom" (
	"id" text NOT NULL,
	"created_at" timestamptz NOT NULL DEFAULT now(),
	"updated_at" timestamptz NOT NULL DEFAULT now(),
	"deleted_at" timestamptz,
	"name" text NOT NULL,
	CONSTRAINT "my_custom_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "IDX_my_custom_deleted_at" ON "my_custom" ("deleted_at") WHERE deleted_at IS NULL;
