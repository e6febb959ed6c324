// Fills the shop at GORGON_URL with more records of each kind than a page of the dashboard shows. The shop has the goods of examples/demo already.
import { base, email, password } from "./env.mjs"

const rows = 26 // a page has 20, a page of a picker up to 50

let token

// send sends JSON to the shop and returns its answer.
export async function send(method, path, body) {
  const response = await fetch(base + path, {
    method,
    headers: { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) },
    body: body && JSON.stringify(body),
  })
  const answer = await response.json()
  if (!response.ok) throw new Error(`${response.status} ${method} ${path}: ${answer.message}`)
  return answer
}

export const post = (path, body) => send("POST", path, body)
export const get = (path) => send("GET", path)

export async function logInToApi() {
  token = (await post("/auth/user/emailpass", { email, password })).token
}

// each calls make for the numbers of all rows and returns what it made. Neighbours sort differently by name and by age.
async function each(make, count = rows) {
  const all = []
  for (let i = 0; i < count; i++) all.push(await make(String((i * 7) % count).padStart(2, "0"), i))
  return all
}

const countries =
  "be bg hr cy cz dk ee fi gr hu ie lv lt lu mt pl pt ro sk si no ch is jp kr in br mx ca au nz za".split(" ")

// seed makes all of it.
export async function seed() {
  await logInToApi()
  const shop = await existing()
  await catalogue(shop)
  await customers()
  await marketing(shop)
  await settings(shop)
  await stock(shop)
  await orders(shop)
}

async function existing() {
  const [products, variants, regions, channels, locations] = await Promise.all([
    get("/admin/products?limit=100&fields=id,title"),
    get("/admin/product-variants?limit=100"),
    get("/admin/regions"),
    get("/admin/sales-channels"),
    get("/admin/stock-locations"),
  ])
  return {
    products: products.products,
    variants: variants.variants,
    region: regions.regions.find((r) => r.currency_code === "eur"),
    channel: channels.sales_channels[0],
    location: locations.stock_locations[0],
  }
}

async function catalogue({ channel }) {
  await each((n) => post("/admin/product-types", { value: `Type ${n}` }))
  await each((n) => post("/admin/product-tags", { value: `tag ${n}` }))
  await each((n) => post("/admin/collections", { title: `Collection ${n}` }))
  await each((n) => post("/admin/product-categories", { name: `Category ${n}` }))
  await each((n) => post("/admin/product-options", { title: `Option ${n}`, values: [`${n} a`, `${n} b`] }))
  const many = { title: "Colour", values: Array.from({ length: rows }, (_, i) => `Colour ${i}`) }
  await post("/admin/products", {
    title: "Paint",
    status: "published",
    sales_channels: [{ id: channel.id }],
    options: [many],
    variants: many.values.map((v) => ({ title: v, sku: `PAINT-${v}`, options: { Colour: v }, prices: [{ currency_code: "eur", amount: 5 }] })),
  })
  await each((n) => post("/admin/products", { title: `Draft ${n}`, status: "draft", options: [{ title: "Size", values: ["One"] }] }))
}

async function customers() {
  const made = await each((n) =>
    post("/admin/customers", { email: `customer${n}@example.com`, first_name: `First ${n}`, last_name: `Last ${n}`, company_name: `Company ${n}` }),
  )
  const groups = await each((n) => post("/admin/customer-groups", { name: `Group ${n}` }))
  const add = made.map((m) => m.customer.id)
  await post(`/admin/customer-groups/${groups[0].customer_group.id}/customers`, { add })
  const one = groups.map((g) => g.customer_group.id)
  await post(`/admin/customers/${add[0]}/customer-groups`, { add: one })
}

