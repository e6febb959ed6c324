import assert from "node:assert/strict"
import { base, email, logIn, manage, open, see, visit } from "./shop.mjs"

visit("log in and out", async (page) => {
  await logIn(page)
  const cookie = (await page.context().cookies()).find((c) => c.name === "connect.sid")
  assert.equal(cookie.secure, false, "a cookie that is secure is lost over plain HTTP")
  assert.equal(cookie.httpOnly, true)
  await page.reload()
  await see(page, "Orders")
  await page.getByRole("button", { name: email }).click()
  await page.getByRole("menuitem", { name: "Log out" }).click()
  await page.waitForURL(`${base}/app/login`)
}, ["401 GET /admin/"]) // what the page had begun to ask when the session ended

visit("a wrong password", async (page) => {
  await page.goto(`${base}/app/login`)
  await page.getByPlaceholder("Email").fill(email)
  await page.getByPlaceholder("Password").fill("guess")
  await page.getByRole("button", { name: "Continue with Email" }).click()
  await see(page, "Invalid email or password")
}, ["401 GET /admin/users/me", "401 POST /auth/user/emailpass", "exception: Invalid email or password"])

// What the dashboard itself says of its windows.
const windows = "`DialogContent` requires a `DialogTitle`"

manage("products are listed, found, shown and edited", async (page) => {
  await open(page, "/products")
  await see(page, "Harbour Tee")
  await page.getByPlaceholder("Search").fill("hoodie")
  await page.waitForURL(/q=hoodie/)
  await page.getByText("Harbour Tee").waitFor({ state: "detached" })
  await page.getByText("Lighthouse Hoodie").click()
  await page.waitForURL(/\/products\/prod_/)
  await see(page, "Variants")
  await open(page, new URL(page.url()).pathname.replace("/app", "") + "/edit")
  await page.locator("input[name=subtitle]").fill("Seen in a browser")
  await page.getByRole("button", { name: "Save" }).click()
  await page.waitForURL(/prod_[^/]*$/)
  await see(page, "Seen in a browser")
}, [windows])

manage("customers are created, listed and edited", async (page) => {
  await open(page, "/customers/create")
  await page.locator("input[name=first_name]").fill("Grace")
  await page.locator("input[name=email]").fill(`grace${Date.now()}@example.com`)
  await page.getByRole("button", { name: "Create", exact: true }).click()
  await page.waitForURL(/\/customers\/cus_/)
  await see(page, "Grace")
  await open(page, new URL(page.url()).pathname.replace("/app", "") + "/edit")
  await page.locator("input[name=last_name]").fill("Hopper")
  await page.getByRole("button", { name: "Save" }).click()
  await page.waitForURL(/cus_[^/]*$/)
  await open(page, "/customers")
  await see(page, "Grace Hopper")
}, [windows])

manage("orders are listed and shown", async (page) => {
  await open(page, "/orders")
  await see(page, "#1")
  await page.getByText("#1", { exact: true }).click()
  await page.waitForURL(/\/orders\/order_/)
  await see(page, "buyer@example.com")
  await see(page, "Captured")
})

// Pages that need nothing but the shop's goods.
for (const path of [
  "/products", "/collections", "/categories", "/product-options", "/inventory", "/reservations", "/orders", "/draft-orders", "/customers", "/customer-groups", "/promotions", "/campaigns",
  "/price-lists", "/settings/store", "/settings/users", "/settings/regions", "/settings/tax-regions", "/settings/return-reasons", "/settings/refund-reasons", "/settings/sales-channels",
  "/settings/product-types", "/settings/product-tags", "/settings/locations", "/settings/locations/shipping-profiles", "/settings/publishable-api-keys",
  "/settings/secret-api-keys", "/settings/workflows", "/settings/profile",
]) {
  manage(`${path} opens`, async (page) => {
    await open(page, path)
    await page.locator("main h1, main h2").first().waitFor()
    assert.equal(await page.getByText("An error occurred").count(), 0)
  })
}

manage("regions of tax are listed, by what has no parent", async (page) => {
  await open(page, "/settings/tax-regions")
  await see(page, "Germany")
})
