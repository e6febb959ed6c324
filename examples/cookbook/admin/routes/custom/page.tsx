import { defineRouteConfig } from "@medusajs/admin-sdk"
import { ChatBubbleLeftRight } from "@medusajs/icons"
import { Container, Heading } from "@medusajs/ui"

const CustomPage = () => (
  <Container className="p-0">
    <Heading level="h1" className="px-6 py-4">A page of its own</Heading>
  </Container>
)

// With a label the page stands in the sidebar.
export const config = defineRouteConfig({ label: "Custom", icon: ChatBubbleLeftRight })

export default CustomPage
