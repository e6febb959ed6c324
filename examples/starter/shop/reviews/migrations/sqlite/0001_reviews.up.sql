CREATE TABLE "review" (
	"id" text NOT NULL,
	"created_at" text NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
	"updated_at" text NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
	"deleted_at" text,
	"stars" integer NOT NULL,
	"text" text NOT NULL,
	"published_at" text,
	CONSTRAINT "review_pkey" PRIMARY KEY ("id")
);
CREATE TABLE "product_review" (
	"product_id" text NOT NULL,
	"review_id" text NOT NULL,
	"id" text NOT NULL,
	"created_at" text NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
	"updated_at" text NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
	"deleted_at" text,
	CONSTRAINT "product_review_pkey" PRIMARY KEY ("product_id", "review_id")
);
CREATE INDEX "IDX_review_deleted_at" ON "review" ("deleted_at") WHERE deleted_at IS NULL;
CREATE INDEX "IDX_id_137850297" ON "product_review" ("id");
CREATE INDEX "IDX_product_id_137850297" ON "product_review" ("product_id") WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX "IDX_review_id_137850297" ON "product_review" ("review_id") WHERE deleted_at IS NULL;
CREATE INDEX "IDX_deleted_at_137850297" ON "product_review" ("deleted_at");
