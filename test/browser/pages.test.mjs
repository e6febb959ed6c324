// Opens all pages of the dashboard, on a shop with more records than a page shows. PAGES is a regular expression of the addresses to open, all without it.
import assert from "node:assert/strict"
import { before } from "node:test"
import { manage, open, see } from "./shop.mjs"
import { pages } from "./pages.mjs"
import { get, seed } from "./seed.mjs"

before(seed)

// What the dashboard itself says of its windows.
const windows = "`DialogContent` requires a `DialogTitle`"

manage(
  "all pages open",
  async (page) => {
    const wanted = new RegExp(process.env.PAGES ?? "")
    for (const path of (await pages()).filter((p) => wanted.test(p))) {
      await open(page, path)
      for (const text of ["An error occurred", "There is no page at this address"]) {
        assert.equal(await page.getByText(text).count(), 0, `${path} shows: ${text}`)
      }
    }
  },
  [windows],
  1_800_000,
)

manage("draft orders are listed, shown and converted", async (page) => {
  await open(page, "/draft-orders")
  await see(page, "buyer12@example.com")
  await page.getByText("buyer12@example.com").click()
  await page.waitForURL(/\/draft-orders\/order_/)
  await see(page, "HARBOUR-TEE-S")
  await page.getByRole("button", { name: "Convert to order" }).click()
  await page.getByRole("button", { name: "Confirm" }).click()
  await page.waitForURL(/\/app\/orders\/order_/)
  const { order } = await get(`/admin/orders/${new URL(page.url()).pathname.split("/").pop()}`)
  assert.equal(order.status, "pending")
}, [windows])
