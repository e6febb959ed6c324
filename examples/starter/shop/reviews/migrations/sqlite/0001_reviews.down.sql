DROP TABLE "review";
DROP TABLE "product_review";
