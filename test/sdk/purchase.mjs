// A whole purchase with the official SDK: GORGON_URL, GORGON_EMAIL, GORGON_PASSWORD name a shop that has goods in it.
import assert from "node:assert/strict"
import { createRequire } from "node:module"

const Medusa = createRequire(import.meta.url)("@medusajs/js-sdk").default
const { GORGON_URL: baseUrl, GORGON_EMAIL: email, GORGON_PASSWORD: password } = process.env

const admin = new Medusa({ baseUrl, auth: { type: "jwt", jwtTokenStorageMethod: "memory" } })
await admin.auth.login("user", "emailpass", { email, password })
const { api_keys } = await admin.admin.apiKey.list({ type: "publishable" })
const shop = new Medusa({ baseUrl, publishableKey: api_keys[0].token, auth: { type: "jwt", jwtTokenStorageMethod: "memory" } }).store

const { regions } = await shop.region.list()
const region = regions.find((r) => r.currency_code === "eur")
const { products } = await shop.product.list({ region_id: region.id, limit: 1, fields: "*variants.calculated_price" })
const variant = products[0].variants[0]
assert.ok(variant.calculated_price.calculated_amount > 0, "the variant has a price")

let { cart } = await shop.cart.create({ region_id: region.id, email: "buyer@example.com" })
;({ cart } = await shop.cart.createLineItem(cart.id, { variant_id: variant.id, quantity: 2 }))
assert.equal(cart.item_subtotal > 0, true)
const address = { first_name: "Ada", last_name: "B", address_1: "Street 1", city: "Hamburg", country_code: "de", postal_code: "20457" }
;({ cart } = await shop.cart.update(cart.id, { shipping_address: address, billing_address: address }))

const { shipping_options } = await shop.fulfillment.listCartOptions({ cart_id: cart.id })
assert.ok(shipping_options.length > 0, "there are shipping options")
;({ cart } = await shop.cart.addShippingMethod(cart.id, { option_id: shipping_options[0].id }))
await shop.payment.initiatePaymentSession(cart, { provider_id: "pp_system_default" })

const done = await shop.cart.complete(cart.id)
assert.equal(done.type, "order", JSON.stringify(done))
assert.equal(done.order.total, cart.total)
assert.equal(done.order.items[0].quantity, 2)
const again = await shop.cart.complete(cart.id)
assert.equal(again.order.id, done.order.id, "completing twice gives the same order")

const { order } = await admin.admin.order.retrieve(done.order.id)
assert.equal(order.payment_status, "authorized")
await admin.admin.payment.capture(order.payment_collections[0].payments[0].id, {})
console.log("purchase:", order.display_id, order.total, done.order.currency_code)
