import { defineRouteConfig } from "@medusajs/admin-sdk"
import { Container, Heading } from "@medusajs/ui"

const SettingsPage = () => (
  <Container className="p-0">
    <Heading level="h1" className="px-6 py-4">Settings of its own</Heading>
  </Container>
)

export const config = defineRouteConfig({ label: "Custom settings" })

export default SettingsPage
