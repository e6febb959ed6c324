import assert from "node:assert/strict"
import { base, logIn, manage, open, see, visit } from "./shop.mjs"

visit("log in and out", async (page) => {
  await logIn(page)
  const cookie = (await page.context().cookies()).find((c) => c.name === "connect.sid")
  assert.equal(cookie.secure, false, "a cookie that is secure is lost over plain HTTP")
  assert.equal(cookie.httpOnly, true)
  await page.reload()
  await see(page, "Orders")
  await page.getByRole("button", { name: "admin@example.com" }).click()
  await page.getByRole("menuitem", { name: "Log out" }).click()
  await page.waitForURL(`${base}/app/login`)
}, ["401 GET /admin/"]) // what the page had begun to ask when the session ended

visit("a wrong password", async (page) => {
  await page.goto(`${base}/app/login`)
  await page.getByPlaceholder("Email").fill("admin@example.com")
  await page.getByPlaceholder("Password").fill("guess")
  await page.getByRole("button", { name: "Continue with Email" }).click()
  await see(page, "Invalid email or password")
}, ["401 GET /admin/users/me", "401 POST /auth/user/emailpass", "exception: Invalid email or password"])

manage("products are listed", async (page) => {
  await open(page, "/products")
  await see(page, "Harbour Tee")
})
