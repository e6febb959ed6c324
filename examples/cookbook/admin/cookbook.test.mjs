import { base, manage, open, see } from "./shop.mjs"

manage("ADM-01", async (page) => {
  await open(page, "/products")
  await see(page, "Above the products")
})

manage("ADM-02", async (page) => {
  await open(page, "/products")
  await page.getByText("Lamp", { exact: true }).click()
  await see(page, "The handle of Lamp is lamp")
})

manage("ADM-03", async (page) => {
  await open(page, "/products")
  const link = page.getByRole("link", { name: "Custom", exact: true })
  await link.locator("svg").waitFor()
  await link.click()
  await page.waitForURL(`${base}/app/custom`)
  await see(page, "A page of its own")
})

manage("ADM-04", async (page) => {
  await open(page, "/settings")
  await page.getByRole("link", { name: "Custom settings" }).click()
  await page.waitForURL(`${base}/app/settings/custom`)
  await see(page, "Settings of its own")
})

manage("ADM-05", async (page) => {
  await open(page, "/custom/42")
  await see(page, "This is number 42")
})

manage("ADM-06", async (page) => {
  const asked = page.waitForResponse(`${base}/admin/drafts`)
  await open(page, "/products")
  if ((await (await asked).json()).count !== 2) throw new Error("there are two drafts")
  await see(page, "Drafts: 2")
})

manage("ADM-07", async (page) => {
  await open(page, "/products")
  await page.getByText("Who buys them").click()
  await page.waitForURL(`${base}/app/customers`)
})
