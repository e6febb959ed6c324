import { defineWidgetConfig } from "@medusajs/admin-sdk"
import { Container, Heading } from "@medusajs/ui"

const ProductList = () => (
  <Container className="p-0">
    <Heading level="h2" className="px-6 py-4">Above the products</Heading>
  </Container>
)

export const config = defineWidgetConfig({ zone: "product.list.before" })

export default ProductList
