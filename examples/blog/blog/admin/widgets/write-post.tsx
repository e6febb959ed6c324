import { defineWidgetConfig } from "@medusajs/admin-sdk"
import { DetailWidgetProps, AdminProduct } from "@medusajs/framework/types"
import { Button, Container, Heading, toast } from "@medusajs/ui"

// WritePost stands beside a product and drafts a post about it.
const WritePost = ({ data: product }: DetailWidgetProps<AdminProduct>) => {
  const write = async () => {
    const body = JSON.stringify({ title: `About ${product.title}`, product_ids: [product.id] })
    const answer = await fetch("/admin/posts", { method: "POST", credentials: "include", headers: { "Content-Type": "application/json" }, body })
    answer.ok ? toast.success("The post is drafted") : toast.error("The post could not be drafted")
  }
  return (
    <Container className="flex items-center justify-between px-6 py-4">
      <Heading level="h2">Blog</Heading>
      <Button size="small" variant="secondary" onClick={write}>Write a post</Button>
    </Container>
  )
}

export const config = defineWidgetConfig({ zone: "product.details.side.before" })

export default WritePost
