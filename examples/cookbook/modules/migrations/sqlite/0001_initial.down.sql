DROP TABLE "my_custom";
