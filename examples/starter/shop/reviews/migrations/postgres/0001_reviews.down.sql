DROP TABLE "review" CASCADE;
DROP TABLE "product_review" CASCADE;
