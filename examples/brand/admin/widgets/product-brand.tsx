import { defineWidgetConfig } from "@medusajs/admin-sdk"
import { Button, Container, Heading, Input } from "@medusajs/ui"
import { useEffect, useState } from "react"

const ProductBrand = ({ data: product }: { data: { id: string } }) => {
  const [brand, setBrand] = useState<string>()
  const [name, setName] = useState("")
  const ask = (path: string, options = {}) => fetch(path, { credentials: "include", ...options }).then((answer) => answer.json())
  const load = () => ask(`/admin/products/${product.id}/brands`).then(({ brands }) => setBrand(brands[0]?.name))
  const save = () => {
    const body = JSON.stringify({ name, product_ids: [product.id] })
    return ask("/admin/brands", { method: "POST", headers: { "Content-Type": "application/json" }, body }).then(load)
  }
  useEffect(() => { load() }, [product.id])
  return (
    <Container className="flex items-center justify-between px-6 py-4">
      <Heading level="h2">Brand</Heading>
      {brand ?? (
        <div className="flex gap-2">
          <Input size="small" placeholder="Name" value={name} onChange={(e) => setName(e.target.value)} />
          <Button size="small" variant="secondary" onClick={save}>Save</Button>
        </div>
      )}
    </Container>
  )
}

export const config = defineWidgetConfig({ zone: "product.details.side.before" })

export default ProductBrand
