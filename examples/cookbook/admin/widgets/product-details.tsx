import { defineWidgetConfig } from "@medusajs/admin-sdk"
import { AdminProduct, DetailWidgetProps } from "@medusajs/framework/types"
import { Container, Heading } from "@medusajs/ui"

// The page of a record passes it on to its widgets.
const ProductDetails = ({ data }: DetailWidgetProps<AdminProduct>) => (
  <Container className="p-0">
    <Heading level="h2" className="px-6 py-4">The handle of {data.title} is {data.handle}</Heading>
  </Container>
)

export const config = defineWidgetConfig({ zone: "product.details.before" })

export default ProductDetails
