// Builds the dashboard, or serves it while extensions are written, with the bundler that Medusa builds it with.
//   node admin.mjs build OUT
//   node admin.mjs develop PORT PUBLIC_PORT    PORT serves; PUBLIC_PORT is where browsers come in, through a proxy
import { createServer } from "node:http"
import { existsSync, readdirSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"

const [command, target, publicPort] = process.argv.slice(2)
process.env.NODE_ENV ??= command === "build" ? "production" : "development"

const bundler = createRequire(import.meta.url)("@medusajs/admin-bundler")
const root = join(process.cwd(), "extensions")
const sources = existsSync(root) ? readdirSync(root).sort().map((name) => join(root, name, "src", "admin")) : []
const plugins = ["@medusajs/draft-order/admin"] // the admin extensions that a stock Medusa has
const options = { path: "/app", backendUrl: "/", storefrontUrl: process.env.MEDUSA_STOREFRONT_URL, plugins, sources }

if (command === "build") {
  await bundler.build({ ...options, outDir: target })
} else {
  const server = createServer()
  const hmr = { server, path: "__hmr", clientPort: Number(publicPort) }
  const { default: express } = await import("express")
  const app = express()
  server.on("request", app)
  app.use("/app", await bundler.develop({ ...options, outDir: "dist", vite: () => ({ server: { hmr } }) }))
  server.listen(Number(target), "127.0.0.1", () => console.log("ready"))
  process.stdin.resume().on("end", () => process.exit(0)) // the parent is gone
}
