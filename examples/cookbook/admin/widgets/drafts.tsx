import { defineWidgetConfig } from "@medusajs/admin-sdk"
import { Container, Heading } from "@medusajs/ui"
import { useEffect, useState } from "react"
import { Link } from "react-router-dom"

// Drafts asks a route of its plugin, with the session of who is logged in, and links to another page.
const Drafts = () => {
  const [count, setCount] = useState<number>()
  useEffect(() => {
    fetch("/admin/drafts", { credentials: "include" })
      .then((answer) => answer.json())
      .then((drafts) => setCount(drafts.count))
  }, [])
  return (
    <Container className="flex items-center justify-between px-6 py-4">
      <Heading level="h2">{count === undefined ? "Counting" : `Drafts: ${count}`}</Heading>
      <Link to="/customers" className="text-ui-fg-interactive">Who buys them</Link>
    </Container>
  )
}

export const config = defineWidgetConfig({ zone: "product.list.after" })

export default Drafts
