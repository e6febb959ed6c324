// The addresses of all pages of the dashboard that a shop from seed.mjs has, each with the records that it needs.
import { get } from "./seed.mjs"

// first is the id of the first record of a list, by its path and the key of the list in the answer.
async function first(path, key) {
  const answer = await get(`/admin/${path}`)
  return answer[key][0].id
}

// under are the pages below one address.
const under = (path, pages) => pages.split(/\s+/).filter(Boolean).map((page) => (page === "." ? path : `${path}/${page}`))

// pages lists the addresses, below /app.
export async function pages() {
  return [...(await selling()), ...(await goods()), ...(await marketing()), ...(await settings()), ...(await locations()), ...(await taxes())]
}

async function selling() {
  const [order, draft, customer, group] = await Promise.all([
    first("orders", "orders"),
    first("draft-orders?order=-created_at", "draft_orders"),
    first("customers?q=customer00", "customers"),
    first("customer-groups?q=Group 00", "customer_groups"),
  ])
  return [
    ...under("/orders", ". export"),
    ...under(`/orders/${order}`, ". allocate-items billing-address claims edits email exchanges fulfillment metadata/edit refund returns shipping-address transfer"),
    ...under("/draft-orders", ". create"),
    ...under(`/draft-orders/${draft}`, ". billing-address custom-items email items metadata promotions shipping shipping-address sales-channel transfer-ownership"),
    ...under("/customers", ". create"),
    ...under(`/customers/${customer}`, ". add-customer-groups create-address edit metadata/edit"),
    ...under("/customer-groups", ". create"),
    ...under(`/customer-groups/${group}`, ". add-customers edit metadata/edit"),
  ]
}

async function goods() {
  const { products } = await get("/admin/products?q=Paint&fields=id,variants.id")
  const [product, variant] = [products[0].id, products[0].variants[0].id]
  const { product_options: options } = await get("/admin/product-options?fields=id,values.id")
  const value = options[0].values[0].id
  const [collection, category, item, reservation] = await Promise.all([
    first("collections", "collections"),
    first("product-categories", "product_categories"),
    first("inventory-items", "inventory_items"),
    first("reservations", "reservations"),
  ])
  const { inventory_levels: levels } = await get(`/admin/inventory-items/${item}/location-levels`)
  return [
    ...under("/products", ". create export import"),
    ...under(`/products/${product}`, `. attributes edit edit-variant?variant_id=${variant} media metadata/edit options/manage organization prices sales-channels
      shipping-profile stock variants/create`),
    ...under(`/products/${product}/variants/${variant}`, ". edit manage-items media metadata/edit prices"),
    ...under("/collections", ". create"),
    ...under(`/collections/${collection}`, ". edit metadata/edit products"),
    ...under("/categories", ". create organize"),
    ...under(`/categories/${category}`, ". edit metadata/edit organize products"),
    ...under("/product-options", ". create"),
    ...under(`/product-options/${options[0].id}`, `. edit metadata/edit values/${value} values/${value}/metadata/edit`),
    ...under("/inventory", ". create export stock"),
    ...under(`/inventory/${item}`, `. attributes edit locations locations/${levels[0].location_id} metadata/edit`),
    ...under("/reservations", ". create"),
    ...under(`/reservations/${reservation}`, ". edit metadata/edit"),
  ]
}

async function marketing() {
  const { price_lists: lists } = await get("/admin/price-lists?q=Price list 00")
  const [promotion, campaign] = await Promise.all([first("promotions", "promotions"), first("campaigns?q=Campaign 00", "campaigns")])
  return [
    ...under("/promotions", ". create"),
    ...under(`/promotions/${promotion}`, ". add-to-campaign edit metadata/edit rules/edit target-rules/edit"),
    ...under("/campaigns", ". create"),
    ...under(`/campaigns/${campaign}`, ". add-promotions configuration edit edit-budget"),
    ...under("/price-lists", ". create"),
    ...under(`/price-lists/${lists[0].id}`, ". configuration edit metadata/edit products/add products/edit"),
  ]
}

