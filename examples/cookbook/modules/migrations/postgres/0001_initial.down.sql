DROP TABLE "my_custom" CASCADE;
