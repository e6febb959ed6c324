// A browser at a shop: GORGON_URL, GORGON_EMAIL and GORGON_PASSWORD name it. Each test has pages that are logged in, and fails on what a page should not do:
// errors on the console, exceptions, requests to the shop that fail or are answered with 4xx or 5xx.
import assert from "node:assert/strict"
import { after, test } from "node:test"
import { chromium } from "playwright-core"

import { base, email, password } from "./env.mjs"

export { base, email, password }

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
})
after(() => browser.close())

// watch lists what goes wrong on a page, but for what is expected: parts of "401 GET /admin/users/me".
function watch(page, expected) {
  const problems = []
  const add = (what) => expected.some((e) => what.includes(e)) || problems.push(what)
  page.on("console", (m) => m.type() === "error" && !m.text().startsWith("Failed to load resource") && add(`console: ${m.text()}`))
  page.on("pageerror", (e) => add(`exception: ${e.message}`))
  page.on("requestfailed", (r) => r.url().startsWith(base) && r.failure()?.errorText !== "net::ERR_ABORTED" && add(`failed: ${r.method()} ${r.url()}`))
  page.on("response", (r) => r.status() >= 400 && add(`${r.status()} ${r.request().method()} ${r.url().replace(base, "")}`))
  return problems
}

// visit is a test in a page that nobody has logged in to.
export function visit(name, act, expected = []) {
  test(name, { timeout: 60_000 }, async () => run(name, await browser.newContext(), act, expected))
}

let session

// manage is a test in a page that an admin has logged in to.
export function manage(name, act, expected = [], timeout = 60_000) {
  test(name, { timeout }, async () => {
    session ??= await login()
    await run(name, await browser.newContext({ storageState: session }), act, expected)
  })
}

async function run(name, context, act, expected) {
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
  const problems = watch(page, expected)
  try {
    await act(page)
    await page.waitForLoadState("networkidle")
  } catch (e) {
    await page.screenshot({ path: `${name.replace(/\W+/g, "-")}.png` })
    throw problems.length ? new Error(`${e.message}\nbefore it:\n${problems.join("\n")}`) : e
  } finally {
    await context.close()
  }
  assert.deepEqual(problems, [])
}

async function login() {
  const context = await browser.newContext()
  await logIn(await context.newPage())
  const state = await context.storageState()
  await context.close()
  return state
}

// logIn fills in the dashboard's first page.
export async function logIn(page) {
  await page.goto(`${base}/app`)
  await page.getByPlaceholder("Email").fill(email)
  await page.getByPlaceholder("Password").fill(password)
  await page.getByRole("button", { name: "Continue with Email" }).click()
  await page.waitForURL(`${base}/app/orders`)
}

// open goes to a page of the dashboard and waits until it has asked for all it wants.
export async function open(page, path) {
  await page.goto(`${base}/app${path}`)
  await page.waitForLoadState("networkidle")
}

// see waits until a text is visible.
export const see = (page, text) => page.getByText(text).first().waitFor()