async function settings() {
  const ids = await Promise.all([
    first("users", "users"),
    first("regions", "regions"),
    first("sales-channels?q=Channel 00", "sales_channels"),
    first("return-reasons", "return_reasons"),
    first("refund-reasons", "refund_reasons"),
    first("product-types", "product_types"),
    first("product-tags", "product_tags"),
    first("api-keys?q=Publishable 00", "api_keys"),
    first("api-keys?type=secret", "api_keys"),
  ])
  const [user, region, channel, returns, refunds, type, tag, publishable, secret] = ids
  return under("/settings", `
    store store/currencies store/edit store/metadata/edit
    profile profile/edit
    users users/invite users/${user} users/${user}/edit users/${user}/metadata/edit
    regions regions/create regions/${region} regions/${region}/countries/add regions/${region}/edit regions/${region}/metadata/edit
    sales-channels sales-channels/create sales-channels/${channel} sales-channels/${channel}/add-products sales-channels/${channel}/edit
    sales-channels/${channel}/metadata/edit
    return-reasons return-reasons/create return-reasons/${returns}/edit
    refund-reasons refund-reasons/create refund-reasons/${refunds}/edit
    product-types product-types/create product-types/${type} product-types/${type}/edit product-types/${type}/metadata/edit
    product-tags product-tags/create product-tags/${tag} product-tags/${tag}/edit product-tags/${tag}/metadata/edit
    publishable-api-keys publishable-api-keys/create publishable-api-keys/${publishable} publishable-api-keys/${publishable}/edit
    publishable-api-keys/${publishable}/sales-channels
    secret-api-keys secret-api-keys/create secret-api-keys/${secret} secret-api-keys/${secret}/edit
    workflows`)
}

async function locations() {
  const { stock_locations: all } = await get("/admin/stock-locations?fields=id,*fulfillment_sets,*fulfillment_sets.service_zones")
  const location = all.find((l) => l.fulfillment_sets?.some((s) => s.service_zones.length))
  const set = location.fulfillment_sets.find((s) => s.service_zones.length)
  const zone = set.service_zones[0].id
  const { shipping_options: options } = await get(`/admin/shipping-options?service_zone_id=${zone}`)
  const [option, profile, type] = [
    options[0].id,
    await first("shipping-profiles", "shipping_profiles"),
    await first("shipping-option-types", "shipping_option_types"),
  ]
  const zones = `fulfillment-set/${set.id}/service-zone/${zone}`
  return [
    ...under("/settings/locations", `. create shipping-profiles shipping-profiles/create shipping-profiles/${profile}
      shipping-profiles/${profile}/metadata/edit shipping-option-types shipping-option-types/create shipping-option-types/${type}
      shipping-option-types/${type}/edit`),
    ...under(`/settings/locations/${location.id}`, `. edit fulfillment-providers metadata/edit sales-channels
      fulfillment-set/${set.id}/service-zones/create ${zones}/areas ${zones}/edit ${zones}/shipping-option/create
      ${zones}/shipping-option/${option}/edit ${zones}/shipping-option/${option}/pricing`),
  ]
}

async function taxes() {
  const country = await first("tax-regions?country_code=us&parent_id=null", "tax_regions")
  const province = await first(`tax-regions?parent_id=${country}`, "tax_regions")
  const rate = await first(`tax-rates?tax_region_id=${country}&is_default=false`, "tax_rates")
  const ofProvince = await first(`tax-rates?tax_region_id=${province}`, "tax_rates")
  return under("/settings/tax-regions", `. create ${country} ${country}/edit ${country}/overrides/${rate}/edit ${country}/overrides/create
    ${country}/provinces/create ${country}/tax-rates/create ${country}/provinces/${province}
    ${country}/provinces/${province}/overrides/create ${country}/provinces/${province}/tax-rates/${ofProvince}/edit`)
}