async function marketing({ products, variants }) {
  const campaigns = await each((n) => post("/admin/campaigns", { name: `Campaign ${n}`, campaign_identifier: `campaign-${n}`, budget: { type: "usage", limit: 10 } }))
  await each((n) =>
    post("/admin/promotions", {
      code: `PROMOTION${n}`,
      type: "standard",
      status: "active",
      campaign_id: campaigns[0].campaign.id,
      application_method: { type: "percentage", target_type: "items", allocation: "across", value: 10 },
    }),
  )
  const prices = variants.map((v) => ({ variant_id: v.id, currency_code: "eur", amount: 3 }))
  await each((n, i) => post("/admin/price-lists", { title: `Price list ${n}`, description: "Cheaper", status: i % 2 ? "active" : "draft", prices: i === 0 ? prices : [] }))
  return products
}

async function settings({ products }) {
  await each((n, i) => post("/admin/regions", { name: `Region ${n}`, currency_code: i % 2 ? "eur" : "usd", countries: [countries[i]] }))
  const channels = await each((n) => post("/admin/sales-channels", { name: `Channel ${n}`, description: `Sells ${n}` }))
  await post(`/admin/sales-channels/${channels[0].sales_channel.id}/products`, { add: products.map((p) => p.id) })
  const keys = await each((n) => post("/admin/api-keys", { title: `Publishable ${n}`, type: "publishable" }))
  await post(`/admin/api-keys/${keys[0].api_key.id}/sales-channels`, { add: channels.map((c) => c.sales_channel.id) })
  await post("/admin/api-keys", { title: "Secret 00", type: "secret" })
  await each((n) => post("/admin/return-reasons", { label: `Return reason ${n}`, value: `return_${n}` }))
  await each((n) => post("/admin/refund-reasons", { label: `Refund reason ${n}`, code: `refund_${n}` }))
  await each((n) => post("/admin/shipping-profiles", { name: `Profile ${n}`, type: `type ${n}` }))
  await each((n) => post("/admin/shipping-option-types", { label: `Shipping type ${n}`, code: `shipping-${n}` }))
  await each((n) => post("/admin/invites", { email: `invited${n}@example.com` }))
  await each((n, i) => post("/admin/tax-regions", { country_code: countries[i], provider_id: "tp_system", default_tax_rate: { name: `Tax ${n}`, rate: i, code: `tax-${n}` } }))
  const { tax_regions } = await get("/admin/tax-regions?country_code=us")
  const { id } = tax_regions[0]
  const states = "al ak az ar co ct de fl ga hi id il in ia ks ky la me md ma mi mn ms mo mt ne".split(" ")
  await each((n, i) => post("/admin/tax-regions", { country_code: "us", province_code: `us-${states[i]}`, parent_id: id, default_tax_rate: { name: `State ${n}`, rate: 1, code: `s${n}` } }))
  await each((n) => post("/admin/tax-rates", { tax_region_id: id, name: `Override ${n}`, code: `o${n}`, rate: 2, rules: [{ reference: "product", reference_id: products[0].id }] }))
}

async function stock({ location }) {
  await each((n) => post("/admin/stock-locations", { name: `Warehouse ${n}`, address: { address_1: `${n} Quay`, country_code: "de" } }))
  const { inventory_items: items } = await get("/admin/inventory-items?limit=100")
  await each((n, i) => post("/admin/reservations", { inventory_item_id: items[i % 3].id, location_id: location.id, quantity: 1, description: `Held ${n}` }))
}

async function orders({ region, channel, variants }) {
  const { shipping_options: options } = await get("/admin/shipping-options")
  const draft = (n) =>
    post("/admin/draft-orders", {
      email: `buyer${n}@example.com`,
      region_id: region.id,
      sales_channel_id: channel.id,
      items: [{ variant_id: variants[0].id, quantity: 1 }],
      shipping_methods: [{ shipping_option_id: options[0].id, name: options[0].name, amount: 5 }],
      shipping_address: { first_name: "Ada", last_name: `Buyer ${n}`, address_1: "1 Road", city: "Berlin", country_code: "de", postal_code: "10115" },
    })
  await each(draft)
  await each(async (n) => post(`/admin/draft-orders/${(await draft(n)).draft_order.id}/convert-to-order`))
}
