CREATE TABLE "review" (
	"id" text NOT NULL,
	"created_at" timestamptz NOT NULL DEFAULT now(),
	"updated_at" timestamptz NOT NULL DEFAULT now(),
	"deleted_at" timestamptz,
	"stars" integer NOT NULL,
	"text" text NOT NULL,
	"published_at" timestamptz,
	CONSTRAINT "review_pkey" PRIMARY KEY ("id")
);
CREATE TABLE "product_review" (
	"product_id" character varying(255) NOT NULL,
	"review_id" character varying(255) NOT NULL,
	"id" character varying(255) NOT NULL,
	"created_at" timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP,
	"updated_at" timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP,
	"deleted_at" timestamptz,
	CONSTRAINT "product_review_pkey" PRIMARY KEY ("product_id", "review_id")
);
CREATE INDEX "IDX_review_deleted_at" ON "review" ("deleted_at") WHERE deleted_at IS NULL;
CREATE INDEX "IDX_id_137850297" ON "product_review" ("id");
CREATE INDEX "IDX_product_id_137850297" ON "product_review" ("product_id") WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX "IDX_review_id_137850297" ON "product_review" ("review_id") WHERE deleted_at IS NULL;
CREATE INDEX "IDX_deleted_at_137850297" ON "product_review" ("deleted_at");
